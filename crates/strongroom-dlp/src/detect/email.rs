//! Email addresses around an at sign, RFC 5321 lengths and the dot-atom form of RFC 5322.

pub(crate) mod spelled;

use super::Hit;
use crate::Entity;
use crate::fact::Fact;
use crate::glyph::{self, Glyph};

const LOCAL_MAX: usize = 64;
const DOMAIN_MAX: usize = 253;
const LABEL_MAX: usize = 63;
const TOP_LEVEL_MAX: usize = 24;

/// Names that follow an at sign in file names such as `icon@2x.png`.
const FILE_ENDINGS: &[&[u8]] =
    &[b"PNG", b"JPG", b"JPEG", b"GIF", b"SVG", b"WEBP", b"CSS", b"JSON", b"PDF", b"HTML"];

/// The address whose at sign takes up `at..after`.
pub(crate) fn find(bytes: &[u8], at: usize, after: usize) -> Option<Hit> {
    let start = local_start(bytes, at)?;
    let end = domain_end(bytes, after)?;
    if in_url(bytes, start) {
        return None;
    }
    Some(Hit::new(Entity::Email, start, end, 0.9).with(Fact::DotAtom))
}

/// Where the part before the at sign begins.
fn local_start(bytes: &[u8], at: usize) -> Option<usize> {
    let (mut next, mut start, mut last) = (at, None, b'.');
    for _ in 0..=LOCAL_MAX {
        let Some((glyph, from, _)) = glyph::previous_visible(bytes, next) else { return start };
        let character = match glyph {
            Glyph::Digit(c) | Glyph::Letter(c) => c,
            // Two dots in a row, or one at either end, are no dot-atom: the address begins after them.
            Glyph::Mark(b'.') if last != b'.' => b'.',
            Glyph::Mark(c) if is_atom_mark(c) => c,
            _ => return start,
        };
        if character.is_ascii_alphanumeric() || character == b'_' || character == b'+' {
            start = Some(from);
        }
        (last, next) = (character, from);
    }
    // More than 64 characters: no address, and no look further back.
    None
}

const fn is_atom_mark(c: u8) -> bool {
    matches!(
        c,
        b'!' | b'#' | b'$' | b'%' | b'&' | b'*' | b'+' | b'-' | b'^' | b'_' | b'`' | b'{' | b'}' | b'~'
    )
}

/// Where the domain ends: labels of letters, digits and inner dashes, at least two, the last of letters.
fn domain_end(bytes: &[u8], after: usize) -> Option<usize> {
    let mut best = None;
    let (mut at, mut length, mut labels) = (after, 0_usize, 0_usize);
    while length <= DOMAIN_MAX {
        let label = Label::read(bytes, at)?;
        labels = labels.saturating_add(1);
        length = length.saturating_add(label.length).saturating_add(1);
        if labels > 1 {
            best = if label.is_top_level() { Some(label.end) } else { best.filter(|_| label.length == 0) };
        }
        if label.length == 0 {
            return best;
        }
        match glyph::next_visible(bytes, label.end) {
            Some((Glyph::Mark(b'.'), _, next)) => at = next,
            _ => return best,
        }
    }
    None
}

struct Label {
    characters: [u8; LABEL_MAX],
    length: usize,
    end: usize,
}

impl Label {
    /// The label at `at`, empty where there is none; `None` where it is too long or ends in a dash.
    fn read(bytes: &[u8], at: usize) -> Option<Self> {
        let mut label = Self { characters: [0; LABEL_MAX], length: 0, end: at };
        let mut next = at;
        while let Some((glyph, _, stop)) = glyph::next_visible(bytes, next) {
            let character = match glyph {
                Glyph::Digit(c) | Glyph::Letter(c) => c,
                Glyph::Mark(b'-') if label.length > 0 => b'-',
                _ => break,
            };
            *label.characters.get_mut(label.length)? = character;
            label.length = label.length.saturating_add(1);
            next = stop;
            if character != b'-' {
                label.end = stop;
            }
        }
        // `name@example.com-` ends before the dash.
        while label.text().last() == Some(&b'-') {
            label.length = label.length.saturating_sub(1);
        }
        Some(label)
    }

    fn text(&self) -> &[u8] {
        self.characters.get(..self.length).unwrap_or_default()
    }

    fn is_top_level(&self) -> bool {
        let name = self.text();
        let letters = (2..=TOP_LEVEL_MAX).contains(&name.len()) && name.iter().all(u8::is_ascii_uppercase);
        (letters && !FILE_ENDINGS.contains(&name)) || name.starts_with(b"XN--")
    }
}

/// Whether what stands before is `scheme://user:`, so that the at sign ends credentials.
fn in_url(bytes: &[u8], start: usize) -> bool {
    let from = start.saturating_sub(LOCAL_MAX.saturating_mul(2));
    let before = bytes.get(from..start).unwrap_or_default();
    let word = before.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
    word.windows(3).rposition(|three| three == b"://").is_some_and(|place| {
        let rest = word.get(place.saturating_add(3)..).unwrap_or_default();
        !rest.contains(&b'/')
    })
}
