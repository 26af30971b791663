//! Promise: a stream gives the findings of the whole, wherever its pieces are cut, with the host's own patterns and
//! allowed values too.
//!
//! A stream that holds all its input is a scan, so each input is laid out over 100 KiB: spaces, filler, the text a few
//! times near one of the places at which a stream stops, filler, spaces.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::iter::repeat_n;
use std::sync::LazyLock;
use strongroom_dlp::{Finding, Pattern, Scanner};

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| {
    let pattern = |name, expression| Pattern::new(name, expression).expect("the expression is sound");
    let builder = Scanner::builder()
        .threshold(0.0)
        .detector(pattern("BADGE", "[bB]-[0-9]+"))
        .detector(pattern("CODEWORD", r"\bq[a-p]{3,40}z\b").words(&["工号", "code"]))
        .detector(pattern("LAST_LINE", r"(?m)^ends?.?$"))
        .allow("13800138000");
    builder.build().expect("the values are sound")
});

/// Bytes at the least, so that a stream stops twice.
const LENGTH: usize = 100 * 1024;
/// All that a stream counts by is a multiple of this.
const STEP: usize = 4096;
/// Bytes of filler on either side, more than a line of a table or a stop looks back.
const FILLER: usize = 6 * 1024;
/// What keeps a search going: lines, rows, runs of letters, digits, numerals and marks, halves of values.
const FILLERS: [&str; 14] = [
    "\n",
    "x",
    "7",
    "一",
    "-",
    "a@",
    "客",
    "1 ",
    "\u{200b}",
    "Ab3_",
    "é.",
    "一三八〇〇",
    "张三,1,13900139000,x\n",
    "b-",
];
const HEADER: &str = "姓名,订单号,手机,备注\n";

fuzz_target!(|input: &[u8]| {
    let ([filler, step, shift, times, small, large], text) = strongroom_fuzz::head(input);
    let whole = laid_out(filler, (STEP * (step % 25) + shift).saturating_sub(128), times, text);
    let sizes = [1 + small * small, 1 + large * 257].into_iter().cycle();
    assert_eq!(in_pieces(&whole, sizes), SCANNER.scan(&whole));
});

fn laid_out(filler: usize, place: usize, times: usize, text: &[u8]) -> Vec<u8> {
    let cycle = FILLERS.get(filler % 16).map_or(text, |filler| filler.as_bytes()).iter().cycle();
    let mut whole = if filler < 128 { Vec::new() } else { HEADER.into() };
    whole.resize(place.saturating_sub(FILLER).max(whole.len()), b' ');
    whole.extend(cycle.clone().take(place.saturating_sub(whole.len())));
    whole.extend(repeat_n(text, 1 + times % 16).flatten().take(3 * STEP));
    whole.extend(cycle.take(FILLER));
    whole.resize(LENGTH.max(whole.len()), b' ');
    whole
}

fn in_pieces(mut rest: &[u8], sizes: impl Iterator<Item = usize>) -> Vec<Finding> {
    let (mut stream, mut found) = (SCANNER.stream(), Vec::new());
    for size in sizes {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at(size.min(rest.len()));
        found.extend(stream.push(piece));
        rest = after;
    }
    found.extend(stream.finish());
    found
}
