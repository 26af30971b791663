#![doc = include_str!("../README.md")]

pub mod crm;

use std::{
    env,
    error::Error,
    fmt,
    time::{Duration, Instant},
};

/// Whatever stops a figure; nothing slow ever does.
pub type Fault = Box<dyn Error + Send + Sync>;

/// Rounds that count. Odd, so that the median is a round that was.
const ROUNDS: usize = 21;
/// Rounds before those, for caches, branch predictors and files that grow to their size.
const WARM_UP: usize = 2;
/// How long a round of a short operation is made.
const ROUND: Duration = Duration::from_millis(4);

/// What a figure is printed in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unit {
    /// Nanoseconds for one operation.
    Nanos,
    /// Millions of bytes in a second, where an operation handles so many bytes.
    MegabytesPerSecond(f64),
    /// Operations in a second.
    PerSecond,
}

impl Unit {
    fn show(self, seconds: f64) -> String {
        match self {
            Self::Nanos => format!("{:.0}ns", seconds * 1e9),
            Self::MegabytesPerSecond(bytes) => format!("{:.0}MB/s", bytes / seconds / 1e6),
            Self::PerSecond => format!("{:.0}/s", 1.0 / seconds),
        }
    }
}

/// What a figure should reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// At least this share of the limit's speed.
    Share(f64),
    /// At most so many nanoseconds, whatever the limit takes.
    Nanos(f64),
}

impl Goal {
    fn is_met(self, pair: Pair) -> bool {
        match self {
            Self::Share(share) => pair.share >= share,
            Self::Nanos(nanos) => pair.ours * 1e9 <= nanos,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(share) => write!(f, "{share:.2}"),
            Self::Nanos(nanos) => write!(f, "{nanos:.0}ns"),
        }
    }
}

/// What the rounds came to.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pair {
    /// The median seconds of one operation of ours.
    ours: f64,
    /// The limit's.
    limit: f64,
    /// How much of the limit's speed is reached: 1.00 is the limit, 0.50 takes twice its time. The median of what each
    /// round says by itself, since the two halves of a round meet the same weather, and two medians may not.
    share: f64,
}

/// The figures asked for on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    wanted: Vec<String>,
}

impl Figures {
    /// What `cargo bench` handed down: words, any of which the name of a wanted figure contains; none means all.
    /// `None` where cargo does not bench but only tests that the program runs.
    pub fn from_args() -> Option<Self> {
        let args: Vec<String> = env::args().skip(1).collect();
        let is_bench = args.iter().any(|arg| arg == "--bench");
        let wanted = args.into_iter().filter(|arg| !arg.starts_with('-')).collect();
        is_bench.then_some(Self { wanted })
    }

    /// All figures whose names contain one of the words; all there are without any.
    pub fn named(words: impl IntoIterator<Item = String>) -> Self {
        Self { wanted: words.into_iter().collect() }
    }

    /// Whether any of these figures is wanted. Asked before something is set up for them.
    pub fn wants(&self, names: &[&str]) -> bool {
        let wants =
            |name: &&str| self.wanted.is_empty() || self.wanted.iter().any(|word| name.contains(word));
        names.iter().any(wants)
    }

    /// Measures ours and the limit in turns and prints the line, where the figure is wanted. Both answer the seconds that
    /// one operation took.
    pub fn ratio(
        &self,
        name: &str,
        unit: Unit,
        goal: Goal,
        ours: impl FnMut() -> Result<f64, Fault>,
        limit: impl FnMut() -> Result<f64, Fault>,
    ) -> Result<(), Fault> {
        if !self.wants(&[name]) {
            return Ok(());
        }
        let pair = interleave(ours, limit)?;
        let (ours, limit) = (unit.show(pair.ours), unit.show(pair.limit));
        let verdict = if goal.is_met(pair) { "ok" } else { "short" };
        print_line(&format!(
            "ratio {name} ours={ours} limit={limit} ratio={:.2} goal={goal} {verdict}",
            pair.share
        ));
        Ok(())
    }

    /// Measures the same operation on little and on `times` as much, in turns, and prints how its time grew.
    /// `goal` is the largest factor wished for.
    pub fn growth(
        &self,
        name: &str,
        times: u32,
        goal: f64,
        little: impl FnMut() -> Result<f64, Fault>,
        much: impl FnMut() -> Result<f64, Fault>,
    ) -> Result<(), Fault> {
        if !self.wants(&[name]) {
            return Ok(());
        }
        // In this order the share is the factor: the little takes the part of ours.
        let Pair { ours: little, limit: much, share: factor } = interleave(little, much)?;
        let verdict = if factor <= goal { "ok" } else { "short" };
        let (little, much) = (Unit::Nanos.show(little), Unit::Nanos.show(much));
        print_line(&format!(
            "growth {name} 1x={little} {times}x={much} factor={factor:.2} goal={goal:.2} {verdict}"
        ));
        Ok(())
    }
}

