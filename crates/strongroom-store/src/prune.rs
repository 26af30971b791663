//! The right to delete from an append-only space.

use uuid::Uuid;

/// The right to prune append-only spaces of one store.
///
/// A backend's `open` returns it once, beside the store; the vault hands it to the audit log and to nobody else.
/// It is not `Clone`: who has it, has it alone. A batch that carries prunes of another store's right is refused.
#[derive(Debug)]
pub struct PruneRight {
    store: Uuid,
}

impl PruneRight {
    /// For backends: the right to prune the store that was opened as `store`, a random id of this opening.
    pub const fn for_store(store: Uuid) -> Self {
        Self { store }
    }

    /// The opening this right belongs to.
    pub const fn store(&self) -> Uuid {
        self.store
    }
}
