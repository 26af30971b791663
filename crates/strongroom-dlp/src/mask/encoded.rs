//! Covering values in files that are not UTF-8, without touching any other byte.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use encoding_rs::EncoderResult;

use super::plan::{Piece, Plan, merged, splice};
use super::{ByEntity, Cover, MaskError, MaskedBytes, Tokens, tokens};
use crate::encoding::{Decoded, Encoding, decode, one};
use crate::{Entity, Finding};

/// Covers every finding in bytes in this encoding; the offsets of the findings are into these bytes, as
/// [`Scanner::scan_encoded`](crate::Scanner::scan_encoded) gives them.
///
/// Each byte outside the findings stays as it was, byte order mark and malformed bytes too, and covers are written in
/// the same encoding. A malformed byte right before a finding may, for whoever reads the result, join the first
/// character of the cover.
pub fn mask_encoded(
    bytes: &[u8],
    encoding: Encoding,
    findings: &[Finding],
    mut cover: impl Cover,
) -> Result<MaskedBytes, MaskError> {
    let decoded = decode(bytes, encoding);
    let text = decoded.text();
    let ranges = merged(bytes.len(), findings, |range| {
        let place = text_offset(&decoded, range.start)?..text_offset(&decoded, range.end)?;
        // SECURITY: a byte that decodes to nothing is in no value, so a finding with one is of another encoding.
        (decode(bytes.get(range)?, encoding).malformed() == 0).then_some(place)
    })?;
    let plan = Plan::new([(0, text)], ranges, &mut cover)?;
    apply(bytes, encoding, &decoded, plan)
}

/// As [`mask_encoded`], in the way that each finding's entity asks for.
pub fn mask_encoded_with<C: Cover>(
    bytes: &[u8],
    encoding: Encoding,
    findings: &[Finding],
    cover: impl FnMut(Entity) -> C,
) -> Result<MaskedBytes, MaskError> {
    mask_encoded(bytes, encoding, findings, ByEntity(cover))
}

/// Puts the originals back in the place of the tokens, in bytes in this encoding; see [`restore`](crate::restore).
///
/// The only error is [`MaskError::Unencodable`]: a value from another text that this encoding cannot write. Where an
/// encoding has two codes for one character, as Big5 has for a few, the first is written.
pub fn restore_encoded(bytes: &[u8], encoding: Encoding, tokens: &Tokens) -> Result<Vec<u8>, MaskError> {
    let decoded = decode(bytes, encoding);
    let plan = tokens::plan(decoded.text(), tokens);
    apply(bytes, encoding, &decoded, plan).map(|restored| restored.bytes)
}

/// The plan was made on the decoded text; its places become those of the bytes.
fn apply(
    bytes: &[u8],
    encoding: Encoding,
    decoded: &Decoded,
    mut plan: Plan,
) -> Result<MaskedBytes, MaskError> {
    for edit in &mut plan.edits {
        let Range { start, end } = edit.source;
        let (Some(from), Some(to)) = (decoded.source_offset(start), decoded.source_offset(end)) else {
            return Err(MaskError::SplitsCharacter { start, end });
        };
        edit.source = from..to;
    }
    let mut out = Vec::with_capacity(bytes.len());
    let (spans, offsets) = splice(&plan, bytes.len(), |piece| {
        match piece {
            Piece::Kept(range) => out.extend_from_slice(bytes.get(range).unwrap_or_default()),
            Piece::New(new) => encode(new, encoding, &mut out)?,
        }
        Some(out.len())
    })?;
    Ok(MaskedBytes { bytes: out, spans, offsets })
}

/// Where in the text the character begins that begins at this byte of the source. Where a mark shares the bytes of the
/// letter before it, the place is behind the mark.
fn text_offset(decoded: &Decoded, source: usize) -> Option<usize> {
    let text = decoded.text();
    // What begins at or before the source's offset ends at `low`; from `high` on, all begins behind it.
    let (mut low, mut high) = (0, text.len());
    let mut last = 0;
    while low <= high {
        let middle = floor_boundary(text, low.midpoint(high));
        if decoded.source_offset(middle)? <= source {
            last = middle;
            low = middle.checked_add(text.get(middle..)?.chars().next().map_or(1, char::len_utf8))?;
        } else {
            high = middle.checked_sub(1)?;
        }
    }
    (decoded.source_offset(last)? == source).then_some(last)
}

/// The last place at or before this one that cuts no character.
fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    at
}

/// `None` where the encoding lacks a character.
fn encode(text: &str, encoding: Encoding, out: &mut Vec<u8>) -> Option<()> {
    match encoding {
        Encoding::Utf8 => out.extend_from_slice(text.as_bytes()),
        Encoding::Utf16Le => out.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
        Encoding::Utf16Be => out.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
        Encoding::Gb18030 => multi_byte(text, encoding_rs::GB18030, out)?,
        Encoding::Big5 => multi_byte(text, encoding_rs::BIG5, out)?,
    }
    Some(())
}

fn multi_byte(text: &str, encoding: &'static encoding_rs::Encoding, out: &mut Vec<u8>) -> Option<()> {
    let mut encoder = encoding.new_encoder();
    let mut rest = text;
    let mut buffer = [0; 256];
    loop {
        let (result, read, written) = encoder.encode_from_utf8_without_replacement(rest, &mut buffer, true);
        out.extend_from_slice(buffer.get(..written)?);
        rest = rest.get(read..)?;
        match result {
            EncoderResult::InputEmpty => return Some(()),
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(character) if encoding == encoding_rs::BIG5 => {
                let mark = rest.chars().next();
                let (code, mark) = match HONG_KONG.get(&(character, mark)) {
                    Some(code) => (code, mark),
                    None => (HONG_KONG.get(&(character, None))?, None),
                };
                out.extend_from_slice(code);
                rest = rest.get(mark.map_or(0, char::len_utf8)..)?;
            }
            EncoderResult::Unmappable(_) => return None,
        }
    }
}

/// What a code of Big5 stands for: a character, or one of four letters with a combining mark.
type Read = (char, Option<char>);

/// The codes of the Hong Kong supplement that the Encoding Standard reads and does not write, such as that of 埗 in 深水埗.
static HONG_KONG: LazyLock<HashMap<Read, [u8; 2]>> = LazyLock::new(|| {
    let mut codes = HashMap::new();
    for code in (0x81..=0xA0).flat_map(|lead| (0x40..=0xFE).map(move |trail| [lead, trail])) {
        if let Some(read) = one(&code, encoding_rs::BIG5) {
            codes.entry(read).or_insert(code);
        }
    }
    codes
});
