//! A simulated power cut at the worst moment: while the engine overwrites parts of its log.
//!
//! What was synced is on the device; of what was written since, the device may have kept any sectors and lost the
//! others. So for a commit under way the log may be any mixture of its bytes before and after, sector by sector.
//! Small segments make the log come round often; large batches make one commit write several segments, so that within a
//! single commit segments are replaced and could be overwritten.
#![expect(clippy::arithmetic_side_effects, reason = "small numbers, and what fails here fails the test")]

use crate::{Options, SledStore};
use std::{fs, path::Path};
use strongroom_store::{Batch, Direction, Durability, KeyRange, Read, Space, Store};
use tempfile::TempDir;
use uuid::Uuid;

const DATA: Space = Space::mutable(3, "data");
const LOG: Space = Space::append_only(4, "log");
const SECTOR: usize = 512;
const SEGMENT: usize = 32 << 10;
const COMMITS: u32 = 14;
/// Puts in one batch: with the leaves that the engine rewrites, a dozen segments' worth.
const PUTS: u32 = 1500;
const KEYS: u32 = 2000;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn open(path: &Path) -> SledStore {
    let options = Options { segment_bytes: SEGMENT, reserve_bytes: 0, ..Options::default() };
    SledStore::open(path, Uuid::from_u128(1), options).unwrap().0
}

// A stride that is prime to `KEYS` spreads a batch over all leaves.
fn key(n: u32, at: u32) -> [u8; 4] {
    ((n * 31 + at * 7) % KEYS).to_be_bytes()
}

fn batch(n: u32) -> Batch {
    (0..PUTS).fold(Batch::new().put(LOG, n.to_be_bytes(), "entry"), |batch, at| {
        batch.put(DATA, key(n, at), [&n.to_be_bytes()[..], &[0xaa; 120]].concat())
    })
}

/// What the data is after `count` batches: the number of the batch that wrote each key last.
fn model(count: u32) -> Vec<Option<u32>> {
    let mut model = vec![None; usize::try_from(KEYS).unwrap()];
    for n in 0..count {
        (0..PUTS).for_each(|at| model[usize::try_from(u32::from_be_bytes(key(n, at))).unwrap()] = Some(n));
    }
    model
}

/// How many batches are there, all whole. `None`: the store is damaged.
fn count_whole(path: &Path) -> Option<u32> {
    let options = Options { segment_bytes: SEGMENT, reserve_bytes: 0, ..Options::default() };
    let (store, _right) = SledStore::open(path, Uuid::from_u128(1), options).ok()?;
    let scan = |space| store.scan(space, &KeyRange::all(), Direction::Forward, 10_000).ok();
    let count = u32::try_from(scan(LOG)?.len()).unwrap();
    let mut found = vec![None; usize::try_from(KEYS).unwrap()];
    for (key, value) in scan(DATA)? {
        let key = u32::from_be_bytes(key.try_into().unwrap());
        found[usize::try_from(key).unwrap()] = Some(u32::from_be_bytes(value[..4].try_into().unwrap()));
    }
    (found == model(count)).then_some(count)
}

#[derive(Clone, Copy, Debug)]
enum Keep {
    /// Each changed sector by chance, so many in ten.
    Some(u64),
    /// Only what was written over old segments, nothing of what replaced them.
    Overwritten,
    /// Only what was written after the old end of the file.
    Appended,
    None,
}

fn mix(before: &[u8], after: &[u8], keep: Keep, random: &mut Random) -> Vec<u8> {
    let mut mixed = before.to_vec();
    mixed.resize(after.len().max(before.len()), 0);
    for (at, sector) in after.chunks(SECTOR).enumerate() {
        let start = at * SECTOR;
        let kept = match keep {
            Keep::Some(tenths) => random.below(10) < tenths,
            Keep::Overwritten => start < before.len() && is_rewritten(before, after, start),
            Keep::Appended => start >= before.len(),
            Keep::None => false,
        };
        if kept {
            mixed[start..start + sector.len()].copy_from_slice(sector);
        }
    }
    mixed
}

/// Whether the segment around `at` has another header than before: it was overwritten.
fn is_rewritten(before: &[u8], after: &[u8], at: usize) -> bool {
    let head = at / SEGMENT * SEGMENT..at / SEGMENT * SEGMENT + 20;
    match (before.get(head.clone()), after.get(head)) {
        (Some(before), Some(after)) => before != after,
        _ => false,
    }
}

/// The log and the mark at some moment.
struct Image {
    log: Vec<u8>,
    mark: Vec<u8>,
}

fn image(living: &Path) -> Image {
    let read = |name| fs::read(living.join(name)).unwrap();
    Image { log: read("db"), mark: read("mark") }
}

/// A copy of a living folder, with another log and the mark of another moment.
fn cut(living: &Path, cut: &Path, log: Vec<u8>, mark: &[u8]) -> Option<u32> {
    let _gone = fs::remove_dir_all(cut);
    fs::create_dir(cut).unwrap();
    for entry in fs::read_dir(living).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), cut.join(entry.file_name())).unwrap();
    }
    fs::write(cut.join("db"), log).unwrap();
    fs::write(cut.join("mark"), mark).unwrap();
    count_whole(cut)
}

#[test]
fn no_mixture_of_sectors_loses_an_acknowledged_batch() {
    let root = TempDir::new().unwrap();
    let (living, cut_off) = (root.path().join("living"), root.path().join("cut"));
    let store = open(&living);
    let mut random = Random(0x5eed);
    let effort: usize =
        std::env::var("STRONGROOM_EFFORT").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut images = vec![image(&living)];
    let (mut overwritten, mut lost_without_sync) = (0, 0);
    for (n, index) in (0..COMMITS).zip(0usize..) {
        store.commit(&batch(n), Durability::Power).unwrap();
        let now = image(&living);
        let (before, after) = (&images[index].log, &now.log);
        overwritten +=
            (0..before.len()).step_by(SEGMENT).filter(|at| is_rewritten(before, after, *at)).count();
        let chances = [5, 1, 9].into_iter().cycle().map(Keep::Some).skip(index % 3).take(effort);
        for keep in [Keep::Overwritten, Keep::Appended, Keep::None].into_iter().chain(chances) {
            // The mark is written once the log is synced: during the sync it is that of the commit before.
            let mixed = mix(before, after, keep, &mut random);
            let count = cut(&living, &cut_off, mixed, &images[index].mark);
            let fine = count.is_some_and(|count| count == n || count == n + 1);
            assert!(
                fine,
                "power cut in commit {n}, {keep:?}: {n} batches were acknowledged, there are {count:?}"
            );
        }
        // The control: had the commits since an older image not been synced, the same cut would lose what that image
        // holds. If this never happened, the test above could not fail either.
        if let Some(old) = index.checked_sub(4) {
            let Image { log, mark } = &images[old];
            let mixed = mix(log, after, Keep::Overwritten, &mut random);
            let count = cut(&living, &cut_off, mixed, mark);
            lost_without_sync += u32::from(count.is_none_or(|count| usize::try_from(count).unwrap() < old));
        }
        images.push(now);
    }
    assert!(overwritten > 50, "the log did not come round: {overwritten} segments were overwritten");
    assert!(lost_without_sync > 0, "the cuts of this test cannot hurt even a store that does not sync");
}
