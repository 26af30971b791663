//! Text in the encodings that Chinese files come in, with an exact way back to the original bytes.

mod detect;

use std::fmt;
use std::str::FromStr;

use encoding_rs::DecoderResult;
use thiserror::Error;

pub use detect::detect;

/// An encoding that can be scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Big5 with the Hong Kong supplement, as the WHATWG Encoding Standard has it.
    Big5,
    /// GB 18030, which includes GBK and GB 2312.
    Gb18030,
    /// UTF-16, most significant byte first.
    Utf16Be,
    /// UTF-16, least significant byte first.
    Utf16Le,
    /// UTF-8.
    Utf8,
}

impl Encoding {
    const NAMES: [(Self, &'static str); 5] = [
        (Self::Big5, "big5"),
        (Self::Gb18030, "gb18030"),
        (Self::Utf16Be, "utf-16be"),
        (Self::Utf16Le, "utf-16le"),
        (Self::Utf8, "utf-8"),
    ];
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::NAMES.iter().find(|(encoding, _)| encoding == self).map_or("", |(_, name)| name);
        f.pad(name)
    }
}

impl FromStr for Encoding {
    type Err = UnknownEncoding;

    /// The lower-case names of the Encoding Standard, in any case, and `gbk` and `gb2312` for GB 18030.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "gbk" | "gb2312" => Ok(Self::Gb18030),
            "utf8" => Ok(Self::Utf8),
            _ => Self::NAMES
                .iter()
                .find(|(_, known)| *known == lower)
                .map(|(encoding, _)| *encoding)
                .ok_or_else(|| UnknownEncoding(name.to_owned())),
        }
    }
}

/// A name that is no encoding of this version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown encoding `{0}`, expected `utf-8`, `utf-16le`, `utf-16be`, `gb18030` or `big5`")]
pub struct UnknownEncoding(String);

/// Decoded text, and where each character of it came from.
#[derive(Clone, PartialEq, Eq)]
pub struct Decoded {
    text: String,
    runs: Vec<Run>,
    source_length: usize,
    malformed: usize,
}

/// Neighbouring characters of equal size, in the text and in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    text: usize,
    source: usize,
    text_size: usize,
    source_size: usize,
}

impl fmt::Debug for Decoded {
    /// The text is someone's data, so only its size shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("text", &"[redacted]")
            .field("text_bytes", &self.text.len())
            .field("malformed", &self.malformed)
            .finish_non_exhaustive()
    }
}

impl Decoded {
    /// The text; each malformed byte is one U+FFFD.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text itself.
    pub fn into_text(self) -> String {
        self.text
    }

    /// How many bytes belonged to no character.
    pub const fn malformed(&self) -> usize {
        self.malformed
    }

    /// Where the character at this byte of the text begins in the source; the end of the text maps to the end of the
    /// source. `None` past the end and inside a character.
    pub fn source_offset(&self, text_offset: usize) -> Option<usize> {
        if text_offset == self.text.len() {
            return Some(self.source_length);
        }
        if !self.text.is_char_boundary(text_offset) {
            return None;
        }
        let after = self.runs.partition_point(|run| run.text <= text_offset);
        let run = self.runs.get(after.checked_sub(1)?)?;
        let characters = text_offset.checked_sub(run.text)?.checked_div(run.text_size)?;
        run.source.checked_add(characters.checked_mul(run.source_size)?)
    }

    fn push(&mut self, character: char, source_size: usize) {
        let (text, source) = (self.text.len(), self.source_length);
        let text_size = character.len_utf8();
        if self.runs.last().is_none_or(|run| (run.text_size, run.source_size) != (text_size, source_size)) {
            self.runs.push(Run { text, source, text_size, source_size });
        }
        self.text.push(character);
        self.source_length = source.saturating_add(source_size);
    }

    fn push_malformed(&mut self, source_size: usize) {
        self.malformed = self.malformed.saturating_add(source_size);
        self.push(char::REPLACEMENT_CHARACTER, source_size);
    }
}

/// Decodes bytes; what is malformed becomes U+FFFD. A byte order mark stays, as U+FEFF.
///
/// Character by character, so that every offset is exact.
pub fn decode(bytes: &[u8], encoding: Encoding) -> Decoded {
    let text = String::with_capacity(bytes.len());
    let mut decoded = Decoded { text, runs: Vec::new(), source_length: 0, malformed: 0 };
    match encoding {
        Encoding::Utf8 => utf8(bytes, &mut decoded),
        Encoding::Utf16Le => utf16(bytes, u16::from_le_bytes, &mut decoded),
        Encoding::Utf16Be => utf16(bytes, u16::from_be_bytes, &mut decoded),
        Encoding::Gb18030 => multi_byte(bytes, encoding_rs::GB18030, gb18030_size, &mut decoded),
        Encoding::Big5 => multi_byte(bytes, encoding_rs::BIG5, |_, _| 2, &mut decoded),
    }
    decoded
}

fn utf8(bytes: &[u8], decoded: &mut Decoded) {
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            decoded.push(character, character.len_utf8());
        }
        for _ in chunk.invalid() {
            decoded.push_malformed(1);
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, decoded: &mut Decoded) {
    let (pairs, rest) = bytes.as_chunks::<2>();
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match character {
            Ok(character) => decoded.push(character, character.len_utf16().saturating_mul(2)),
            Err(_) => decoded.push_malformed(2),
        }
    }
    if !rest.is_empty() {
        decoded.push_malformed(1);
    }
}

/// Encodings where ASCII is itself and any other lead byte tells with the next how long the character is.
fn multi_byte(
    bytes: &[u8],
    encoding: &'static encoding_rs::Encoding,
    size: fn(u8, Option<u8>) -> usize,
    decoded: &mut Decoded,
) {
    let mut rest = bytes;
    while let Some((lead, tail)) = rest.split_first() {
        if lead.is_ascii() {
            decoded.push(char::from(*lead), 1);
            rest = tail;
            continue;
        }
        let size = size(*lead, tail.first().copied());
        let step = rest.split_at_checked(size).and_then(|(head, after)| Some((one(head, encoding)?, after)));
        if let Some(((first, second), after)) = step {
            decoded.push(first, size);
            if let Some(second) = second {
                decoded.push(second, 0);
            }
            rest = after;
        } else {
            decoded.push_malformed(1);
            rest = tail;
        }
    }
}

/// The character that the bytes stand for. Four codes of Big5 stand for a letter and a combining mark: the letter then
/// takes the bytes and the mark none.
pub(crate) fn one(head: &[u8], encoding: &'static encoding_rs::Encoding) -> Option<(char, Option<char>)> {
    let mut buffer = [0; 16];
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (result, _, written) = decoder.decode_to_utf8_without_replacement(head, &mut buffer, true);
    let text = std::str::from_utf8(buffer.get(..written)?).ok()?;
    let mut characters = text.chars();
    let first = characters.next()?;
    (result == DecoderResult::InputEmpty).then(|| (first, characters.next()))
}

/// 0x80 alone is the euro sign of code page 936; a digit in second place begins a character of four bytes.
const fn gb18030_size(lead: u8, second: Option<u8>) -> usize {
    match (lead, second) {
        (0x80, _) => 1,
        (_, Some(b'0'..=b'9')) => 4,
        _ => 2,
    }
}

#[cfg(test)]
mod tests;
