//! Work on many inputs at once, with the answers in the order of the inputs.

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

/// Does `work` on every item, on so many threads, and hands each answer to `each` on this thread: in the order of the
/// items, whatever the threads do. The first error of `each` ends it all.
pub(super) fn in_order<T: Sync, R: Send, E>(
    threads: NonZeroUsize,
    items: &[T],
    work: impl Fn(usize, &T) -> R + Sync,
    mut each: impl FnMut(usize, R) -> Result<(), E>,
) -> Result<(), E> {
    let next = AtomicUsize::new(0);
    let (answers, answered) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads.get().min(items.len()) {
            let (answers, next, work) = (answers.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    // Nobody listens any more after an error.
                    if answers.send((index, work(index, item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(answers);
        let (mut early, mut due) = (BTreeMap::new(), 0_usize);
        // Moved in here, so that the threads hear of an error before they are waited for.
        for (index, answer) in answered {
            early.insert(index, answer);
            while let Some(answer) = early.remove(&due) {
                each(due, answer)?;
                due = due.saturating_add(1);
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_the_order_of_the_items_on_any_number_of_threads() {
        let items: Vec<usize> = (0..500).collect();
        for threads in [1, 2, 7, 64] {
            let mut seen = Vec::new();
            let done: Result<(), ()> = in_order(
                NonZeroUsize::new(threads).unwrap(),
                &items,
                // The early ones take longest.
                |_, item| (0..(500 - item) * 20).fold(*item, |sum, n| std::hint::black_box(sum ^ n ^ n)),
                |index, answer| {
                    assert_eq!(index, answer);
                    seen.push(answer);
                    Ok(())
                },
            );
            assert_eq!((done, &seen), (Ok(()), &items));
        }
    }

    #[test]
    fn an_error_ends_it() {
        let items: Vec<usize> = (0..100_000).collect();
        let worked = AtomicUsize::new(0);
        let ended = in_order(
            NonZeroUsize::new(3).unwrap(),
            &items,
            |_, _| worked.fetch_add(1, Ordering::SeqCst),
            |index, _| if index == 2 { Err("full") } else { Ok(()) },
        );
        assert_eq!(ended, Err("full"));
        assert!(in_order(NonZeroUsize::MIN, &[], |_, (): &()| (), |_, ()| Err("never")).is_ok());
    }
}
