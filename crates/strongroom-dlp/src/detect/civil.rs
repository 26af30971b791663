//! Dates of birth: a date as people write it, beside a word that says whose it is.

use super::{Hit, is_date, number};
use crate::Entity;
use crate::chain::Group;
use crate::fact::Fact;
use crate::glyph::{self, Glyph};

/// Years in which someone alive can have been born.
const YEAR_MIN: u32 = 1900;
const YEAR_MAX: u32 = 2049;
/// The year before the first of the Republic, which Taiwan counts from.
const MINGUO: u32 = 1911;
/// Letters of the longest name of a month.
const MONTH_LETTERS_MAX: usize = 9;

const MONTHS: [&[u8; 3]; 12] =
    [b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV", b"DEC"];

/// What stands between the parts of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// A dash, dot, slash or space.
    Sign(u8),
    /// 年 after a year.
    Year,
    /// 月 after a month.
    Month,
}

/// One part of a date after another.
#[derive(Debug, Clone, Copy)]
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    /// Up to `most` digits, and how many there were.
    fn digits(&mut self, most: usize) -> Option<(u32, usize)> {
        let (mut value, mut count) = (0_u32, 0_usize);
        loop {
            let (digit, end) = match self.bytes.get(self.at) {
                Some(digit @ b'0'..=b'9') => (*digit, self.at.saturating_add(1)),
                Some(0x80..) => match glyph::next_visible(self.bytes, self.at) {
                    Some((Glyph::Digit(digit), _, end)) => (digit, end),
                    _ => break,
                },
                _ => break,
            };
            if count == most {
                return None;
            }
            value = value.saturating_mul(10).saturating_add(number(&[digit]));
            count = count.saturating_add(1);
            self.at = end;
        }
        (count > 0).then_some((value, count))
    }

    fn mark(&mut self) -> Option<Mark> {
        self.spaces();
        let rest = self.bytes.get(self.at..)?;
        let mark = if let [sign @ (b'-' | b'.' | b'/'), ..] = rest {
            self.at = self.at.saturating_add(1);
            Mark::Sign(*sign)
        } else if rest.first()?.is_ascii() {
            return None;
        } else if rest.starts_with("年".as_bytes()) {
            self.at = self.at.saturating_add("年".len());
            Mark::Year
        } else if rest.starts_with("月".as_bytes()) {
            self.at = self.at.saturating_add("月".len());
            Mark::Month
        } else {
            let (glyph, length) = glyph::next(self.bytes, self.at)?;
            let Glyph::Mark(sign @ (b'-' | b'.' | b'/')) = glyph else { return None };
            self.at = self.at.saturating_add(length);
            Mark::Sign(sign)
        };
        self.spaces();
        Some(mark)
    }

    /// Passes over a space or two.
    fn spaces(&mut self) {
        for _ in 0..2 {
            match self.bytes.get(self.at) {
                Some(b' ') => self.at = self.at.saturating_add(1),
                Some(0x80..) => match glyph::next(self.bytes, self.at) {
                    Some((Glyph::Mark(b' '), length)) => self.at = self.at.saturating_add(length),
                    _ => return,
                },
                _ => return,
            }
        }
    }

    /// 日 or 號 after the day, if it is there.
    fn day_sign(&mut self) {
        let mut ahead = *self;
        ahead.spaces();
        let rest = self.bytes.get(ahead.at..).unwrap_or_default();
        if ["日", "号", "號"].iter().any(|sign| rest.starts_with(sign.as_bytes())) {
            self.at = ahead.at.saturating_add(3);
        }
    }

    /// The month whose English name, or the first three letters of it, stands here.
    fn month_name(&mut self) -> Option<u32> {
        let rest = self.bytes.get(self.at..)?;
        let letters =
            rest.iter().take(MONTH_LETTERS_MAX.saturating_add(1)).take_while(|b| b.is_ascii_alphabetic());
        let length = letters.count();
        let name = rest.get(..length)?;
        let place =
            MONTHS.iter().position(|month| name.get(..3).is_some_and(|n| n.eq_ignore_ascii_case(*month)))?;
        self.at = self.at.saturating_add(length);
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at = self.at.saturating_add(1);
        }
        u32::try_from(place).ok()?.checked_add(1)
    }
}

/// The date that begins with this group, or whose day is this group.
pub(crate) fn birth_date(bytes: &[u8], group: &Group) -> Option<Hit> {
    let cursor = Cursor { bytes, at: group.start };
    let (start, end) = compact(cursor, group)
        .or_else(|| year_first(cursor))
        .or_else(|| year_last(cursor))
        .or_else(|| day_month_name(cursor))
        .map(|end| (group.start, end))
        .or_else(|| month_name_day(bytes, group))?;
    // A time of the day makes it a moment at which something was written down.
    if matches!(bytes.get(end..), Some([b'T', hour @ b'0'..=b'9', further @ b'0'..=b'9', ..]) if (*hour, *further) != (b'0', b'0'))
    {
        return None;
    }
    let hit = Hit::new(Entity::DateOfBirth, start, end, 0.45).with(Fact::Date);
    Some(hit.with_context_only())
}

