//! Where a detector should look: the places of digits, at signs, runs of dashes, and Chinese numerals.

mod heads;

use crate::glyph;
use crate::lanes::BLOCK;
use fearless_simd::Level;
use heads::BLOCKS;

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

/// The search for triggers, and what it knows of the blocks that it is in.
#[derive(Debug)]
pub(crate) struct Triggers {
    level: Level,
    /// Where the blocks begin, and how many there are.
    start: usize,
    count: usize,
    blocks: [u64; BLOCKS],
}

impl Triggers {
    pub(crate) fn new() -> Self {
        Self { level: Level::new(), start: 0, count: 0, blocks: [0; BLOCKS] }
    }

    /// Forgets the blocks, since the bytes move.
    pub(crate) const fn forget(&mut self) {
        self.count = 0;
    }

    /// The next trigger from `at` on, and its first byte.
    #[inline]
    pub(crate) fn next(&mut self, bytes: &[u8], mut at: usize) -> Option<(usize, Trigger)> {
        loop {
            let passed = at.checked_sub(self.start).unwrap_or(usize::MAX);
            let Some(block) = self.blocks.get(..self.count).and_then(|blocks| blocks.get(passed / BLOCK))
            else {
                if !self.search(bytes, at) {
                    return (at..bytes.len()).find_map(|place| Some((place, trigger_at(bytes, place)?)));
                }
                continue;
            };
            let within = passed % BLOCK;
            let mut left =
                u32::try_from(within).ok().and_then(|within| block.checked_shr(within)).unwrap_or(0);
            while left != 0 {
                let place = at.saturating_add(usize::try_from(left.trailing_zeros()).unwrap_or(0));
                if let Some(trigger) = trigger_at(bytes, place) {
                    return Some((place, trigger));
                }
                left &= left.wrapping_sub(1);
            }
            at = at.saturating_add(BLOCK.saturating_sub(within));
        }
    }

    /// Reads the next blocks from `at` on; `false` where there is no whole one.
    fn search(&mut self, bytes: &[u8], at: usize) -> bool {
        self.start = at;
        self.count = heads::search(self.level, bytes, at, &mut self.blocks);
        self.count > 0
    }
}

/// What begins at `at`, if anything does.
#[inline]
fn trigger_at(bytes: &[u8], at: usize) -> Option<Trigger> {
    Some(match bytes.get(at..)? {
        // ASCII, and U+FF10..FF19, U+0660..0669, U+06F0..06F9, U+1D7CE..1D7FF, and those of India, Thailand and its neighbours.
        [b'0'..=b'9', ..]
        | [0xEF, 0xBC, 0x90..=0x99, ..]
        | [0xD9, 0xA0..=0xA9, ..]
        | [0xDB, 0xB0..=0xB9, ..]
        | [0xF0, 0x9D, 0x9F, 0x8E..=0xBF, ..]
        | [0xE0, 0xA5 | 0xA7 | 0xA9 | 0xAB | 0xAF | 0xB1, 0xA6..=0xAF, ..]
        | [0xE0, 0xB9 | 0xBB, 0x90..=0x99, ..]
        | [0xE1, 0x81, 0x80..=0x89, ..]
        | [0xE1, 0x9F, 0xA0..=0xA9, ..] => Trigger::Digit,
        // ASCII and U+FF20.
        [b'@', ..] | [0xEF, 0xBC, 0xA0, ..] => Trigger::At,
        [b'-', b'-', b'-', ..] => Trigger::Dashes,
        [a, b, c, rest @ ..] if label([*a, *b, *c, at_or_zero(rest, 0), at_or_zero(rest, 1)]) => {
            Trigger::Label
        }
        _ if glyph::numeral(bytes, at).is_some() => Trigger::Numeral,
        _ => return None,
    })
}

fn at_or_zero(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// Whether these bytes begin one of the words of [`crate::detect::named`], which goes on to look at the rest.
#[expect(clippy::needless_bitwise_bool, reason = "one line for each word reads as a table")]
#[expect(clippy::many_single_char_names, reason = "five bytes in a row")]
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
        | is(*b"LLP")
        | is(*b"Cor")
        | is(*b"PLC")
        | ((a == b'M') & ((b == b'r') | (b == b's')))
        | is(*b"Dr ")
        | is(*b"Dr.");
    // 人 of 联系人; 名 of 姓名, before a colon or a space.
    let label = is([0xE4, 0xBA, 0xBA]) | (is([0xE5, 0x90, 0x8D]) & ((d == 0xEF) | (d == b':') | (d == b' ')));
    // 公司, 先生, 女士, 小姐.
    let company = is([0xE5, 0x85, 0xAC]) & (d == 0xE5) & (e == 0x8F);
    let title = (is([0xE5, 0x85, 0x88]) & (d == 0xE7) & (e == 0x94))
        | (is([0xE5, 0xA5, 0xB3]) & (d == 0xE5) & (e == 0xA3))
        | (is([0xE5, 0xB0, 0x8F]) & (d == 0xE5) & (e == 0xA7));
    // 户 or 戶 of 客户, and 我是.
    let client = is([0xE6, 0x88, 0xB7])
        | is([0xE6, 0x88, 0xB6])
        | (is([0xE6, 0x88, 0x91]) & (d == 0xE6) & (e == 0x98));
    // A name after a label or a word for one who deals with us, or under a closing line.
    let named = c.is_ascii_uppercase()
        & (((b == b' ') & ((a == b':') | (a == b'r') | (a == b't'))) | ((a == b',') & (b == b'\n')));
    // `(at)` and ` dot `, with which addresses are spelled out.
    let opens = (a == b'(') | (a == b'[') | (a == b' ');
    let at = opens & (a != b' ') & (b | 0x20 == b'a') & (c | 0x20 == b't');
    let dot =
        opens & (b | 0x20 == b'd') & (c | 0x20 == b'o') & (d | 0x20 == b't') & (e.wrapping_sub(b'a') > 25);
    // 代码 and 代碼, as codes of banks are called.
    let code = is([0xE4, 0xBB, 0xA3]) & (d == 0xE7) & ((e == 0xA0) | (e == 0xA2));
    // AKIA and ASIA, since a key need not have a digit.
    let key = (a == b'A') & ((b == b'K') | (b == b'S')) & (c == b'I') & (d == b'A');
    english | label | company | title | client | named | code | key | at | dot
}
