//! A file's bytes as a stream of UTF-8, in bounded memory.

use encoding_rs::{Decoder, DecoderResult};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    fmt,
    io::{self, Read},
    rc::Rc,
};
use strongroom_dlp::{Encoding, detect_encoding};

/// How much of a file's start decides on its encoding.
pub(super) const HEAD_BYTES: usize = 64 * 1024;
/// The longest row. An unclosed quotation mark must not pull the rest of the file into memory.
pub(super) const ROW_BYTES_MAX: usize = 4 * 1024 * 1024;

/// An encoding of CSV files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Charset(Encoding);

impl Charset {
    /// What the start of a file is most likely written in.
    pub(super) fn detect(head: &[u8]) -> Self {
        Self(detect_encoding(head))
    }

    fn decoder(self) -> Decoder {
        let encoding = match self.0 {
            Encoding::Big5 => encoding_rs::BIG5,
            Encoding::Gb18030 => encoding_rs::GB18030,
            Encoding::Utf16Be => encoding_rs::UTF_16BE,
            Encoding::Utf16Le => encoding_rs::UTF_16LE,
            _ => encoding_rs::UTF_8,
        };
        encoding.new_decoder_with_bom_removal()
    }

    /// Whether the start of a file is well-formed. A character that is cut at the end of `head` is no fault unless
    /// `head` is `whole`.
    pub(super) fn check(self, head: &[u8], whole: bool) -> Result<(), EncodingError> {
        let mut decoder = self.decoder();
        let (mut from, mut line) = (0_usize, 1_u64);
        let mut text = vec![0; 4096];
        loop {
            let rest = head.get(from..).unwrap_or_default();
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(rest, &mut text, whole);
            from = from.saturating_add(read);
            let lines = memchr::memchr_iter(b'\n', text.get(..written).unwrap_or_default()).count();
            line = line.saturating_add(u64::try_from(lines).unwrap_or(u64::MAX));
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(bad, after) => {
                    let offset = from.saturating_sub(usize::from(bad)).saturating_sub(usize::from(after));
                    return Err(EncodingError { charset: self, offset, line });
                }
            }
        }
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Encoding> for Charset {
    fn from(encoding: Encoding) -> Self {
        Self(encoding)
    }
}

/// The start of a file is not in the encoding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, byte {offset}: not {charset}")]
pub(crate) struct EncodingError {
    charset: Charset,
    /// Counted from 0.
    pub(super) offset: usize,
    pub(super) line: u64,
}

/// What the decoder and the CSV reader above it tell each other.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Bytes of the file that were decoded.
    read: Cell<u64>,
    /// Where in the text malformed bytes were replaced, and not yet asked about.
    faults: RefCell<VecDeque<u64>>,
    /// Where in the text the row begins that is being read.
    row: Cell<u64>,
    too_long: Cell<bool>,
}

impl Tally {
    pub(super) fn bytes_read(&self) -> u64 {
        self.read.get()
    }

    /// A row begins at this offset of the text.
    pub(super) fn begin_row(&self, offset: u64) {
        self.row.set(offset);
    }

    pub(super) fn row_too_long(&self) -> bool {
        self.too_long.get()
    }

    /// Whether bytes before this offset of the text, and after those asked about before, were malformed.
    pub(super) fn malformed_before(&self, end: u64) -> bool {
        let mut faults = self.faults.borrow_mut();
        let mut found = false;
        while faults.front().is_some_and(|fault| *fault < end) {
            faults.pop_front();
            found = true;
        }
        found
    }
}

/// Decodes what it reads. Malformed bytes become U+FFFD and are told to the [`Tally`].
pub(super) struct Decoding<R> {
    source: R,
    decoder: Decoder,
    input: Vec<u8>,
    from: usize,
    filled: usize,
    source_ended: bool,
    ended: bool,
    /// Bytes of text handed out.
    written: u64,
    tally: Rc<Tally>,
}

const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

impl<R: Read> Decoding<R> {
    pub(super) fn new(source: R, charset: Charset, tally: Rc<Tally>) -> Self {
        Self {
            source,
            decoder: charset.decoder(),
            input: vec![0; HEAD_BYTES],
            from: 0,
            filled: 0,
            source_ended: false,
            ended: false,
            written: 0,
            tally,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.from == self.filled && !self.source_ended {
            self.from = 0;
            self.filled = self.source.read(&mut self.input)?;
            self.source_ended = self.filled == 0;
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let limit = u64::try_from(ROW_BYTES_MAX).unwrap_or(u64::MAX);
        if self.written.saturating_sub(self.tally.row.get()) > limit {
            self.tally.too_long.set(true);
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a row is too long"));
        }
        while !self.ended {
            self.fill()?;
            // Room is kept for one replacement character.
            let Some(room) = out.len().checked_sub(REPLACEMENT.len()).and_then(|room| out.get_mut(..room))
            else {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "no room for a character"));
            };
            let input = self.input.get(self.from..self.filled).unwrap_or_default();
            let (result, read, mut written) =
                self.decoder.decode_to_utf8_without_replacement(input, room, self.source_ended);
            self.from = self.from.saturating_add(read);
            self.tally.read.set(self.tally.read.get().saturating_add(u64::try_from(read).unwrap_or(0)));
            if let DecoderResult::Malformed(..) = result {
                let at = self.written.saturating_add(u64::try_from(written).unwrap_or(0));
                self.tally.faults.borrow_mut().push_back(at);
                let end = written.saturating_add(REPLACEMENT.len());
                if let Some(place) = out.get_mut(written..end) {
                    place.copy_from_slice(REPLACEMENT);
                    written = end;
                }
            } else if self.source_ended && result == DecoderResult::InputEmpty {
                self.ended = true;
            }
            if written > 0 {
                self.written = self.written.saturating_add(u64::try_from(written).unwrap_or(0));
                return Ok(written);
            }
        }
        Ok(0)
    }
}
