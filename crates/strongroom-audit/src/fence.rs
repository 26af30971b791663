//! Fences: what keeps a write, a hold and a purge of the same customer from racing.
//! FORMAT: docs/format.md, "Fences".

use strongroom_types::{CaseId, CustomerId};

/// The key generation of a customer whose fence was just opened.
pub const FENCE_GENERATION_FIRST: u32 = 1;

/// What may happen to a customer's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fence {
    /// Reads and writes, under this key generation.
    Active {
        /// The generation new data is sealed under.
        generation: u32,
    },
    /// A purge is on its way: nothing but that purge.
    Condemned {
        /// The purge's case.
        intent: CaseId,
        /// The generation at that time.
        generation: u32,
    },
    /// The customer was purged.
    Gone,
}

/// What must be true of fences and holds when a commit is applied, before its own fence changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The customer is active, under this generation where one is named.
    Active {
        /// Whose fence.
        customer: CustomerId,
        /// The generation that the caller sealed under.
        generation: Option<u32>,
    },
    /// The customer is condemned by this very purge.
    Condemned {
        /// Whose fence.
        customer: CustomerId,
        /// The purge's case.
        intent: CaseId,
    },
    /// No hold was placed or released since the caller looked at version `0`.
    HoldsVersion(u64),
}

/// A change to a fence, applied with the commit that carries it and recorded in that commit's first entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FenceChange {
    /// Holds were placed or released: whoever looked before must look again.
    BumpHolds,
    /// Active to condemned.
    Condemn {
        /// Whose fence.
        customer: CustomerId,
        /// The purge's case.
        intent: CaseId,
    },
    /// Condemned by this purge to gone.
    Gone {
        /// Whose fence.
        customer: CustomerId,
        /// The purge's case.
        intent: CaseId,
    },
    /// The next key generation. Without `intent` the customer must be active, with it condemned by that purge.
    NextGeneration {
        /// Whose fence.
        customer: CustomerId,
        /// The purge's case, for a purge that re-seals what stays.
        intent: Option<CaseId>,
    },
    /// No fence yet to active under [`FENCE_GENERATION_FIRST`].
    Open {
        /// Whose fence.
        customer: CustomerId,
    },
    /// Condemned by this purge back to active: the purge was partial, or called off.
    Reprieve {
        /// Whose fence.
        customer: CustomerId,
        /// The purge's case.
        intent: CaseId,
    },
}

impl FenceChange {
    /// Whose fence; nobody's for a change to the holds.
    pub const fn customer(&self) -> Option<CustomerId> {
        match self {
            Self::BumpHolds => None,
            Self::Condemn { customer, .. }
            | Self::Gone { customer, .. }
            | Self::NextGeneration { customer, .. }
            | Self::Open { customer }
            | Self::Reprieve { customer, .. } => Some(*customer),
        }
    }

    /// The fence after the change, or `None` where the change does not apply to what is there.
    pub(crate) fn apply(&self, found: Option<Fence>) -> Option<Fence> {
        match (self, found) {
            (Self::Open { .. }, None) => Some(Fence::Active { generation: FENCE_GENERATION_FIRST }),
            (Self::Condemn { intent, .. }, Some(Fence::Active { generation })) => {
                Some(Fence::Condemned { intent: *intent, generation })
            }
            (Self::NextGeneration { intent: None, .. }, Some(Fence::Active { generation })) => {
                Some(Fence::Active { generation: generation.checked_add(1)? })
            }
            (
                Self::NextGeneration { intent: Some(by), .. },
                Some(Fence::Condemned { intent, generation }),
            ) if *by == intent => Some(Fence::Condemned { intent, generation: generation.checked_add(1)? }),
            (Self::Reprieve { intent: by, .. }, Some(Fence::Condemned { intent, generation }))
                if *by == intent =>
            {
                Some(Fence::Active { generation })
            }
            (Self::Gone { intent: by, .. }, Some(Fence::Condemned { intent, .. })) if *by == intent => {
                Some(Fence::Gone)
            }
            _ => None,
        }
    }
}

