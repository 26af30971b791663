//! Goal: the scanner finds what is in customers' documents, wherever its issuer prints it and however people write it,
//! and leaves alone what only looks like it.
//! Method: a labelled corpus from a seed, whose generator shares no code with the scanner; a finding counts where its span
//! and its entity are exactly the label's. Measured: precision and recall over everything that a form or a check digit can
//! prove, recall by way of writing, and how many order numbers in the shape of a phone are left alone. The table is
//! printed; `cargo run -p strongroom-tests --bin score` prints it alone.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::time::{SystemTime, UNIX_EPOCH};
use strongroom_dlp::Scanner;
use strongroom_tests::corpus::{DecoyKind, Found, Score, Variant, corpus, score};
use strongroom_tests::{effort, seed};

/// Documents per unit of effort.
const DOCUMENTS: usize = 600;

/// How many misses and false findings a failure shows.
const EXAMPLES: usize = 30;

/// What the scanner promises; a smaller number here is a change of the promise.
const PRECISION_MIN: f64 = 0.99;
const RECALL_MIN: f64 = 0.99;
const VARIANT_RECALL_MIN: [(Variant, f64); 5] = [
    (Variant::FullWidth, 0.98),
    (Variant::Spaced, 0.98),
    (Variant::Dashed, 0.98),
    (Variant::Prefixed, 0.98),
    (Variant::ChineseNumerals, 0.95),
];
const ORDER_NUMBERS_LEFT_MIN: f64 = 0.95;

#[expect(clippy::disallowed_methods, reason = "another corpus each run; the seed is printed")]
fn fresh_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    seed(u64::from(now.subsec_nanos()) ^ now.as_secs())
}

/// Every promise that a score breaks, in words.
fn broken(score: &Score) -> Vec<String> {
    let mut broken = Vec::new();
    let mut at_least = |what: &str, value: f64, least: f64| {
        if value < least {
            broken.push(format!("{what} is {value:.4}, and should be {least} at least"));
        }
    };
    at_least("precision", score.micro().precision(), PRECISION_MIN);
    at_least("recall", score.micro().recall(), RECALL_MIN);
    for (variant, least) in VARIANT_RECALL_MIN {
        at_least(&format!("recall of {}", variant.name()), score.variant(variant).recall(), least);
    }
    let orders = score.decoy(DecoyKind::OrderNumber);
    let left = 1.0 - f64::from(orders.reported) / f64::from(orders.planted.max(1));
    at_least("the share of order numbers left alone", left, ORDER_NUMBERS_LEFT_MIN);
    broken
}

#[expect(clippy::print_stdout, reason = "the table is what the run is for; the harness shows it on request")]
fn print(score: &Score) {
    println!("{score}");
}

#[test]
fn the_scanner_finds_what_the_corpus_holds_and_nothing_else() {
    let documents = corpus(fresh_seed(), DOCUMENTS * usize::try_from(effort()).unwrap());
    let scanner = Scanner::new();
    let score = score(&documents, |text| {
        let findings = scanner.scan(text.as_bytes());
        findings
            .iter()
            .map(|found| Found { start: found.start, end: found.end, entity: found.entity.name() })
            .collect()
    });
    print(&score);
    // Evenly over the run, so that the first document does not fill the list.
    let step = (score.examples.len() / EXAMPLES).max(1);
    let examples = score.examples.iter().step_by(step).take(EXAMPLES);
    let examples: Vec<String> = examples.map(ToString::to_string).collect();
    assert_eq!(broken(&score), Vec::<String>::new(), "for example:\n{}", examples.join("\n"));
}

#[test]
fn a_scanner_that_finds_nothing_breaks_the_promise_of_recall() {
    let score = score(&corpus(1, 100), |_| Vec::new());
    let broken = broken(&score);
    assert!(broken.iter().any(|promise| promise.starts_with("recall is 0.0000")), "{broken:?}");
    assert!(!broken.iter().any(|promise| promise.starts_with("precision")), "{broken:?}");
}
