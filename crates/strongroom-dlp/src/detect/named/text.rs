//! Steps through Chinese characters and capitalised words.

/// The Chinese character that begins at `at`.
pub(super) fn character(bytes: &[u8], at: usize) -> Option<char> {
    let [a @ 0xE4..=0xE9, b @ 0x80..=0xBF, c @ 0x80..=0xBF] = *bytes.get(at..)?.first_chunk::<3>()? else {
        return None;
    };
    let bits = |byte: u8, mask: u8| u32::from(byte & mask);
    let code = (bits(a, 0x0F) << 12) | (bits(b, 0x3F) << 6) | bits(c, 0x3F);
    if matches!(code, 0x4E00..=0x9FFF) { char::from_u32(code) } else { None }
}

/// The Chinese character that ends at `end`.
pub(in crate::detect) fn character_before(bytes: &[u8], end: usize) -> Option<char> {
    character(bytes, end.checked_sub(3)?)
}

/// Whether the text before `end` ends with one of these.
pub(super) fn ends_with<'a>(bytes: &[u8], end: usize, any: &[&'a str]) -> Option<&'a str> {
    let before = bytes.get(..end)?;
    any.iter().copied().find(|word| before.ends_with(word.as_bytes()))
}

/// Whether the text from `at` on begins with one of these.
pub(super) fn starts_with<'a>(bytes: &[u8], at: usize, any: &[&'a str]) -> Option<&'a str> {
    let rest = bytes.get(at..)?;
    any.iter().copied().find(|word| rest.starts_with(word.as_bytes()))
}

/// Where the capitalised word ends that begins at `at`: a capital and letters, dashes or apostrophes.
pub(super) fn capitalised(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let inside = |byte: &&u8| byte.is_ascii_alphabetic() || matches!(byte, b'\'' | b'-');
    let length = rest.iter().take(24).take_while(inside).count();
    (rest.first()?.is_ascii_uppercase() && length >= 2).then(|| at.saturating_add(length))
}

/// Where the capitalised word begins that ends at `end`.
pub(super) fn capitalised_before(bytes: &[u8], end: usize) -> Option<usize> {
    let head = bytes.get(..end)?;
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'\'' | b'-' | b'&');
    let length = head.iter().rev().take(24).take_while(inside).count();
    let start = end.checked_sub(length)?;
    head.get(start).is_some_and(|first| first.is_ascii_uppercase() || *first == b'&').then_some(start)
}

/// The first of the Chinese characters, and how many words of bits all of them take.
const HAN_FIRST: u32 = 0x4E00;
const HAN_WORDS: usize = 328;

/// Some Chinese characters, one bit each.
#[derive(Debug)]
pub(super) struct HanSet(Box<[u64]>);

impl HanSet {
    pub(super) fn of(text: &str) -> Self {
        let mut set = vec![0_u64; HAN_WORDS];
        for character in text.chars() {
            let (word, bit) = Self::place(character);
            if let Some(word) = set.get_mut(word) {
                *word |= bit;
            }
        }
        Self(set.into())
    }

    pub(super) fn contains(&self, character: char) -> bool {
        let (word, bit) = Self::place(character);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    fn place(character: char) -> (usize, u64) {
        let code = u32::from(character).wrapping_sub(HAN_FIRST);
        (usize::try_from(code / 64).unwrap_or(usize::MAX), 1 << (code % 64))
    }
}
