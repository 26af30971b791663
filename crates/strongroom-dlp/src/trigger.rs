//! Where a detector should look: the places of digits, at signs, runs of dashes, and Chinese numerals.

use crate::glyph;

/// Bytes that are tested at once for anything of interest.
const LANES: usize = 32;
/// Bytes between two looks for a Chinese numeral. Seven numerals, the fewest that are read as a number, take 21 bytes,
/// so no such run lies between two looks.
const PROBE: usize = 16;

/// What begins at a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// A digit of any script.
    Digit,
    /// An at sign, full-width too.
    At,
    /// Three dashes.
    Dashes,
    /// What can be the first part of a word that tells a name or a bank's code.
    Label,
    /// A Chinese numeral somewhere inside a run of them.
    Numeral,
}

/// The next trigger from `at` on, and its first byte.
#[inline]
pub(crate) fn next_trigger(bytes: &[u8], mut at: usize) -> Option<(usize, Trigger)> {
    // Blocks without anything of interest are passed over in lanes that the compiler turns into vector instructions.
    while let Some(lanes) = Lanes::at(bytes, at) {
        let end = at.saturating_add(LANES);
        let numeral = numeral_in(bytes, at);
        let first = lanes.first().map(|lane| at.saturating_add(lane));
        match (first, numeral) {
            (Some(first), _) if numeral.is_none_or(|numeral| first < numeral) => {
                if let Some(found) = trigger_at(bytes, first) {
                    return Some(found);
                }
                at = first.saturating_add(1);
            }
            (_, Some(numeral)) => return Some((numeral, Trigger::Numeral)),
            _ => at = end,
        }
    }
    (at..bytes.len()).find_map(|place| {
        trigger_at(bytes, place).or_else(|| glyph::numeral(bytes, place).map(|_| (place, Trigger::Numeral)))
    })
}

/// Which of the next bytes begin something of interest, each as one bit of its byte.
struct Lanes([u8; LANES]);

impl Lanes {
    /// `None` where there are too few bytes left.
    #[expect(clippy::needless_bitwise_bool, reason = "branches would keep it from being vector instructions")]
    #[expect(clippy::inline_always, reason = "it is vector instructions only where it is part of the loop")]
    #[inline(always)]
    fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let from = |offset: usize| bytes.get(at.saturating_add(offset)..)?.first_chunk::<LANES>();
        let [first, second, third, fourth, fifth] = [from(0)?, from(1)?, from(2)?, from(3)?, from(4)?];
        let mut lanes = [0; LANES];
        let window = first.iter().zip(second).zip(third).zip(fourth).zip(fifth);
        for (lane, ((((a, b), c), d), e)) in lanes.iter_mut().zip(window) {
            let digit = a.wrapping_sub(b'0') < 10;
            let wide = (*a == 0xEF) & (*b == 0xBC) & (c.wrapping_sub(0x90) <= 0x10);
            let dashes = (*a == b'-') & (*b == b'-') & (*c == b'-');
            // Digits of Arabic and Persian, and the mathematical ones.
            let arabic =
                ((*a == 0xD9) & (b.wrapping_sub(0xA0) < 10)) | ((*a == 0xDB) & (b.wrapping_sub(0xB0) < 10));
            let mathematical = (*a == 0xF0) & (*b == 0x9D) & (*c == 0x9F);
            let any =
                digit | (*a == b'@') | wide | dashes | arabic | mathematical | label([*a, *b, *c, *d, *e]);
            *lane = u8::from(any);
        }
        Some(Self(lanes))
    }

    /// The first of them.
    #[expect(clippy::inline_always, reason = "it is vector instructions only where it is part of the loop")]
    #[inline(always)]
    fn first(&self) -> Option<usize> {
        let (words, _) = self.0.as_chunks::<8>();
        words.iter().enumerate().find_map(|(place, word)| {
            let bits = u64::from_le_bytes(*word);
            let lane = usize::try_from(bits.trailing_zeros() / 8).ok()?;
            (bits != 0).then(|| place.saturating_mul(8).saturating_add(lane))
        })
    }
}

