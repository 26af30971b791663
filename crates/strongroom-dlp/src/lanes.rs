//! Which bytes may begin one of some words, for many bytes at once.
//!
//! A byte and the two after it are looked up by their halves, in tables of sixteen entries, in one instruction for as many
//! bytes as the machine has lanes. A bit that is left over all six tables is a word, or a group of words alike, that may
//! begin here; since halves are looked up apart, a few others pass too.

use fearless_simd::{Level, Simd, SimdBase as _, SimdMask as _, dispatch, u8x64};

/// Bytes in a block, one bit each.
pub(crate) const BLOCK: usize = 64;

/// One bit for each of eight groups of words, by the halves of their first three bytes; each table stands there once for each
/// 16 lanes.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    low: [[u8; BLOCK]; 3],
    high: [[u8; BLOCK]; 3],
}

impl Tables {
    pub(crate) const fn new() -> Self {
        Self { low: [[0; BLOCK]; 3], high: [[0; BLOCK]; 3] }
    }

    /// Adds to a group what begins with one of these bytes in each place; no bytes are any.
    pub(crate) fn add(&mut self, group: usize, head: [&[u8]; 3]) {
        let bit = u32::try_from(group).ok().and_then(|group| 1_u8.checked_shl(group)).unwrap_or(0);
        for ((low, high), bytes) in self.low.iter_mut().zip(&mut self.high).zip(head) {
            for (lane, (low, high)) in low.iter_mut().zip(high).enumerate() {
                let has = |half: fn(u8) -> u8| {
                    bytes.is_empty() || bytes.iter().any(|byte| usize::from(half(*byte)) == lane % 16)
                };
                *low |= if has(|byte| byte & 0x0F) { bit } else { 0 };
                *high |= if has(|byte| byte >> 4) { bit } else { 0 };
            }
        }
    }
}

/// A block of bytes and the two after each of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window<S: Simd> {
    pub(crate) a: u8x64<S>,
    b: u8x64<S>,
    c: u8x64<S>,
}

#[expect(clippy::inline_always, reason = "it must become part of what is compiled for each kind of machine")]
impl<S: Simd> Window<S> {
    /// The first block; `None` where there is no whole one.
    #[inline(always)]
    pub(crate) fn first(simd: S, bytes: &[u8]) -> Option<Self> {
        let window = bytes.first_chunk::<{ BLOCK + 2 }>()?;
        let [_, from_second @ ..] = window;
        let [_, _, from_third @ ..] = window;
        Some(Self {
            a: u8x64::load_array_ref(simd, window.first_chunk()?),
            b: u8x64::load_array_ref(simd, from_second.first_chunk()?),
            c: u8x64::load_array_ref(simd, from_third),
        })
    }

    /// Where one of the words may begin, as bits, the first of the block the lowest.
    #[inline(always)]
    pub(crate) fn begins(self, simd: S, tables: &Tables) -> u64 {
        any(self.groups(simd, tables))
    }

    /// The groups of words that may begin at each byte.
    #[inline(always)]
    pub(crate) fn groups(self, simd: S, tables: &Tables) -> u8x64<S> {
        let Tables { low: [low_a, low_b, low_c], high: [high_a, high_b, high_c] } = tables;
        let of_a = lookup(simd, low_a, self.a & 0x0F) & lookup(simd, high_a, high_half(self.a));
        let of_b = lookup(simd, low_b, self.b & 0x0F) & lookup(simd, high_b, high_half(self.b));
        let of_c = lookup(simd, low_c, self.c & 0x0F) & lookup(simd, high_c, high_half(self.c));
        of_a & of_b & of_c
    }
}

/// Where any group is left, as bits.
#[expect(clippy::inline_always, reason = "as above")]
#[inline(always)]
pub(crate) fn any<S: Simd>(groups: u8x64<S>) -> u64 {
    !groups.simd_eq(0).to_bitmask()
}

#[expect(clippy::inline_always, reason = "as above")]
#[expect(clippy::arithmetic_side_effects, reason = "a shift of bytes by four")]
#[inline(always)]
fn high_half<S: Simd>(bytes: u8x64<S>) -> u8x64<S> {
    bytes >> 4
}

#[expect(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn lookup<S: Simd>(simd: S, table: &[u8; BLOCK], entries: u8x64<S>) -> u8x64<S> {
    u8x64::load_array_ref(simd, table).swizzle_dyn_within_blocks(entries)
}

/// Where one of three bytes is, as bits.
pub(crate) fn any_of(level: Level, block: &[u8; BLOCK], bytes: [u8; 3]) -> u64 {
    dispatch!(level, simd => any_of_in(simd, block, bytes))
}

#[expect(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn any_of_in<S: Simd>(simd: S, block: &[u8; BLOCK], [first, second, third]: [u8; 3]) -> u64 {
    let block = u8x64::load_array_ref(simd, block);
    (block.simd_eq(first) | block.simd_eq(second) | block.simd_eq(third)).to_bitmask()
}