const ACTIVE: u8 = 1;
const CONDEMNED: u8 = 2;
const GONE: u8 = 3;

impl Fence {
    /// FORMAT: tag (1); generation u32 LE (4) unless gone; intent (16) if condemned.
    pub(crate) fn encode(self) -> Vec<u8> {
        match self {
            Self::Active { generation } => [&[ACTIVE], generation.to_le_bytes().as_slice()].concat(),
            Self::Condemned { intent, generation } => {
                [&[CONDEMNED], generation.to_le_bytes().as_slice(), intent.as_bytes()].concat()
            }
            Self::Gone => vec![GONE],
        }
    }

    pub(crate) fn decode(row: &[u8]) -> Option<Self> {
        let (tag, rest) = row.split_first()?;
        if *tag == GONE {
            return rest.is_empty().then_some(Self::Gone);
        }
        let (generation, rest) = rest.split_first_chunk()?;
        let generation = u32::from_le_bytes(*generation);
        match *tag {
            ACTIVE if rest.is_empty() => Some(Self::Active { generation }),
            CONDEMNED => {
                Some(Self::Condemned { intent: CaseId::from_bytes(rest.try_into().ok()?), generation })
            }
            _ => None,
        }
    }
}

/// FORMAT: the holds row is a u64 LE, and absent while it is 0.
pub(crate) fn decode_holds(row: Option<&[u8]>) -> Option<u64> {
    let Some(row) = row else { return Some(0) };
    Some(u64::from_le_bytes(row.try_into().ok()?)).filter(|version| *version > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_one_reading_and_no_prefix_of_it_has_any() {
        let intent = CaseId::from_bytes([7; 16]);
        for fence in
            [Fence::Active { generation: 9 }, Fence::Condemned { intent, generation: 2 }, Fence::Gone]
        {
            let row = fence.encode();
            assert_eq!(Fence::decode(&row), Some(fence));
            for cut in 0..row.len() {
                assert_eq!(Fence::decode(&row[..cut]), None);
            }
            assert_eq!(Fence::decode(&[row.as_slice(), &[0]].concat()), None);
        }
        assert_eq!(decode_holds(Some(&0_u64.to_le_bytes())), None, "zero is written by absence");
    }

    #[test]
    fn only_its_own_purge_moves_a_condemned_customer() {
        let customer = CustomerId::from_bytes([1; 16]);
        let (own, other) = (CaseId::from_bytes([2; 16]), CaseId::from_bytes([3; 16]));
        let active = Some(Fence::Active { generation: 4 });
        let condemned = Some(Fence::Condemned { intent: own, generation: 4 });
        let gone = Some(Fence::Gone);
        let check = |change: FenceChange, none, from_active, from_condemned| {
            assert_eq!(change.apply(None), none, "{change:?} from nothing");
            assert_eq!(change.apply(active), from_active, "{change:?} from active");
            assert_eq!(change.apply(condemned), from_condemned, "{change:?} from condemned");
            assert_eq!(change.apply(gone), None, "{change:?} from gone");
        };
        check(FenceChange::Open { customer }, Some(Fence::Active { generation: 1 }), None, None);
        check(FenceChange::Condemn { customer, intent: own }, None, condemned, None);
        check(FenceChange::Gone { customer, intent: own }, None, None, gone);
        check(FenceChange::Gone { customer, intent: other }, None, None, None);
        check(FenceChange::Reprieve { customer, intent: own }, None, None, active);
        check(FenceChange::Reprieve { customer, intent: other }, None, None, None);
        let next = Some(Fence::Active { generation: 5 });
        check(FenceChange::NextGeneration { customer, intent: None }, None, next, None);
        let next = Some(Fence::Condemned { intent: own, generation: 5 });
        check(FenceChange::NextGeneration { customer, intent: Some(own) }, None, None, next);
        check(FenceChange::NextGeneration { customer, intent: Some(other) }, None, None, None);
        check(FenceChange::BumpHolds, None, None, None);
    }
}
