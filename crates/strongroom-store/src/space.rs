//! Spaces: named parts of a store, each mutable or append-only.

/// What may happen to a key once it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A key may be put once; no put on an existing key and no delete, on any path, unless a
    /// [`PruneRight`](crate::PruneRight) says so.
    AppendOnly,
    /// Keys may be put, overwritten and deleted.
    Mutable,
}

/// A part of a store: an id that leads every key on disk, a name for people, and a mode.
///
/// Spaces are constants of the program; no two of one store share an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Space {
    id: u8,
    name: &'static str,
    mode: Mode,
}

impl Space {
    /// A space whose keys are written once.
    pub const fn append_only(id: u8, name: &'static str) -> Self {
        Self { id, name, mode: Mode::AppendOnly }
    }

    /// A space whose keys may be overwritten and deleted.
    pub const fn mutable(id: u8, name: &'static str) -> Self {
        Self { id, name, mode: Mode::Mutable }
    }

    /// The id, unique within a store.
    pub const fn id(self) -> u8 {
        self.id
    }

    /// The name in messages.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Whether keys may change.
    pub const fn mode(self) -> Mode {
        self.mode
    }
}
