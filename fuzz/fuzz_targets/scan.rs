//! Promise: no input makes a scan panic; the same input gives the same findings, in order, none overlapping, on the
//! characters of the input; malformed bytes are in none of them; and a threshold only leaves findings out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use strongroom_dlp::{Scanner, Style, mask_bytes};

static EAGER: LazyLock<Scanner> = LazyLock::new(strongroom_fuzz::eager);
static USUAL: LazyLock<Scanner> = LazyLock::new(Scanner::new);

fuzz_target!(|input: &[u8]| {
    let found = EAGER.scan(input);
    strongroom_fuzz::assert_sound(input, &found);
    assert_eq!(EAGER.scan(input), found);
    assert!(mask_bytes(input, &found, Style::Redact).is_ok(), "{found:?}");
    // The surest of rivals is kept, so those that would not be reported take nothing from those that are.
    let sure: Vec<_> = found.into_iter().filter(|finding| finding.confidence >= 0.5).collect();
    assert_eq!(USUAL.scan(input), sure);
});
