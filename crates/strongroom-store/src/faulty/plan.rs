//! What a faulty store is told to do, and what it did.

use super::Fault;
use crate::{Batch, Outcome, ReadError};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Faults by number and by chance, and what became of the commits that met them.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each thrown by a method of its own")]
pub(super) struct Plan {
    pub(super) commits: usize,
    reads: usize,
    faults: BTreeMap<usize, Fault>,
    read_faults: BTreeMap<usize, ReadError>,
    draws: Option<Draws>,
    read_draws: Option<Draws>,
    ids: u64,
    seed: u64,
    pub(super) outcomes: HashMap<Uuid, Outcome>,
    /// Commits on their way: the id of each, and the batch.
    pub(super) late: Vec<(Uuid, Batch)>,
    /// Why no more commits are taken.
    pub(super) dead: bool,
    pub(super) full: bool,
    pub(super) reads_fail: bool,
    pub(super) sync_fails: bool,
}

/// A generator, its odds, and what it draws from.
#[derive(Debug)]
struct Draws {
    state: u64,
    one_in: u32,
    faults: Vec<Fault>,
}

impl Plan {
    pub(super) fn seeded(seed: u64, one_in: u32, faults: &[Fault]) -> Self {
        let draws = Draws { state: seed, one_in: one_in.max(1), faults: faults.to_vec() };
        Self { draws: Some(draws), seed, ..Self::default() }
    }

    // A generator of its own, so that how often somebody reads changes nothing for the commits.
    pub(super) fn draw_reads(&mut self, seed: u64, one_in: u32) {
        self.read_draws = Some(Draws { state: !seed, one_in: one_in.max(1), faults: Vec::new() });
    }

    pub(super) fn fail_commit(&mut self, skip: usize, fault: Fault) {
        self.faults.insert(self.commits.saturating_add(skip), fault);
    }

    pub(super) fn fail_read(&mut self, skip: usize, error: ReadError) {
        self.read_faults.insert(self.reads.saturating_add(skip), error);
    }

    /// The fault of the next commit, and the number of that commit.
    pub(super) fn next(&mut self, from_reserve: bool) -> (usize, Option<Fault>) {
        let at = self.commits;
        self.commits = at.saturating_add(1);
        if self.dead {
            return (at, Some(Fault::Fatal));
        }
        // Drawn for each commit, whatever else befalls it, so that the same order draws the same.
        let drawn = self.draws.as_mut().and_then(Draws::next);
        let full = (self.full && !from_reserve).then_some(Fault::Full);
        let fault = self.faults.remove(&at).or(full).or(drawn);
        self.dead = matches!(fault, Some(Fault::Fatal | Fault::TornFatal { .. }));
        (at, fault)
    }

    /// The failure of the next read.
    pub(super) fn next_read(&mut self) -> Result<(), ReadError> {
        let at = self.reads;
        self.reads = at.saturating_add(1);
        let drawn = self.read_draws.as_mut().is_some_and(Draws::hits);
        match self.read_faults.remove(&at) {
            Some(error) => Err(error),
            None if drawn || self.reads_fail => Err(ReadError::Io(super::REASON.to_owned())),
            None => Ok(()),
        }
    }

    /// An id for a commit, the same for the same seed and number.
    pub(super) fn id(&mut self) -> Uuid {
        self.ids = self.ids.wrapping_add(1);
        let mut state = self.seed ^ self.ids.rotate_left(32);
        let (high, low) = (split_mix(&mut state), split_mix(&mut state));
        Uuid::from_u64_pair(high, low)
    }
}

impl Draws {
    fn hits(&mut self) -> bool {
        split_mix(&mut self.state).checked_rem(u64::from(self.one_in)) == Some(0)
    }

    fn next(&mut self) -> Option<Fault> {
        let hits = self.hits();
        let choices = u64::try_from(self.faults.len()).ok()?;
        let choice = split_mix(&mut self.state).checked_rem(choices)?;
        self.faults.get(usize::try_from(choice).ok()?).filter(|_| hits).copied()
    }
}

// SplitMix64: small, seedable, good enough to choose faults, never for secrets.
const fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
