//! Input in pieces, in bounded memory.

use std::fmt;

use crate::pass::{AHEAD, BEHIND, Pass};
use crate::{Finding, Scanner};

/// Bytes that are searched at once.
const PIECE_BYTES: usize = 64 * 1024;

/// A scan of input that comes in pieces of any size.
///
/// Its findings are those of [`Scanner::scan`] over the whole, wherever the pieces are cut. It holds about 160 KiB of
/// the input, whatever its length: a finding comes out once no byte still to come can change it, 24 KiB later at most.
///
/// ```
/// use strongroom_dlp::Scanner;
///
/// let scanner = Scanner::new();
/// let mut stream = scanner.stream();
/// let mut found = stream.push("手机号：1380".as_bytes());
/// found.extend(stream.push(b"0138000"));
/// found.extend(stream.finish());
/// assert_eq!(found[0].range(), 12..23);
/// ```
pub struct Stream<'a> {
    pass: Pass<'a>,
    held: Vec<u8>,
}

impl fmt::Debug for Stream<'_> {
    /// The input is someone's data, so only its size shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("held", &self.held.len()).finish_non_exhaustive()
    }
}

impl<'a> Stream<'a> {
    pub(crate) fn new(scanner: &'a Scanner) -> Self {
        Self { pass: Pass::new(scanner), held: Vec::new() }
    }

    /// Takes the next piece, and returns the findings that are certain now. Offsets count from the first piece's start.
    pub fn push(&mut self, piece: &[u8]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for part in piece.chunks(PIECE_BYTES) {
            self.held.extend_from_slice(part);
            if self.held.len() >= BEHIND.saturating_add(AHEAD).saturating_add(PIECE_BYTES / 2) {
                self.pass.run(&self.held, false, &mut findings);
                let spent = self.pass.spent();
                self.held.drain(..spent);
                self.pass.forget(spent);
            }
        }
        findings
    }

    /// Ends the input, and returns the findings that are left.
    pub fn finish(mut self) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.pass.run(&self.held, true, &mut findings);
        findings
    }
}

#[cfg(test)]
mod tests;
