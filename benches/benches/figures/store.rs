//! The backend beside its engine: insert, flush, `fdatasync`, the same keys and values.

use crate::engine::{RawSled, folder, open_store, raw_batch};
use strongroom_benches::{Fault, Figures, Goal, Unit, seconds_each};
use strongroom_store::{Batch, Durability, Space, Store as _};

const ROWS: Space = Space::mutable(1, "rows");
const VALUE: [u8; 200] = [7; 200];

pub(crate) fn run(figures: &Figures) -> Result<(), Fault> {
    for (name, puts, commits) in [("store-sled-single", 1, 60), ("store-sled-batch-100", 100, 20)] {
        if !figures.wants(&[name]) {
            continue;
        }
        let folder = folder()?;
        let (store, _) = open_store(&folder.path().join("ours"))?;
        let raw = RawSled::open(&folder.path().join("raw"))?;
        let (mut ours, mut limit) = (batches(puts), batches(puts));
        figures.ratio(
            name,
            Unit::PerSecond,
            Goal::Share(0.9),
            || {
                let mut next = ours.by_ref().take(commits);
                seconds_each(u32::try_from(commits)?, || {
                    next.try_for_each(|batch| Ok(store.commit(&batch, Durability::Power).map(drop)?))
                })
            },
            || {
                let mut next = limit.by_ref().take(commits);
                seconds_each(u32::try_from(commits)?, || {
                    next.try_for_each(|batch| raw.commit(raw_batch([&batch])))
                })
            },
        )?;
    }
    Ok(())
}

/// Batches of so many new rows each, without end.
fn batches(puts: u64) -> impl Iterator<Item = Batch> {
    let put = |batch: Batch, row: u64| batch.put(ROWS, row.to_be_bytes(), VALUE);
    (0_u64..).map(move |number| {
        let first = number.saturating_mul(puts);
        (first..first.saturating_add(puts)).fold(Batch::new(), put)
    })
}
