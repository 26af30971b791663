//! Whether a kind of store keeps its promises here, on this machine and this disk.

use crate::{Home, HomeError, HomeTrouble, Stores};
use std::{
    cell::{Cell, RefCell},
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use strongroom_store::{PruneRight, Store, conformance};
use strongroom_types::Random;

/// Runs the conformance suite of the storage trait on stores of the same kind and in the same place as a home, in a
/// scratch space that is removed afterwards. The stores of the home itself are not touched. `kept` hears each promise
/// once it was kept.
///
/// # Errors
///
/// [`HomeError`] where the scratch space cannot be made.
///
/// # Panics
///
/// Where the store breaks a promise, with what was expected and what happened. Feature `check`.
pub fn check_home(
    home: &Home,
    folder: &Path,
    random: &dyn Random,
    kept: &mut dyn FnMut(&'static str),
) -> Result<(), HomeError> {
    let mut name = [0; 4];
    random.fill(&mut name).map_err(|error| HomeError::new(HomeTrouble::Unavailable, error))?;
    let scratch = home.scratch(folder, u32::from_le_bytes(name));
    let scratch = Scratch { home: scratch, random, next: Cell::new(0), current: RefCell::new(None) };
    // So that what is wrong with the place is an answer and not a panic of the suite.
    drop(scratch.open(0)?);
    conformance::run_with(&scratch, kept);
    scratch.home.remove()
}

/// A home for stores that come and go.
#[derive(Debug)]
pub(crate) struct ScratchHome {
    pub(crate) home: Home,
    pub(crate) dir: PathBuf,
}

impl ScratchHome {
    fn remove(&self) -> Result<(), HomeError> {
        match fs::remove_dir_all(&self.dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(HomeError::new(HomeTrouble::Unavailable, error))
            }
            _ => Ok(()),
        }
    }
}

struct Scratch<'r> {
    home: ScratchHome,
    random: &'r dyn Random,
    next: Cell<u32>,
    /// The number of the store that is open.
    current: RefCell<Option<u32>>,
}

impl Scratch<'_> {
    fn open(&self, number: u32) -> Result<Stores, HomeError> {
        self.home.home.numbered(&self.home.dir, number).open(&self.home.dir, self.random)
    }

    fn opened(&self, number: u32) -> (Arc<dyn Store>, PruneRight) {
        match self.open(number) {
            Ok(Stores { data, prune, .. }) => (data, prune),
            #[expect(clippy::panic, reason = "the suite reports by panicking")]
            Err(error) => panic!("a scratch store did not open: {error}"),
        }
    }
}

impl conformance::Factory for Scratch<'_> {
    type Store = Arc<dyn Store>;

    fn fresh(&self) -> (Self::Store, PruneRight) {
        let number = self.next.get().saturating_add(1);
        self.next.set(number);
        *self.current.borrow_mut() = Some(number);
        self.opened(number)
    }

    fn reopen(&self, store: Self::Store) -> Option<(Self::Store, PruneRight)> {
        drop(store);
        let number = (*self.current.borrow())?;
        Some(self.opened(number))
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        // Where a promise was broken; what cannot be removed lies under a name that says what it is.
        let _left_behind = self.home.remove();
    }
}
