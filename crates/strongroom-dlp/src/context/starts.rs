//! Where a word may begin, for a block of bytes at once.

use crate::lanes::{BLOCK, Tables, Window};
use fearless_simd::{Level, Simd, SimdBase as _, SimdMask as _, dispatch};

/// Groups of words in one set of tables.
const GROUPS: usize = 8;

/// What words begin with: those of ASCII letters, and all others.
#[derive(Debug, Clone)]
pub(super) struct Starts {
    level: Level,
    ascii: Tables,
    wide: Tables,
}

/// A block of bytes, one bit each, the first the lowest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// Where a word may begin.
    pub(super) begins: u64,
    /// Ends of lines.
    pub(super) feeds: u64,
}

impl Starts {
    pub(super) fn of<'a>(words: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut heads: Vec<[u8; 3]> = words.filter_map(|word| word.first_chunk().copied()).collect();
        heads.sort_unstable();
        heads.dedup();
        let (ascii, wide): (Vec<_>, Vec<_>) = heads.into_iter().partition(|[first, ..]| first.is_ascii());
        Self { level: Level::new(), ascii: grouped(&ascii), wide: grouped(&wide) }
    }

    /// The block at `at`, where a letter stands before it or none; `None` where there is no whole one.
    pub(super) fn block(&self, bytes: &[u8], at: usize, letter_before: bool) -> Option<Block> {
        let bytes = bytes.get(at..)?;
        let (begins, letters, feeds) = dispatch!(self.level, simd => search(simd, self, bytes))?;
        // No English word begins inside another one.
        let inside = letters & ((letters << 1) | u64::from(letter_before));
        Some(Block { begins: begins & !inside, feeds })
    }
}

/// The bytes where words may begin, letters of ASCII, and ends of lines.
#[expect(clippy::inline_always, reason = "it must become part of what is compiled for each kind of machine")]
#[inline(always)]
fn search<S: Simd>(simd: S, starts: &Starts, bytes: &[u8]) -> Option<(u64, u64, u64)> {
    let window = Window::first(simd, bytes)?;
    let begins = window.begins(simd, &starts.ascii) | window.begins(simd, &starts.wide);
    let lower = window.a | 0x20;
    let letters = lower.simd_ge(b'a').to_bitmask() & lower.simd_le(b'z').to_bitmask();
    Some((begins, letters, window.a.simd_eq(b'\n').to_bitmask()))
}

/// Words that begin alike share a group, so that few others pass.
fn grouped(heads: &[[u8; 3]]) -> Tables {
    let mut tables = Tables::new();
    let size = heads.len().div_ceil(GROUPS).max(1);
    for (group, heads) in heads.chunks(size).enumerate() {
        for head in heads {
            // In either case; an underscore reads as a space.
            let forms =
                head.map(|byte| [byte, byte.to_ascii_uppercase(), if byte == b' ' { b'_' } else { byte }]);
            tables.add(group, forms.each_ref().map(<[u8; 3]>::as_slice));
        }
    }
    tables
}

const _: () = assert!(BLOCK == 64, "a block is a word of bits");