/// Ours, limit, ours, limit, ...: what else the machine does hits both alike. Answers the medians.
fn interleave(
    mut ours: impl FnMut() -> Result<f64, Fault>,
    mut limit: impl FnMut() -> Result<f64, Fault>,
) -> Result<Pair, Fault> {
    let mut rounds = Vec::new();
    for _ in 0..WARM_UP.saturating_add(ROUNDS) {
        rounds.push((ours()?, limit()?));
    }
    let counted = || rounds.iter().skip(WARM_UP);
    Ok(Pair {
        ours: median(counted().map(|(ours, _)| *ours).collect()),
        limit: median(counted().map(|(_, limit)| *limit).collect()),
        share: median(counted().map(|(ours, limit)| limit / ours).collect()),
    })
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds.get(rounds.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The seconds that some work takes.
#[expect(clippy::disallowed_methods, reason = "measuring time is what this crate is for")]
pub fn seconds<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<f64, Fault> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}

/// The seconds that one of `count` operations takes, when `work` does them all.
pub fn seconds_each<T>(count: u32, work: impl FnOnce() -> Result<T, Fault>) -> Result<f64, Fault> {
    Ok(seconds(work)? / f64::from(count))
}

/// A round of a short operation: as many in a row as take a few milliseconds, found out in the first round.
pub fn repeated(mut operation: impl FnMut() -> Result<(), Fault>) -> impl FnMut() -> Result<f64, Fault> {
    let mut count = 0;
    move || {
        let mut run = |count: u32| seconds(|| (0..count).try_for_each(|_| operation()));
        if count == 0 {
            count = 1;
            while run(count)? < ROUND.as_secs_f64() {
                count = count.saturating_mul(2);
            }
        }
        Ok(run(count)? / f64::from(count))
    }
}

/// The figures rest on it: a measurement of something else than it says is worse than none.
pub fn ensure(holds: bool, what: &str) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(format!("this would measure something else: {what}").into()) }
}

#[expect(clippy::print_stdout, reason = "the lines are what a bench is for")]
fn print_line(line: &str) {
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_of_the_limits_speed_in_every_unit() {
        let pair = Pair { ours: 2e-6, limit: 1e-6, share: 0.5 };
        assert!(Goal::Share(0.5).is_met(pair) && !Goal::Share(0.51).is_met(pair));
        assert!(Goal::Nanos(2001.0).is_met(pair) && !Goal::Nanos(1999.0).is_met(pair));
        let shown =
            [Unit::Nanos, Unit::MegabytesPerSecond(4000.0), Unit::PerSecond].map(|unit| unit.show(pair.ours));
        assert_eq!(shown, ["2000ns", "2000MB/s", "500000/s"]);
    }

    #[test]
    fn the_median_leaves_out_the_warm_up() {
        let (mut ours, mut limit) = (100.0, 0.0);
        let falling = || {
            ours -= 1.0;
            Ok(ours)
        };
        let rising = || {
            limit += 1.0;
            Ok(limit)
        };
        let pair = interleave(falling, rising).unwrap();
        // 21 rounds from the third on: the middle one is the thirteenth, for the shares as well, which rise.
        assert_eq!(pair, Pair { ours: 87.0, limit: 13.0, share: 13.0 / 87.0 });
    }

    #[test]
    fn a_filter_is_part_of_a_name() {
        let all = Figures { wanted: Vec::new() };
        let some = Figures { wanted: vec!["dlp".to_owned(), "vault-list".to_owned()] };
        assert!(all.wants(&["anything"]));
        assert!(some.wants(&["dlp-sparse"]) && some.wants(&["vault-write", "vault-list"]));
        assert!(!some.wants(&["policy-allow"]) && !some.wants(&[]));
    }

    #[test]
    fn a_fault_ends_the_figure() {
        let figures = Figures { wanted: Vec::new() };
        let broken = || Err(Fault::from("broken"));
        assert!(figures.ratio("x", Unit::Nanos, Goal::Share(1.0), broken, || Ok(1.0)).is_err());
        assert!(ensure(false, "a lie").is_err());
    }
}
