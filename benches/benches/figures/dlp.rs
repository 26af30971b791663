//! The scanner beside UTF-8 validation of the same bytes: one pass over them that nobody can avoid.

use crate::corpus;
use std::hint::black_box;
use strongroom_benches::{Fault, Figures, Goal, Unit, ensure, seconds};
use strongroom_dlp::{Entity, Scanner};

pub(crate) fn run(figures: &Figures) -> Result<(), Fault> {
    if !figures.wants(&["dlp-sparse", "dlp-dense", "dlp-detectors", "dlp-stream", "dlp-worst"]) {
        return Ok(());
    }
    let scanner = Scanner::new();
    let sparse = corpus::sparse();
    let found = scanner.scan(sparse.text.as_bytes()).len();
    let (found, planted) = (corpus::length(found), corpus::length(sparse.planted));
    ensure(found >= planted * 0.9, "most of what was planted is found")?;
    ensure(found <= planted * 1.1, "little else is found")?;
    beside_validation(figures, "dlp-sparse", 0.26, &scanner, &sparse.text)?;

    let dense = corpus::dense();
    let rows = dense.lines().count();
    ensure(scanner.scan(dense.as_bytes()).len() >= rows, "there is personal data in each row")?;
    beside_validation(figures, "dlp-dense", 0.15, &scanner, &dense)?;

    let half: Vec<Entity> = Entity::ALL.iter().copied().step_by(2).collect();
    let half = Scanner::builder().with_entities(&half).build()?;
    let scan = |scanner: &Scanner| {
        let text = sparse.text.as_bytes();
        seconds(|| Ok(black_box(scanner.scan(black_box(text)))))
    };
    figures.growth("dlp-detectors", 2, 1.15, || scan(&half), || scan(&scanner))?;
    stream(figures, &scanner, &sparse.text)?;
    worst(figures, &scanner, &sparse.text)
}

/// Bytes of each piece of a stream.
const PIECE_BYTES: usize = 64 * 1024;

fn stream(figures: &Figures, scanner: &Scanner, text: &str) -> Result<(), Fault> {
    let pieces = || {
        let mut stream = scanner.stream();
        let mut found = 0_usize;
        for piece in text.as_bytes().chunks(PIECE_BYTES) {
            found = found.saturating_add(stream.push(black_box(piece)).len());
        }
        found.saturating_add(stream.finish().len())
    };
    ensure(pieces() == scanner.scan(text.as_bytes()).len(), "pieces have the findings of the whole")?;
    figures.ratio(
        "dlp-stream",
        Unit::MegabytesPerSecond(corpus::length(text.len())),
        Goal::Share(0.95),
        || seconds(|| Ok(black_box(pieces()))),
        || seconds(|| Ok(black_box(scanner.scan(black_box(text.as_bytes())).len()))),
    )
}

/// Input that is made to be slow: what begins much and ends nothing.
const WORST: [(&str, &str); 7] = [
    ("dlp-worst-digits", "1 "),
    ("dlp-worst-cards", "4111 "),
    ("dlp-worst-phones", "13800138000 "),
    ("dlp-worst-at", "a@a."),
    ("dlp-worst-dots", "1.1."),
    ("dlp-worst-brackets", "(1)"),
    ("dlp-worst-tokens", "eyJ1."),
];

/// Each of them beside as many bytes of sparse text.
fn worst(figures: &Figures, scanner: &Scanner, sparse: &str) -> Result<(), Fault> {
    const BYTES: usize = 2 << 20;
    let sparse = sparse.as_bytes().get(..BYTES).ok_or("the sparse text is too short")?;
    for (name, piece) in WORST {
        let text = piece.repeat(BYTES.div_ceil(piece.len()));
        figures.ratio(
            name,
            Unit::MegabytesPerSecond(corpus::length(BYTES)),
            Goal::Share(0.05),
            || seconds(|| Ok(black_box(scanner.scan(black_box(text.as_bytes()))))),
            || seconds(|| Ok(black_box(scanner.scan(black_box(sparse))))),
        )?;
    }
    Ok(())
}

fn beside_validation(
    figures: &Figures,
    name: &str,
    goal: f64,
    scanner: &Scanner,
    text: &str,
) -> Result<(), Fault> {
    let bytes = text.as_bytes();
    figures.ratio(
        name,
        Unit::MegabytesPerSecond(corpus::length(bytes.len())),
        Goal::Share(goal),
        || seconds(|| Ok(black_box(scanner.scan(black_box(bytes))))),
        || seconds(|| Ok(black_box(std::str::from_utf8(black_box(bytes))?).len())),
    )
}
