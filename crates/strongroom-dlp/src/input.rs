//! What a finding's offsets point into.

use std::fmt;
use std::ops::Range;

#[cfg(feature = "encodings")]
use crate::{Encoding, decode};

/// The input that was scanned: text, bytes that should be UTF-8, or (with the feature `encodings`) bytes and their
/// encoding. Each converts into it.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    bytes: &'a [u8],
    #[cfg(feature = "encodings")]
    encoding: Encoding,
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Input({} bytes, [redacted])", self.bytes.len())
    }
}

impl<'a> From<&'a [u8]> for Input<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            #[cfg(feature = "encodings")]
            encoding: Encoding::Utf8,
        }
    }
}

impl<'a> From<&'a str> for Input<'a> {
    fn from(text: &'a str) -> Self {
        text.as_bytes().into()
    }
}

#[cfg(feature = "encodings")]
impl<'a> From<(&'a [u8], Encoding)> for Input<'a> {
    fn from((bytes, encoding): (&'a [u8], Encoding)) -> Self {
        Self { bytes, encoding }
    }
}

impl Input<'_> {
    /// The value at these bytes; `None` where they lie outside or hold what is no character, so that the range belongs to
    /// another input.
    pub(crate) fn value(&self, range: Range<usize>) -> Option<String> {
        let bytes = self.bytes.get(range).filter(|bytes| !bytes.is_empty())?;
        #[cfg(feature = "encodings")]
        if self.encoding != Encoding::Utf8 {
            let decoded = decode(bytes, self.encoding);
            return (decoded.malformed() == 0).then(|| decoded.into_text());
        }
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    }
}
