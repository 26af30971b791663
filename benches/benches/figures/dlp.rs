//! The scanner beside UTF-8 validation of the same bytes: one pass over them that nobody can avoid.

use crate::corpus;
use std::hint::black_box;
use strongroom_benches::{Fault, Figures, Goal, Unit, ensure, seconds};
use strongroom_dlp::{Entity, Scanner};

pub(crate) fn run(figures: &Figures) -> Result<(), Fault> {
    if !figures.wants(&["dlp-sparse", "dlp-dense", "dlp-detectors"]) {
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
    figures.growth("dlp-detectors", 2, 1.15, || scan(&half), || scan(&scanner))
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
