//! Promise: a stream gives the findings of the whole, wherever its pieces are cut, with the host's own patterns and
//! allowed values too.
//!
//! A stream that holds all its input is a scan, so each input is laid out over 100 KiB: spaces, filler, the text a few
//! times, filler, spaces. The pieces are cut so that the stream first searches when it holds somewhat more than 64 KiB,
//! and the text lies about one of the places that matter then.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::iter::repeat_n;
use std::sync::LazyLock;
use strongroom_dlp::{Finding, Pattern, Scanner};

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| {
    let pattern = |name, expression| Pattern::new(name, expression).expect("the expression is sound");
    let builder = Scanner::builder()
        .threshold(0.0)
        .detector(pattern("BADGE", "[bB]-[0-9]+|k{2,9}"))
        .detector(pattern("CODEWORD", r"\bq[a-p]{3,40}z\b").words(&["工号", "code"]))
        .detector(pattern("LAST_LINE", r"(?m)^ends?.?$"))
        .allow("13800138000");
    builder.build().expect("the values are sound")
});

/// Bytes at the least, so that a stream stops twice.
const LENGTH: usize = 100 * 1024;
/// A first piece after which a stream does not search yet.
const FIRST: usize = 60 * 1024;
/// How far from the end of what is held a search stops, settles findings and lets bytes go.
const FROM_END: [usize; 4] = [0, 24 * 1024, 28 * 1024, 32 * 1024];
/// How far it goes at once, and where it then settles findings.
const FROM_START: [usize; 2] = [32 * 1024, 28 * 1024];
/// Bytes of filler on either side, more than a line of a table or a stop looks back.
const FILLER: usize = 6 * 1024;
/// Bytes of the text and its repetitions.
const TEXT: usize = 12 * 1024;
/// What keeps a search going: lines, rows, runs of letters, digits, numerals and marks, halves of values.
const FILLERS: [&str; 16] = [
    " ",
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
    "k",
];
const HEADER: &str = "姓名,订单号,手机,备注\n";

fuzz_target!(|input: &[u8]| {
    let ([filler, stop, shift, times, held, size], text) = strongroom_fuzz::head(input);
    let held = 64 * (1024 + held);
    let stops = FROM_END.iter().map(|back| held - back).chain(FROM_START);
    let stop = stops.cycle().nth(stop % 6).unwrap_or(held);
    // Wherever it stands, the stop is somewhere in it.
    let place = stop - shift * text.len().min(TEXT) / 255;
    let whole = laid_out(filler, place, times, text);
    let later = repeat_n(1 + size * size, LENGTH);
    assert_eq!(in_pieces(&whole, [FIRST, held - FIRST].into_iter().chain(later)), SCANNER.scan(&whole));
});

fn laid_out(filler: usize, place: usize, times: usize, text: &[u8]) -> Vec<u8> {
    let cycle = FILLERS.get(filler % 17).map_or(text, |filler| filler.as_bytes()).iter().cycle();
    let mut whole = if filler < 128 { Vec::new() } else { HEADER.into() };
    whole.resize(place.saturating_sub(FILLER).max(whole.len()), b' ');
    whole.extend(cycle.clone().take(place.saturating_sub(whole.len())));
    whole.extend(repeat_n(text, 1 + times % 16).flatten().take(TEXT));
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