fn trigger_at(bytes: &[u8], at: usize) -> Option<(usize, Trigger)> {
    let trigger = match bytes.get(at..)? {
        // ASCII, and U+FF10..FF19, U+0660..0669, U+06F0..06F9, U+1D7CE..1D7FF.
        [b'0'..=b'9', ..]
        | [0xEF, 0xBC, 0x90..=0x99, ..]
        | [0xD9, 0xA0..=0xA9, ..]
        | [0xDB, 0xB0..=0xB9, ..]
        | [0xF0, 0x9D, 0x9F, 0x8E..=0xBF, ..] => Trigger::Digit,
        // ASCII and U+FF20.
        [b'@', ..] | [0xEF, 0xBC, 0xA0, ..] => Trigger::At,
        [b'-', b'-', b'-', ..] => Trigger::Dashes,
        [a, b, c, rest @ ..] if label([*a, *b, *c, at_or_zero(rest, 0), at_or_zero(rest, 1)]) => {
            Trigger::Label
        }
        _ => return None,
    };
    Some((at, trigger))
}

fn at_or_zero(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// Whether these bytes begin one of the words of [`crate::detect::named`], which goes on to look at the rest.
#[expect(clippy::needless_bitwise_bool, reason = "branches would keep it from being vector instructions")]
#[expect(clippy::many_single_char_names, reason = "five bytes in a row")]
#[expect(clippy::inline_always, reason = "it is vector instructions only where it is part of the loop")]
#[inline(always)]
fn label([a, b, c, d, e]: [u8; 5]) -> bool {
    let is = |[x, y, z]: [u8; 3]| (a == x) & (b == y) & (c == z);
    let folded = |[x, y, z]: [u8; 3]| (a | 0x20 == x) & (b | 0x20 == y) & (c | 0x20 == z);
    // SWIFT and BIC in either case; legal forms; titles.
    let english = folded(*b"swi")
        | folded(*b"bic")
        | is(*b"Ltd")
        | is(*b"Lim")
        | is(*b"Inc")
        | is(*b"LLC")
        | is(*b"Gmb")
        | is(*b"PLC")
        | ((a == b'M') & ((b == b'r') | (b == b's')))
        | is(*b"Dr ")
        | is(*b"Dr.");
    // 人 of 联系人, 名 of 姓名, before a colon or a space.
    let label = (is([0xE4, 0xBA, 0xBA]) | is([0xE5, 0x90, 0x8D])) & ((d == 0xEF) | (d == b':') | (d == b' '));
    // 公司, 先生, 女士, 小姐.
    let company = is([0xE5, 0x85, 0xAC]) & (d == 0xE5) & (e == 0x8F);
    let title = (is([0xE5, 0x85, 0x88]) & (d == 0xE7) & (e == 0x94))
        | (is([0xE5, 0xA5, 0xB3]) & (d == 0xE5) & (e == 0xA3))
        | (is([0xE5, 0xB0, 0x8F]) & (d == 0xE5) & (e == 0xA7));
    // `(at)` and ` dot `, with which addresses are spelled out.
    let opens = (a == b'(') | (a == b'[') | (a == b' ');
    let at = opens & (a != b' ') & (b | 0x20 == b'a') & (c | 0x20 == b't');
    let dot =
        opens & (b | 0x20 == b'd') & (c | 0x20 == b'o') & (d | 0x20 == b't') & (e.wrapping_sub(b'a') > 25);
    // 代码 and 代碼, as codes of banks are called.
    let code = is([0xE4, 0xBB, 0xA3]) & (d == 0xE7) & ((e == 0xA0) | (e == 0xA2));
    // AKIA and ASIA, since a key need not have a digit.
    let key = (a == b'A') & ((b == b'K') | (b == b'S')) & (c == b'I') & (d == b'A');
    english | label | company | title | code | key | at | dot
}

/// A Chinese numeral at one of the looks of this block. Where a look falls on something else, the character after it is
/// looked at too, so that single separators hide nothing.
fn numeral_in(bytes: &[u8], at: usize) -> Option<usize> {
    [at, at.saturating_add(PROBE)].into_iter().find_map(|look| {
        let place = match bytes.get(look)? {
            0x80..=0xBF => {
                let back = |steps: usize| {
                    look.checked_sub(steps).filter(|p| bytes.get(*p).is_some_and(|b| *b >= 0xE0))
                };
                back(1).or_else(|| back(2))?
            }
            _ => look,
        };
        if glyph::numeral(bytes, place).is_some() {
            return Some(place);
        }
        let after = place.saturating_add(if bytes.get(place)?.is_ascii() { 1 } else { 3 });
        glyph::numeral(bytes, after).map(|_| after)
    })
}
