//! Who commits: of the threads that wait, one leads. It takes what has queued, commits it as one, wakes the others
//! with their results and hands on. No thread of our own.

use crate::{
    LogError, Receipt,
    evaluate::{Load, Prepared},
};
use std::{
    collections::VecDeque,
    iter, mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

type Outcome = Result<Receipt, LogError>;

#[derive(Default)]
pub(crate) struct Queue(Mutex<Line>);

#[derive(Default)]
struct Line {
    waiting: VecDeque<Arc<Slot>>,
    led: bool,
}

/// A commit in the queue, and its turn.
pub(crate) struct Slot {
    pub(crate) commit: Prepared,
    load: Load,
    turn: Mutex<Turn>,
    wake: Condvar,
}

enum Turn {
    Done(Outcome),
    Lead,
    Wait,
}

impl Queue {
    /// Waits until the commit was applied or refused, by this thread or another. `apply` answers one outcome for each
    /// of its slots.
    pub(crate) fn submit(&self, commit: Prepared, apply: impl Fn(&[Arc<Slot>]) -> Vec<Outcome>) -> Outcome {
        let slot = Arc::new(Slot::new(commit));
        let leads = {
            let mut line = self.line();
            line.waiting.push_back(Arc::clone(&slot));
            !mem::replace(&mut line.led, true)
        };
        if !leads && let Some(outcome) = slot.wait() {
            return outcome;
        }
        let mut lead = Lead { queue: self, group: Vec::new() };
        loop {
            lead.group = self.take_group();
            let outcomes = apply(&lead.group);
            let outcomes = outcomes.into_iter().chain(iter::repeat_with(|| Err(LogError::Poisoned)));
            for (slot, outcome) in lead.group.drain(..).zip(outcomes) {
                slot.settle(Turn::Done(outcome));
            }
            if let Some(outcome) = slot.outcome() {
                return outcome;
            }
        }
    }

    /// The longest head of the queue that fits one batch; never empty while a leader has not had its own outcome.
    /// Commits from the reserve go by themselves: what has no right to it must neither use it nor be refused with them.
    fn take_group(&self) -> Vec<Arc<Slot>> {
        let mut line = self.line();
        let mut load = Load::FIXED;
        let reserve = line.waiting.front().map(|slot| slot.commit.changes.is_from_reserve());
        let fitting = line.waiting.iter().take_while(|slot| {
            load = load.plus(slot.load);
            load.fits() && Some(slot.commit.changes.is_from_reserve()) == reserve
        });
        let count = fitting.count().max(1).min(line.waiting.len());
        line.waiting.drain(..count).collect()
    }

    // Every change under the lock is a single step, so a panic elsewhere left the line whole.
    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    pub(crate) fn new(commit: Prepared) -> Self {
        let load = commit.load();
        Self { commit, load, turn: Mutex::new(Turn::Wait), wake: Condvar::new() }
    }

    fn wait(&self) -> Option<Outcome> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = self.wake.wait_while(turn, |turn| matches!(turn, Turn::Wait));
        match &*turn.unwrap_or_else(PoisonError::into_inner) {
            Turn::Done(outcome) => Some(outcome.clone()),
            Turn::Lead | Turn::Wait => None,
        }
    }

    fn outcome(&self) -> Option<Outcome> {
        match &*self.turn.lock().unwrap_or_else(PoisonError::into_inner) {
            Turn::Done(outcome) => Some(outcome.clone()),
            Turn::Lead | Turn::Wait => None,
        }
    }

    fn settle(&self, turn: Turn) {
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = turn;
        self.wake.notify_one();
    }
}

/// The leadership. Given up by dropping it, so that a panic in a store leaves nobody waiting for ever.
struct Lead<'a> {
    queue: &'a Queue,
    group: Vec<Arc<Slot>>,
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        // Empty unless `apply` panicked, or answered too few.
        for slot in self.group.drain(..) {
            slot.settle(Turn::Done(Err(LogError::Poisoned)));
        }
        let mut line = self.queue.line();
        let next = line.waiting.front().cloned();
        line.led = next.is_some();
        drop(line);
        if let Some(next) = next {
            next.settle(Turn::Lead);
        }
    }
}
