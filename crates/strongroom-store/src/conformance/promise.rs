//! The list of promises, and running it.

use super::{Factory, Ground, lives, model, outcomes, races, rules, scans, snapshots};
use crate::{MemoryStore, PruneRight};
use std::{
    any::Any,
    env, fmt,
    hash::{BuildHasher, RandomState},
    panic::{AssertUnwindSafe, catch_unwind},
};
use uuid::Uuid;

/// One promise of [`Store`](crate::Store), as the suite tests it. From [`promises`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Promise {
    name: &'static str,
    claim: &'static str,
}

impl Promise {
    /// A few words, unique in the list.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// What is promised, in a sentence.
    pub const fn claim(self) -> &'static str {
        self.claim
    }
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "who shows verdicts must show a new one")]
pub enum Verdict {
    /// The store kept the promise.
    Kept,
    /// The factory lacks what it takes to find out: this.
    Untested(&'static str),
}

/// A promise that a store broke.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// Which one.
    pub promise: Promise,
    /// What was expected and what happened.
    pub reason: String,
    /// What it ran with: the same seed generates the same histories again.
    pub options: Options,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { promise, reason, options } = self;
        write!(f, "the promise `{}` is broken ({}): {reason}", promise.name, promise.claim)?;
        write!(f, " (STRONGROOM_SEED={}, STRONGROOM_EFFORT={})", options.seed, options.effort)
    }
}

impl std::error::Error for Broken {}

/// How much is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Multiplies generated histories, races and repetitions: 1 (quick), 10 (each merge), 100 (overnight). At most
    /// 1000.
    pub effort: u32,
    /// What generated histories are drawn from. Threads race as they like, whatever the seed.
    pub seed: u64,
}

impl Options {
    /// This effort and this seed.
    pub const fn new(effort: u32, seed: u64) -> Self {
        Self { effort, seed }
    }
}

impl Default for Options {
    /// From the environment: `STRONGROOM_EFFORT`, or 1; `STRONGROOM_SEED`, or a fresh one.
    fn default() -> Self {
        let number = |name: &str| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        let effort = number("STRONGROOM_EFFORT").and_then(|effort| effort.try_into().ok()).unwrap_or(1);
        // The standard library seeds its maps anew in each process: enough to differ from run to run.
        let seed = number("STRONGROOM_SEED").unwrap_or_else(|| RandomState::new().hash_one("seed"));
        Self { effort, seed }
    }
}

/// All promises, in the order in which they are tested.
pub fn promises() -> Vec<Promise> {
    list::<Listed>().into_iter().map(|(promise, _)| promise).collect()
}

/// Runs the whole suite.
///
/// # Panics
///
/// Where the backend breaks a promise of [`Store`](crate::Store), with the text of [`Broken`].
pub fn run<F: Factory>(factory: &F) {
    run_with(factory, &mut |_| ());
}

