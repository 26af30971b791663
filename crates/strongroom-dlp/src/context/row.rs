//! The cells of the line that is being searched.

use super::header::LINE_BYTES_MAX;
use crate::lanes::{self, BLOCK};
use fearless_simd::Level;
use memchr::memrchr;

/// A line and where its cells begin, read ahead a few blocks at a time.
#[derive(Debug)]
pub(super) struct Row {
    level: Level,
    begin: usize,
    /// How far it was read: past its end, where that was found.
    at: usize,
    ended: bool,
    quoted: bool,
    cells: Vec<usize>,
}

impl Row {
    pub(super) fn new() -> Self {
        Self { level: Level::new(), begin: 0, at: 0, ended: true, quoted: false, cells: Vec::new() }
    }

    /// Forgets the line, since the bytes move.
    pub(super) fn forget(&mut self) {
        self.cells.clear();
    }

    /// Where the cell begins that `start` lies in, and its column; `None` far right in a long line.
    pub(super) fn cell(&mut self, bytes: &[u8], start: usize, delimiter: u8) -> Option<(usize, usize)> {
        if self.cells.is_empty() || start < self.begin || start.saturating_sub(self.at) > LINE_BYTES_MAX {
            let reach = start.saturating_sub(LINE_BYTES_MAX);
            match memrchr(b'\n', bytes.get(reach..start)?) {
                Some(feed) => self.begin(reach.saturating_add(feed).saturating_add(1)),
                None if reach == 0 => self.begin(0),
                None => {
                    self.cells.clear();
                    return None;
                }
            }
        }
        while self.at <= start && self.at < bytes.len() {
            if self.ended {
                self.begin(self.at);
            }
            self.read_on(bytes, delimiter);
        }
        if self.ended && start >= self.at {
            self.begin(self.at);
        }
        let column = self.cells.partition_point(|cell| *cell <= start).checked_sub(1)?;
        let near = start.saturating_sub(self.begin) <= LINE_BYTES_MAX;
        self.cells.get(column).filter(|_| near).map(|cell| (*cell, column))
    }

    fn begin(&mut self, at: usize) {
        (self.begin, self.at, self.ended, self.quoted) = (at, at, false, false);
        self.cells.clear();
        self.cells.push(at);
    }

    /// Reads one more block of the line.
    fn read_on(&mut self, bytes: &[u8], delimiter: u8) {
        let marks = [b'\n', b'"', delimiter];
        let from = self.at;
        let block = bytes.get(from..).and_then(|rest| rest.first_chunk::<BLOCK>());
        if let Some(block) = block {
            let mut left = lanes::any_of(self.level, block, marks);
            while left != 0 && !self.ended {
                self.take(
                    bytes,
                    from.saturating_add(usize::try_from(left.trailing_zeros()).unwrap_or(0)),
                    delimiter,
                );
                left &= left.wrapping_sub(1);
            }
            if !self.ended {
                self.at = from.saturating_add(BLOCK);
            }
            return;
        }
        for at in from..bytes.len() {
            self.take(bytes, at, delimiter);
            if self.ended {
                return;
            }
        }
        self.at = bytes.len();
    }

    /// Takes the byte at `at` for what it is.
    fn take(&mut self, bytes: &[u8], at: usize, delimiter: u8) {
        match bytes.get(at) {
            Some(b'\n') => (self.at, self.ended) = (at.saturating_add(1), true),
            Some(b'"') => self.quoted = !self.quoted,
            Some(byte)
                if *byte == delimiter && !self.quoted && at.saturating_sub(self.begin) <= LINE_BYTES_MAX =>
            {
                self.cells.push(at.saturating_add(1));
            }
            _ => {}
        }
    }
}
