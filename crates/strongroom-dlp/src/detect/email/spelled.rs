//! Addresses spelled out to hide from machines: `name (at) example (dot) com`, `name at example dot com`.

use crate::Entity;
use crate::detect::Hit;
use crate::fact::Fact;

const LABEL_MAX: usize = 63;
const LOCAL_MAX: usize = 64;
/// Labels of a domain that are read.
const LABELS_MAX: usize = 6;

/// The address around the spelled at sign or dot whose first byte, a space or a bracket, is at `at`.
pub(crate) fn find(bytes: &[u8], at: usize) -> Option<Hit> {
    let (sign, after) = match word(bytes, at, b"at") {
        Some(after) if bytes.get(at) != Some(&b' ') => (at, after),
        _ => before_dot(bytes, at)?,
    };
    // A space may stand before a bracket.
    let spaced = sign.checked_sub(1).filter(|before| bytes.get(*before) == Some(&b' '));
    let start = local_start(bytes, spaced.unwrap_or(sign))?;
    let (end, spelled) = domain_end(bytes, after)?;
    // Words with ` at ` between them are everywhere; one with a dot spelled out after it is not.
    let bracketed = bytes.get(sign) != Some(&b' ');
    (bracketed || spelled).then(|| Hit::new(Entity::Email, start, end, 0.6).with(Fact::SpelledOut))
}

/// Where the word ends that stands in brackets or between spaces at `at`, spaces around the brackets too.
fn word(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let spaces = rest.iter().take(2).take_while(|byte| **byte == b' ').count();
    let inner = rest.get(spaces..)?;
    let (closing, inner) = match inner.split_first()? {
        (b'(', inner) => (b')', inner),
        (b'[', inner) => (b']', inner),
        _ if spaces > 0 => (b' ', inner),
        _ => return None,
    };
    let tail = inner
        .get(..word.len())
        .filter(|head| head.eq_ignore_ascii_case(word))
        .and(inner.get(word.len()..))?;
    let tail = tail.strip_prefix(&[closing])?;
    let tail = tail.strip_prefix(b" ").filter(|_| closing != b' ').unwrap_or(tail);
    bytes.len().checked_sub(tail.len())
}

/// The spelled at sign before the label before the spelled dot at `dot`: where it begins and where it ends.
fn before_dot(bytes: &[u8], dot: usize) -> Option<(usize, usize)> {
    word(bytes, dot, b"dot")?;
    let label = label_before(bytes, dot)?;
    // `(at) ` and ` at ` take four bytes or up to six.
    (4..=6)
        .filter_map(|back| label.checked_sub(back))
        .find(|sign| word(bytes, *sign, b"at") == Some(label))
        .map(|sign| (sign, label))
}

fn label_before(bytes: &[u8], end: usize) -> Option<usize> {
    let head = bytes.get(..end)?;
    let length =
        head.iter().rev().take(LABEL_MAX).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    (length > 0).then(|| end.saturating_sub(length))
}

fn local_start(bytes: &[u8], sign: usize) -> Option<usize> {
    let head = bytes.get(..sign)?;
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+');
    let length = head.iter().rev().take(LOCAL_MAX.saturating_add(1)).take_while(inside).count();
    let start = sign.checked_sub(length)?;
    let dots = head.get(start..)?.iter().take_while(|byte| **byte == b'.').count();
    let start = start.saturating_add(dots);
    (length <= LOCAL_MAX && start < sign).then_some(start)
}

/// Where the domain at `at` ends, and whether a dot of it is spelled out.
fn domain_end(bytes: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let (mut labels, mut spelled, mut best) = (0_usize, false, None);
    while labels < LABELS_MAX {
        let rest = bytes.get(at..)?;
        let length =
            rest.iter().take(LABEL_MAX).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
        let label = rest.get(..length)?;
        if length == 0 {
            break;
        }
        let end = at.saturating_add(length);
        labels = labels.saturating_add(1);
        if labels > 1 && length >= 2 && label.iter().all(u8::is_ascii_alphabetic) {
            best = Some((end, spelled));
        }
        if let Some(after) = word(bytes, end, b"dot") {
            (at, spelled) = (after, true);
        } else if bytes.get(end) == Some(&b'.') {
            at = end.saturating_add(1);
        } else {
            break;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use crate::{Entity, Scanner};

    #[test]
    fn spelled_addresses() {
        let scanner = Scanner::builder().with_entities(&[Entity::Email]).build().unwrap();
        for (text, expected) in [
            ("write to zhang.san (at) example.com now", Some("zhang.san (at) example.com")),
            ("zhang.san[at]example[dot]com", Some("zhang.san[at]example[dot]com")),
            ("name at example dot com", Some("name at example dot com")),
            ("name (AT) mail (DOT) example (DOT) org.", Some("name (AT) mail (DOT) example (DOT) org")),
            ("联系邮箱：li_lei at qq dot com，", Some("li_lei at qq dot com")),
            ("look at example.com", None),
            ("look at the dot", None),
            ("(at) example.com", None),
            ("name (at) example", None),
            ("name (at) example dot", None),
            ("the dot com era", None),
            ("name {at} example {dot} com", None),
        ] {
            let found = scanner.scan(text.as_bytes());
            let found: Vec<_> = found.iter().filter_map(|finding| text.get(finding.range())).collect();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{text}");
        }
    }
}
