//! What the targets share: inputs with numbers at their head, and what holds for every list of findings.

use strongroom_dlp::{Finding, Scanner};

/// Takes numbers off the head of an input; what a short input lacks is zero.
///
/// Each is used modulo what it may be, so that seeds can be written with an editor: `0` is 48, and so on.
pub fn head<const N: usize>(input: &[u8]) -> ([usize; N], &[u8]) {
    let (numbers, rest) = input.split_at(N.min(input.len()));
    let mut head = [0; N];
    for (place, number) in head.iter_mut().zip(numbers) {
        *place = usize::from(*number);
    }
    (head, rest)
}

/// A scanner that reports whatever it has the least reason to.
pub fn eager() -> Scanner {
    Scanner::builder().threshold(0.0).build().expect("0 is a threshold")
}

/// The findings are in order and apart, and each one is a piece of the text, with a confidence that is one.
pub fn assert_sound(bytes: &[u8], findings: &[Finding]) {
    let mut end = 0;
    for finding in findings {
        assert!(end <= finding.start && finding.start < finding.end, "{findings:?}");
        end = finding.end;
        let value = bytes.get(finding.range()).expect("a finding lies inside the input");
        assert!(std::str::from_utf8(value).is_ok(), "{finding:?} holds malformed bytes or half a character");
        assert!(finding.confidence > 0.0 && finding.confidence <= 1.0, "{finding:?}");
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert!(findings.iter().all(|finding| text.get(finding.range()).is_some()), "{findings:?}");
    }
}