/// The date in ten characters, year first, if someone can have been born then.
pub(crate) fn plain(bytes: &[u8], start: usize, end: usize) -> Option<Hit> {
    let [y0, y1, y2, y3, _, m0, m1, _, d0, d1] = bytes.get(start..end)? else { return None };
    let holds = is_birth(number(&[*y0, *y1, *y2, *y3]), number(&[*m0, *m1]), number(&[*d0, *d1]));
    let hit = Hit::new(Entity::DateOfBirth, start, end, 0.45).with(Fact::Date).with_context_only();
    holds.then_some(hit)
}

fn is_birth(year: u32, month: u32, day: u32) -> bool {
    (YEAR_MIN..=YEAR_MAX).contains(&year) && is_date(year, month, day)
}

/// `19800102`.
fn compact(mut cursor: Cursor<'_>, group: &Group) -> Option<usize> {
    if group.to.saturating_sub(group.from) != 8 {
        return None;
    }
    let (value, _) = cursor.digits(8)?;
    is_birth(value / 10_000, value / 100 % 100, value % 100).then_some(cursor.at)
}

/// `1980-01-02`, `1980年1月2日`, `69/1/2` and `民國69年1月2日`, whose year of the Republic has two digits or three.
fn year_first(mut cursor: Cursor<'_>) -> Option<usize> {
    let begin = cursor.at;
    let (year, size) = cursor.digits(4)?;
    let first = cursor.mark()?;
    let (month, month_size) = cursor.digits(2)?;
    let second = cursor.mark()?;
    let (day, day_size) = cursor.digits(2)?;
    let alike = match (first, second) {
        (Mark::Sign(a), Mark::Sign(b)) => a == b,
        (Mark::Year, Mark::Month) => true,
        _ => false,
    };
    cursor.day_sign();
    let year = match size {
        4 => year,
        // A year of the Republic only where it says so, or is written with its characters.
        2 | 3 if first == Mark::Year => {
            let before = cursor.bytes.get(..begin).unwrap_or_default();
            ["民國", "民国"]
                .iter()
                .any(|era| before.ends_with(era.as_bytes()))
                .then(|| year.saturating_add(MINGUO))?
        }
        _ => return None,
    };
    (alike && month_size <= 2 && day_size <= 2 && is_birth(year, month, day)).then_some(cursor.at)
}

/// `02/01/1980` and `1/2/1980`, in the order of either side of the Atlantic.
fn year_last(mut cursor: Cursor<'_>) -> Option<usize> {
    let (one, _) = cursor.digits(2)?;
    let first = cursor.mark()?;
    let (two, _) = cursor.digits(2)?;
    let second = cursor.mark()?;
    let (year, size) = cursor.digits(4)?;
    let alike = matches!((first, second), (Mark::Sign(a), Mark::Sign(b)) if a == b);
    (alike && size == 4 && (is_birth(year, one, two) || is_birth(year, two, one))).then_some(cursor.at)
}

/// `2 January 1980`, `2nd Jan 1980`.
fn day_month_name(mut cursor: Cursor<'_>) -> Option<usize> {
    let (day, _) = cursor.digits(2)?;
    for ordinal in [b"st", b"nd", b"rd", b"th"] {
        if cursor.bytes.get(cursor.at..)?.starts_with(ordinal) {
            cursor.at = cursor.at.saturating_add(2);
            break;
        }
    }
    between(&mut cursor)?;
    let month = cursor.month_name()?;
    between(&mut cursor)?;
    let (year, size) = cursor.digits(4)?;
    (size == 4 && is_birth(year, month, day)).then_some(cursor.at)
}

/// `January 2, 1980`: the group is the day.
fn month_name_day(bytes: &[u8], group: &Group) -> Option<(usize, usize)> {
    let mut cursor = Cursor { bytes, at: group.start };
    let (day, size) = cursor.digits(2)?;
    between(&mut cursor)?;
    let (year, year_size) = cursor.digits(4)?;
    let before = bytes.get(..group.start)?;
    let head = before.strip_suffix(b" ")?;
    let head = head.strip_suffix(b".").unwrap_or(head);
    let letters =
        head.iter().rev().take(MONTH_LETTERS_MAX.saturating_add(1)).take_while(|b| b.is_ascii_alphabetic());
    let start = head.len().checked_sub(letters.count())?;
    let month = Cursor { bytes, at: start }.month_name()?;
    (size <= 2 && year_size == 4 && is_birth(year, month, day)).then_some((start, cursor.at))
}

/// A space, a comma and a space, or a dash.
fn between(cursor: &mut Cursor<'_>) -> Option<()> {
    let rest = cursor.bytes.get(cursor.at..)?;
    let mark = [b", ".as_slice(), b" ", b"-", b",", b"/"].into_iter().find(|mark| rest.starts_with(mark))?;
    cursor.at = cursor.at.saturating_add(mark.len());
    Some(())
}
