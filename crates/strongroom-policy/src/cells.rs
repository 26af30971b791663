//! Which rules speak of what: the tables that a decision walks along.

use crate::role_set::RoleSet;
use strongroom_types::Action;

/// By role, kind and action: the rules that speak of them, denies before grants. One run of numbers, and where each
/// cell begins in it.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    kinds: usize,
    /// Where a cell begins; one more than there are cells.
    starts: Vec<u32>,
    /// Denies bear [`DENY`].
    rules: Vec<u32>,
    /// By kind and action: the roles whose cells are not empty. Few are: a decision looks into no others.
    spoken_to: Vec<RoleSet>,
}

/// A rule in a cell.
pub(crate) type Entry = (u32, u32);

/// The mark of a deny.
pub(crate) const DENY: u32 = 1 << 31;

impl Cells {
    /// The cells of so many roles and kinds, from the entries (cell, rule); each sort in the order that cells keep.
    pub(crate) fn new(roles: usize, kinds: usize, denies: &[Entry], grants: &[Entry]) -> Self {
        let cells = roles.saturating_mul(kinds).saturating_mul(Action::ALL.len());
        let at = |cell: u32| usize::try_from(cell).unwrap_or(usize::MAX);
        let mut starts = vec![0_u32; cells.saturating_add(1)];
        for (cell, _) in denies.iter().chain(grants) {
            if let Some(count) = starts.get_mut(at(*cell)) {
                *count = count.saturating_add(1);
            }
        }
        let mut next = 0_u32;
        for start in &mut starts {
            next = next.saturating_add(std::mem::replace(start, next));
        }
        let mut run = vec![0; at(next)];
        let mut free = starts.clone();
        let denies = denies.iter().map(|(cell, rule)| (*cell, rule | DENY));
        for (cell, rule) in denies.chain(grants.iter().copied()) {
            if let Some(slot) = free.get_mut(at(cell)) {
                if let Some(place) = run.get_mut(at(*slot)) {
                    *place = rule;
                }
                *slot = slot.saturating_add(1);
            }
        }
        let mut spoken_to = vec![RoleSet::default(); kinds.saturating_mul(Action::ALL.len())];
        for (cell, _) in starts.windows(2).enumerate().filter(|(_, pair)| pair.first() < pair.get(1)) {
            let (Some(role), Some(rest)) =
                (cell.checked_div(spoken_to.len()), cell.checked_rem(spoken_to.len()))
            else {
                continue;
            };
            if let Some(set) = spoken_to.get_mut(rest) {
                set.insert(role);
            }
        }
        Self { kinds, starts, rules: run, spoken_to }
    }

    /// The roles of which some rule speaks there, or `None` where there is no such kind.
    #[inline]
    pub(crate) fn spoken_to(&self, kind: usize, action: Action) -> Option<&RoleSet> {
        self.spoken_to.get(kind.checked_mul(Action::ALL.len())?.checked_add(number(action))?)
    }

    /// The number of a cell.
    #[inline]
    pub(crate) fn at(kinds: usize, role: usize, kind: usize, action: Action) -> Option<usize> {
        role.checked_mul(kinds)?
            .checked_add(kind)?
            .checked_mul(Action::ALL.len())?
            .checked_add(number(action))
    }

    /// The rules in a cell, denies first, or `None` where there is no such cell.
    #[inline]
    pub(crate) fn rules(&self, role: usize, kind: usize, action: Action) -> Option<&[u32]> {
        let cell = Self::at(self.kinds, role, kind, action)?;
        let [start, end] = *self.starts.get(cell..)?.first_chunk::<2>()?;
        self.rules.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }

    fn split(&self, role: usize, kind: usize, action: Action) -> Option<(&[u32], &[u32])> {
        let rules = self.rules(role, kind, action)?;
        rules.split_at_checked(rules.partition_point(|rule| rule & DENY != 0))
    }

    /// The denies in a cell, or `None` where there is no such cell.
    pub(crate) fn denies(
        &self,
        role: usize,
        kind: usize,
        action: Action,
    ) -> Option<impl Iterator<Item = u32> + use<'_>> {
        Some(self.split(role, kind, action)?.0.iter().map(|rule| rule & !DENY))
    }

    /// The grants in a cell, by rank, or `None` where there is no such cell.
    pub(crate) fn grants(&self, role: usize, kind: usize, action: Action) -> Option<&[u32]> {
        Some(self.split(role, kind, action)?.1)
    }
}

/// The bit of an action.
pub(crate) const fn bit(action: Action) -> u64 {
    1 << number(action)
}

#[expect(clippy::as_conversions, reason = "the number of a unit variant")]
pub(crate) const fn number(action: Action) -> usize {
    action as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_numbered_in_order() {
        for (number, action) in Action::ALL.iter().enumerate() {
            assert_eq!(Cells::at(1, 0, 0, *action), Some(number));
        }
    }
}
