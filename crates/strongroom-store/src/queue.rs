//! Who commits: of the threads that wait, one leads. It takes what has queued, commits it as one, wakes the others
//! with their answers and hands on. No thread of our own.

use std::{
    collections::VecDeque,
    fmt, iter, mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

/// A queue for group commit: many threads, one durable commit. For backends, and for whoever merges commits before they
/// reach one.
pub struct Queue<W, A>(Mutex<Line<W, A>>);

struct Line<W, A> {
    waiting: VecDeque<Arc<Slot<W, A>>>,
    led: bool,
}

/// A piece of work in the queue, and its turn.
pub struct Slot<W, A> {
    /// The work.
    pub work: W,
    turn: Mutex<Turn<A>>,
    wake: Condvar,
}

enum Turn<A> {
    Done(A),
    Lead,
    Wait,
}

impl<W, A> Default for Queue<W, A> {
    fn default() -> Self {
        Self(Mutex::new(Line { waiting: VecDeque::new(), led: false }))
    }
}

impl<W, A> fmt::Debug for Queue<W, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("waiting", &self.line().waiting.len()).finish()
    }
}

impl<W, A> fmt::Debug for Slot<W, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

impl<W, A> Queue<W, A> {
    /// Waits until the work was done, by this thread or another.
    ///
    /// `head` says how many from the front of the queue go together; at least one does. `apply` answers once for each
    /// of its slots, in their order. `lost` is the answer where `apply` panicked or answered too few.
    pub fn submit(
        &self,
        work: W,
        head: impl Fn(&mut dyn Iterator<Item = &W>) -> usize,
        apply: impl Fn(&[Arc<Slot<W, A>>]) -> Vec<A>,
        lost: fn() -> A,
    ) -> A {
        let slot = Arc::new(Slot { work, turn: Mutex::new(Turn::Wait), wake: Condvar::new() });
        let leads = {
            let mut line = self.line();
            line.waiting.push_back(Arc::clone(&slot));
            !mem::replace(&mut line.led, true)
        };
        if !leads && let Some(answer) = slot.wait() {
            return answer;
        }
        let mut lead = Lead { queue: self, group: Vec::new(), lost };
        loop {
            lead.group = self.take_group(&head);
            let answers = apply(&lead.group);
            let answers = answers.into_iter().chain(iter::repeat_with(lost));
            for (slot, answer) in lead.group.drain(..).zip(answers) {
                slot.settle(Turn::Done(answer));
            }
            if let Some(answer) = slot.answer() {
                return answer;
            }
        }
    }

    /// Never empty while a leader has not had its own answer.
    fn take_group(&self, head: impl Fn(&mut dyn Iterator<Item = &W>) -> usize) -> Vec<Arc<Slot<W, A>>> {
        let mut line = self.line();
        let count = head(&mut line.waiting.iter().map(|slot| &slot.work));
        let count = count.max(1).min(line.waiting.len());
        line.waiting.drain(..count).collect()
    }
}

impl<W, A> Queue<W, A> {
    // Every change under the lock is a single step, so a panic elsewhere left the line whole.
    fn line(&self) -> MutexGuard<'_, Line<W, A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W, A> Slot<W, A> {
    /// A slot outside any queue, whose answer nobody waits for.
    pub fn alone(work: W) -> Self {
        Self { work, turn: Mutex::new(Turn::Wait), wake: Condvar::new() }
    }

    fn wait(&self) -> Option<A> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = self.wake.wait_while(turn, |turn| matches!(turn, Turn::Wait));
        taken(&mut turn.unwrap_or_else(PoisonError::into_inner))
    }

    fn answer(&self) -> Option<A> {
        taken(&mut self.turn.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn settle(&self, turn: Turn<A>) {
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = turn;
        self.wake.notify_one();
    }
}

/// The answer, for the one who waits for it.
fn taken<A>(turn: &mut Turn<A>) -> Option<A> {
    match mem::replace(turn, Turn::Wait) {
        Turn::Done(answer) => Some(answer),
        Turn::Lead | Turn::Wait => None,
    }
}

/// The leadership. Given up by dropping it, so that a panic in `apply` leaves nobody waiting for ever.
struct Lead<'a, W, A> {
    queue: &'a Queue<W, A>,
    group: Vec<Arc<Slot<W, A>>>,
    lost: fn() -> A,
}

impl<W, A> Drop for Lead<'_, W, A> {
    fn drop(&mut self) {
        // Empty unless `apply` panicked.
        for slot in self.group.drain(..) {
            slot.settle(Turn::Done((self.lost)()));
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
