//! The head row: how far the log is. FORMAT: docs/format.md, "Head".

use crate::{hash::CHAIN_START, tree::Frontier};
use strongroom_types::{Digest, Timestamp};

/// The longest head row.
pub(crate) const HEAD_BYTES_MAX: usize = FIXED_BYTES + 64 * 32;
const FIXED_BYTES: usize = 4 + 1 + 8 + 8 + 8 + 32;
const MAGIC: &[u8; 4] = b"SRLH";
const VERSION: u8 = 0;

/// How far the log is. It changes in the same batch as the entries, guarded by its former value, so that two writers
/// cannot both extend the same log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) frontier: Frontier,
    pub(crate) checkpoints: u64,
    pub(crate) time: Option<Timestamp>,
    pub(crate) chain: Digest,
}

impl Head {
    /// Before the first entry.
    pub(crate) fn start() -> Self {
        Self { frontier: Frontier::default(), checkpoints: 0, time: None, chain: CHAIN_START }
    }

    pub(crate) fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// FORMAT: magic (4), version (1), size u64 LE, checkpoints u64 LE, time of the last entry i64 LE in microseconds
    /// (`i64::MIN` before the first), chain (32), then the roots of the complete subtrees, largest first, 32 each:
    /// as many as `size` has one bits.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut row = Vec::with_capacity(HEAD_BYTES_MAX);
        row.extend_from_slice(MAGIC);
        row.push(VERSION);
        row.extend_from_slice(&self.size().to_le_bytes());
        row.extend_from_slice(&self.checkpoints.to_le_bytes());
        row.extend_from_slice(&self.time.map_or(i64::MIN, Timestamp::unix_micros).to_le_bytes());
        row.extend_from_slice(self.chain.as_bytes());
        for root in self.frontier.roots() {
            row.extend_from_slice(root.as_bytes());
        }
        row
    }

    pub(crate) fn decode(row: &[u8]) -> Option<Self> {
        let row = row.strip_prefix(MAGIC)?.strip_prefix(&[VERSION])?;
        let (size, row) = row.split_first_chunk()?;
        let (checkpoints, row) = row.split_first_chunk()?;
        let (micros, row) = row.split_first_chunk()?;
        let (chain, row) = row.split_first_chunk()?;
        let micros = i64::from_le_bytes(*micros);
        let time = (micros != i64::MIN).then(|| Timestamp::from_unix_micros(micros));
        if time.is_some_and(|time| time.unix_micros() != micros) {
            return None;
        }
        let (roots, rest) = row.as_chunks();
        let roots = roots.iter().map(|root| Digest::from_bytes(*root)).collect();
        let frontier = Frontier::from_roots(u64::from_le_bytes(*size), roots)?;
        rest.is_empty().then_some(Self {
            frontier,
            checkpoints: u64::from_le_bytes(*checkpoints),
            time,
            chain: Digest::from_bytes(*chain),
        })
    }
}