/// Runs the whole suite, and calls `kept` with what is promised once it was kept. What could not be tested is not named.
///
/// # Panics
///
/// As [`run`].
pub fn run_with<F: Factory>(factory: &F, kept: &mut dyn FnMut(&'static str)) {
    let proved = prove(factory, Options::default(), |promise, verdict| {
        if verdict == Verdict::Kept {
            kept(promise.claim);
        }
    });
    if let Err(broken) = proved {
        panic!("{broken}");
    }
}

/// Runs the whole suite up to the first broken promise, and calls `report` after each one that is not.
///
/// # Errors
///
/// [`Broken`]. Checks report by panicking, and the panics are caught here; the process's panic hook sees them first.
pub fn prove<F: Factory>(
    factory: &F,
    options: Options,
    mut report: impl FnMut(Promise, Verdict),
) -> Result<(), Broken> {
    list::<F>().into_iter().try_for_each(|(promise, test)| {
        report(promise, test_one(factory, promise, test, options)?);
        Ok(())
    })
}

/// Tests one promise alone.
///
/// # Errors
///
/// As [`prove`].
pub fn check<F: Factory>(factory: &F, promise: Promise, options: Options) -> Result<Verdict, Broken> {
    let listed = list::<F>().into_iter().find(|(listed, _)| *listed == promise);
    listed.map_or(Ok(Verdict::Untested("it is not in the list")), |(promise, test)| {
        test_one(factory, promise, test, options)
    })
}

type Test<F> = fn(&Ground<'_, F>) -> Verdict;

fn test_one<F: Factory>(
    factory: &F,
    promise: Promise,
    test: Test<F>,
    options: Options,
) -> Result<Verdict, Broken> {
    // Whatever a panic leaves half done in a store under test is dropped with it.
    catch_unwind(AssertUnwindSafe(|| test(&Ground { factory, options }))).map_err(|panic| Broken {
        promise,
        reason: text(&*panic),
        options,
    })
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref().cloned()).unwrap_or_else(|| "a panic without a text".to_owned())
}

/// A check that every store can be put to.
macro_rules! kept {
    ($check:path) => {
        |ground| {
            $check(ground);
            Verdict::Kept
        }
    };
}

fn list<F: Factory>() -> Vec<Item<F>> {
    let model: [Item<F>; 1] = [promise(
        "model",
        "over generated histories, openings and crashes among them, the store agrees with an ordered map",
        kept!(model::agrees_with_a_map),
    )];
    of_batches().into_iter().chain(of_reads_and_races()).chain(of_lives()).chain(model).collect()
}

fn of_batches<F: Factory>() -> [Item<F>; 9] {
    [
        promise(
            "preconditions",
            "a batch is applied if all its preconditions hold; a conflict names each that failed, and changes nothing",
            kept!(rules::preconditions),
        ),
        promise(
            "order in a batch",
            "the changes of a batch apply in the order they were added",
            kept!(rules::order_within_a_batch),
        ),
        promise(
            "no changes",
            "an empty batch, or one of preconditions alone, is answered as any other, and changes nothing",
            kept!(rules::no_changes),
        ),
        promise(
            "append-only",
            "a key of an append-only space is written once and stays, on every path, unless it is pruned by right",
            kept!(rules::append_only),
        ),
        promise(
            "limits",
            "what lies at a limit is taken and comes back; one past it is refused and changes nothing",
            kept!(rules::limits),
        ),
        promise(
            "limit of a scan",
            "a scan answers the most pairs at most, whatever it is asked for, and the rest is on the next page",
            kept!(scans::the_most),
        ),
        promise(
            "durability",
            "a commit reaches what was asked for or is refused; neither it nor a sync claims more than the store can",
            kept!(rules::durability),
        ),
        promise("spaces", "a key belongs to its space alone", kept!(rules::spaces_do_not_touch)),
        promise(
            "reserve",
            "a batch from the reserve keeps every rule that others keep",
            kept!(rules::from_reserve),
        ),
    ]
}

fn of_reads_and_races<F: Factory>() -> [Item<F>; 6] {
    [
        promise(
            "pages",
            "pages of every size, in both directions, put together are the range",
            kept!(scans::pages),
        ),
        promise(
            "pages beside writers",
            "whoever pages while others write meets every key that stays, once and in order",
            kept!(scans::pages_beside_writers),
        ),
        promise(
            "snapshots",
            "a snapshot stays as it was while others write, and never shows a part of a batch",
            kept!(snapshots::stay_still),
        ),
        promise(
            "one winner",
            "of many that create one key one wins, and each other is told what it found",
            kept!(races::one_winner_creates),
        ),
        promise(
            "compare and swap",
            "no increment is lost and none counts twice",
            kept!(races::no_increment_is_lost),
        ),
        promise(
            "a log without gaps",
            "of many that append behind one head, just the acknowledged entries are there, in order without a gap",
            kept!(races::a_log_has_no_gaps),
        ),
    ]
}

fn of_lives<F: Factory>() -> [Item<F>; 6] {
    [
        promise(
            "closing",
            "what was committed is there when the store is opened again, and an older right to prune is not",
            lives::closing,
        ),
        promise("crash", "what was committed survives the death of the process", lives::crash),
        promise("sync", "a sync makes every earlier commit as durable as it says", lives::sync),
        promise(
            "power",
            "what was acknowledged as power-safe survives the loss of power, and what else does is whole and in order",
            lives::power,
        ),
        promise(
            "outcome",
            "an id that no commit had is never called applied, and asking changes nothing",
            kept!(outcomes::of_unknown_ids),
        ),
        promise(
            "lost touch",
            "what is said of a commit whose answer was lost is true and final",
            outcomes::of_lost_commits,
        ),
    ]
}

type Item<F> = (Promise, Test<F>);

fn promise<F>(name: &'static str, claim: &'static str, test: Test<F>) -> Item<F> {
    (Promise { name, claim }, test)
}

/// Whose list is read for the names alone.
struct Listed;

impl Factory for Listed {
    type Store = MemoryStore;

    fn fresh(&self) -> (MemoryStore, PruneRight) {
        MemoryStore::open(Uuid::nil())
    }
}
