//! The first three bytes of all that a search stops at.

use crate::lanes::{self, BLOCK, Tables, Window};
use fearless_simd::{Level, Simd, dispatch};
use std::sync::LazyLock;

/// Blocks that are searched at a time.
pub(super) const BLOCKS: usize = 8;

/// The first three bytes of what begins something of interest, by what each of them can be; none is any.
type Head = [&'static [u8]; 3];

const ANY: &[u8] = &[];
const DIGITS: &[u8] = b"0123456789";
/// The low halves of the second bytes of digits.
const ARABIC: &[u8] = &[0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xB0];
const INDIC: &[u8] = &[0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF];
const MYANMAR: &[u8] = &[0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89];
const CIRCLED: &[u8] = &[0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xBB, 0xBC, 0xBD, 0xBE];
/// The groups of the last set that are numerals.
const CIRCLED_GROUPS: u8 = 0xE0;
const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const WIDE: &[u8] = &[0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99];

/// Those that share a head differ little in each byte, so that few others pass.
const HEADS: [[Head; 8]; 4] = [
    [
        [DIGITS, ANY, ANY],
        [b"@", ANY, ANY],
        // Ltd, Limited, Inc, GmbH, Corporation.
        [b"LIGC", b"tinmo", b"dmcbr"],
        // LLC, LLP, PLC, AKIA, ASIA.
        [b"LPA", b"LKS", b"CPI"],
        // Mr, Ms, Dr.
        [b"MD", b"rs", ANY],
        // SWIFT, BIC.
        [b"sSbB", b"wWiI", b"iIcC"],
        // (at, [at.
        [b"([", b"aA", b"tT"],
        // dot in its three forms.
        [b" ([", b"dD", b"oO"],
    ],
    [
        [&[0xEF], &[0xBC], WIDE],
        // Full-width at sign, three dashes.
        [&[0xEF, b'-'], &[0xBC, b'-'], &[0xA0, b'-']],
        [&[0xD9, 0xDB], ARABIC, ANY],
        // Mathematical digits, 代.
        [&[0xF0, 0xE4], &[0x9D, 0xBB], &[0x9F, 0xA3]],
        // 人, 小.
        [&[0xE4, 0xE5], &[0xBA, 0xB0], &[0xBA, 0x8F]],
        // 名, 女.
        [&[0xE5], &[0x90, 0xA5], &[0x8D, 0xB3]],
        // 公, 先; 戶, 户, 我.
        [&[0xE5, 0xE6], &[0x85, 0x88], &[0xAC, 0x88, 0xB6, 0xB7, 0x91]],
        // Digits of Thailand and Laos.
        [&[0xE0], &[0xB9, 0xBB], WIDE],
    ],
    // Chinese numerals, as `glyph::numeral` has them.
    [
        // 一三七.
        [&[0xE4], &[0xB8], &[0x80, 0x89, 0x83]],
        // 二五九伍.
        [&[0xE4], &[0xBA, 0xB9, 0xBC], &[0x8C, 0x94, 0x9D, 0x8D]],
        // 壹幺.
        [&[0xE5], &[0xA3, 0xB9], &[0xB9, 0xBA]],
        // 叁參六八.
        [&[0xE5], &[0x8F, 0x85], &[0x81, 0x83, 0xAD, 0xAB]],
        // 四零陆陸.
        [&[0xE5, 0xE9], &[0x9B, 0x99], &[0x9B, 0xB6, 0x86, 0xB8]],
        // 贰貳肆.
        [&[0xE8], &[0xB4, 0xB2, 0x82], &[0xB0, 0xB3, 0x86]],
        // 柒捌玖.
        [&[0xE6, 0xE7], &[0x9F, 0x8D, 0x8E], &[0x92, 0x8C, 0x96]],
        // 〇.
        [&[0xE3], &[0x80], &[0x87]],
    ],
    [
        // Digits of India, of Myanmar and of Cambodia.
        [&[0xE0], &[0xA5, 0xA7, 0xA9, 0xAB, 0xAF], INDIC],
        [&[0xE0], &[0xB1], INDIC],
        [&[0xE1], &[0x81], MYANMAR],
        [&[0xE1], &[0x9F], ARABIC],
        // A name after a colon, a comma at the end of a line, or `customer` and its like.
        [b":,rt", b" \n", CAPITALS],
        // Digits in circles: ①, ⓪ and ⓿, ❶.
        [&[0xE2], &[0x91], ARABIC],
        [&[0xE2], &[0x93], &[0xAA, 0xBF]],
        [&[0xE2], &[0x9D], CIRCLED],
    ],
];

static TABLES: LazyLock<[Tables; 4]> = LazyLock::new(|| {
    HEADS.each_ref().map(|heads| {
        let mut tables = Tables::new();
        heads.iter().enumerate().for_each(|(group, head)| tables.add(group, *head));
        tables
    })
});

/// Searches whole blocks from `at` on as far as the bytes go, and returns how many. The bytes that may begin something are
/// bits, the first of a block the lowest.
pub(super) fn search(level: Level, bytes: &[u8], at: usize, found: &mut [u64; BLOCKS]) -> usize {
    let tables = &*TABLES;
    dispatch!(level, simd => search_in(simd, tables, bytes.get(at..).unwrap_or_default(), found))
}

#[expect(clippy::inline_always, reason = "it must become part of what is compiled for each kind of machine")]
#[inline(always)]
fn search_in<S: Simd>(
    simd: S,
    [first, second, numerals, others]: &[Tables; 4],
    mut bytes: &[u8],
    found: &mut [u64; BLOCKS],
) -> usize {
    let mut count = 0_usize;
    for found in found {
        let Some(window) = Window::first(simd, bytes) else { break };
        let others = window.groups(simd, others);
        let numerals = window.begins(simd, numerals) | lanes::any(others & CIRCLED_GROUPS);
        let digits = lanes::any(others & !CIRCLED_GROUPS);
        *found = window.begins(simd, first) | window.begins(simd, second) | digits | first_of_two(numerals);
        bytes = bytes.get(BLOCK..).unwrap_or_default();
        count = count.saturating_add(1);
    }
    count
}

/// The numerals that another one follows at once or after a separator of up to three bytes; those that stand alone are words.
///
/// A run that is read as a number has seven, so a pair that is cut by the end of a block is not the only one.
const fn first_of_two(numerals: u64) -> u64 {
    numerals & ((numerals >> 3) | (numerals >> 4) | (numerals >> 5) | (numerals >> 6))
}
