//! What the unit tests share.

use proptest::test_runner::Config;

#[cfg(feature = "encodings")]
use crate::Encoding;

/// So many cases, times the effort asked for in `STRONGROOM_EFFORT` (1 quick, 10 ci, 100 soak).
pub(crate) fn cases(base: u32) -> Config {
    let effort =
        std::env::var("STRONGROOM_EFFORT").ok().and_then(|effort| effort.parse().ok()).unwrap_or(1_u32);
    Config { cases: base.saturating_mul(effort), failure_persistence: None, ..Config::default() }
}

#[cfg(feature = "encodings")]
pub(crate) const ENCODINGS: [Encoding; 5] =
    [Encoding::Big5, Encoding::Gb18030, Encoding::Utf16Be, Encoding::Utf16Le, Encoding::Utf8];

/// The text in an encoding, by another hand than that which decodes.
#[cfg(feature = "encodings")]
pub(crate) fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Encoding::Gb18030 => encoding_rs::GB18030.encode(text).0.into_owned(),
        Encoding::Big5 => encoding_rs::BIG5.encode(text).0.into_owned(),
    }
}
