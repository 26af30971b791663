//! Which of the findings that overlap are kept.

use crate::Finding;

/// Findings that are weighed against each other at once; where more overlap in a row, they are cut here, so that a
/// stream need not wait for the end of them.
const CLUSTER_MAX: usize = 256;

/// Moves the strongest of the findings that overlap to `kept`, in order of their starts.
///
/// No finding that begins before `settled` will be added any more; those whose rivals may still come stay in `found`.
/// `end` is where the last one kept ends.
pub(crate) fn settle(found: &mut Vec<Finding>, settled: usize, end: &mut usize, kept: &mut Vec<Finding>) {
    let key = |finding: &Finding| (finding.start, finding.end, finding.entity);
    if !found.is_sorted_by_key(key) {
        found.sort_by_key(key);
    }
    let mut done = 0_usize;
    while let Some((first, rest)) =
        found.get_mut(done..).and_then(|rest| rest.first().copied().map(|first| (first, rest)))
    {
        let mut reach = first.end;
        let touches = |finding: &&Finding| {
            let inside = finding.start < reach;
            reach = reach.max(finding.end);
            inside
        };
        let count = rest.iter().take(CLUSTER_MAX).take_while(touches).count().max(1);
        let Some(cluster) = rest.get_mut(..count) else { break };
        // A rival may still come, unless the cluster is full of findings that begin before it could.
        let last = cluster.last().map_or(0, |finding| finding.start);
        let full = count == CLUSTER_MAX && last < settled;
        if !full && cluster.iter().any(|finding| finding.end > settled) {
            break;
        }
        resolve(cluster, end, kept);
        done = done.saturating_add(count);
    }
    found.drain(..done);
}

/// Keeps the strongest of a cluster, then each next one that is still free.
fn resolve(cluster: &mut [Finding], end: &mut usize, kept: &mut Vec<Finding>) {
    if let [only] = cluster {
        if only.start >= *end {
            *end = only.end;
            kept.push(*only);
        }
        return;
    }
    let floor = *end;
    cluster.sort_by(|a, b| {
        let length = |finding: &Finding| finding.end.saturating_sub(finding.start);
        b.confidence
            .total_cmp(&a.confidence)
            .then_with(|| b.evidence.has_checksum().cmp(&a.evidence.has_checksum()))
            .then_with(|| length(b).cmp(&length(a)))
            .then_with(|| a.start.cmp(&b.start))
            .then_with(|| a.entity.cmp(&b.entity))
    });
    let from = kept.len();
    for finding in cluster {
        let taken = kept.get(from..).unwrap_or_default();
        // Those taken are in order and never overlap, so only the last one that begins before this one's end can touch it.
        let place = taken.partition_point(|other| other.start < finding.end);
        let before = place.checked_sub(1).and_then(|before| taken.get(before));
        if finding.start >= floor && before.is_none_or(|before| before.end <= finding.start) {
            kept.insert(from.saturating_add(place), *finding);
        }
    }
    if let Some(last) = kept.get(from..).and_then(<[Finding]>::last) {
        *end = last.end;
    }
}
