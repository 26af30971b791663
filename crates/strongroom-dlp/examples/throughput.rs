//! Prints how fast the scanner goes beside UTF-8 validation of the same buffer.
//!
//! `cargo run --release -p strongroom-dlp --example throughput`, with the names of files to measure those.

#![expect(clippy::print_stdout, reason = "a program that prints is all this is")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]
#![expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "figures for people to read")]

use std::hint::black_box;
use std::time::Instant;

use strongroom_dlp::Scanner;

const BYTES: usize = 8 << 20;
/// Input made to be slow is smaller, since it is.
const ADVERSARIAL_BYTES: usize = 1 << 20;
const ROUNDS: usize = 5;

fn main() {
    let prose = "客户反映上次沟通的交付计划需要调整，销售已经与对方确认了新的时间安排，并且更新了合同附件。\
                 The customer asked for a revised schedule; the account team agreed and will follow up next week.\n";
    let sparse = format!("{}手机13800138000，请回电。\n", prose.repeat(11));
    let dense = "张三,11010519491231002X,13800138000,zhangsan@example.com,4111 1111 1111 1111,北京市朝阳区\n";
    println!("{:<22}{:>10}{:>14}{:>8}{:>12}", "workload", "scan MB/s", "from_utf8 MB/s", "ratio", "findings");
    let files: Vec<_> = std::env::args().skip(1).collect();
    for file in &files {
        match std::fs::read_to_string(file) {
            Ok(text) => measure(file, &text),
            Err(error) => println!("{file}: {error}"),
        }
    }
    if !files.is_empty() {
        return;
    }
    for (name, piece) in [
        ("sparse", sparse.as_str()),
        ("dense", dense),
        ("digits", "1"),
        ("digits and spaces", "1 "),
        ("groups of four", "4111 "),
        ("phones and spaces", "13800138000 "),
        ("at signs", "@"),
        ("a@a@", "a@a."),
        ("a.a.", "a."),
        ("dashes", "-"),
        ("key openings", "-----BEGIN PRIVATE KEY-----"),
        ("brackets", "(1)"),
        ("token starts", "eyJ1."),
        ("full-width digits", "１"),
        ("zero-width", "1\u{200b}"),
    ] {
        let bytes = if matches!(name, "sparse" | "dense") { BYTES } else { ADVERSARIAL_BYTES };
        measure(name, &piece.repeat(bytes.div_ceil(piece.len())));
    }
}

fn measure(name: &str, text: &str) {
    let scanner = Scanner::new();
    let mut findings = 0;
    let scan = fastest(text, || findings = black_box(scanner.scan(black_box(text.as_bytes()))).len());
    let validate = fastest(text, || {
        black_box(std::str::from_utf8(black_box(text.as_bytes())).is_ok());
    });
    println!("{name:<22}{scan:>10.0}{validate:>14.0}{:>8.3}{findings:>12}", scan / validate);
}

/// Megabytes per second in the fastest of a few rounds.
fn fastest(text: &str, mut run: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed().as_secs_f64());
    }
    text.len() as f64 / best / 1e6
}
