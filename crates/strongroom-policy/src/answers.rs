//! What roles, level and whose the record is decide by themselves. Most decisions are read from here: a few numbers are
//! compared, and no branch depends on them but the last.
//!
//! Where more has to be asked, an answer says so, and the rules of the cell are gone through one by one.

use crate::bound::Few;
use crate::cells::Cells;
use crate::condition::needs;
use crate::tables::CompiledGrant;
use rustc_hash::FxHashMap;
use strongroom_types::{Action, Level};

/// The lightest grant that one role holds in a cell, by whether the record is the actor's own (bit 0) and of the actor's
/// team (bit 1). The class of its burden, then its rank, so that of two answers the lesser is the better.
type Answer = u32;
type Cell = [Answer; 4];

const RANK_BITS: u32 = 20;
const RANK: u32 = (1 << RANK_BITS) - 1;
/// No grant holds.
const NONE: Answer = u32::MAX;
/// A deny, or a grant with other conditions, has to be asked.
const ASK: Answer = u32::MAX - 1;
/// A class that no grant has.
const NO_CLASS: u32 = u32::MAX >> RANK_BITS;
/// Policies with more cells than this are asked rule by rule: 16 MiB.
const CELLS_MAX: usize = 1 << 23;
/// The place of the cell in which nothing is granted, as in most.
const EMPTY: u16 = 0;
/// The place of the cell in which everything has to be asked.
const ALL_ASK: u16 = 1;

/// The answers, by kind, action and role.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// One more than there are roles: the last is nobody's, and nothing is granted to it.
    columns: usize,
    /// Where in `cells` the answer is. A grant of many actions to a role that others inherit is one cell in many places.
    places: Vec<u16>,
    cells: Vec<Cell>,
}

/// What the roles of somebody are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answered {
    /// No grant holds.
    Nothing,
    /// The grant of this rank is the best, up to this level.
    Grant(u32, Level),
    /// The rules have to be asked.
    Ask,
}

impl Answers {
    /// The answers of so many roles and kinds.
    pub(crate) fn new(roles: usize, kinds: usize, cells: &Cells, grants: &[CompiledGrant]) -> Self {
        let columns = roles.saturating_add(1);
        let count = columns.saturating_mul(kinds).saturating_mul(Action::ALL.len());
        if count > CELLS_MAX {
            return Self::default();
        }
        let keys = keys(grants.iter().map(|grant| grant.burden));
        let mut answers =
            Self { columns, places: Vec::with_capacity(count), cells: vec![[NONE; 4], [ASK; 4]] };
        let mut known = FxHashMap::default();
        for kind in 0..kinds {
            for action in Action::ALL {
                for role in 0..roles {
                    let place = match cells.rules(role, kind, *action) {
                        None | Some([]) => EMPTY,
                        Some(cell) => {
                            let cell = answer(cell, grants, &keys);
                            *known.entry(cell).or_insert_with(|| answers.add(cell))
                        }
                    };
                    answers.places.push(place);
                }
                answers.places.push(EMPTY);
            }
        }
        answers
    }

    fn add(&mut self, cell: Cell) -> u16 {
        let Ok(place) = u16::try_from(self.cells.len()) else { return ALL_ASK };
        self.cells.push(cell);
        place
    }

    /// What a few roles are answered together, each up to its clearance and all up to `reach`.
    #[inline]
    pub(crate) fn of(
        &self,
        (kind, action): (usize, usize),
        few: &Few,
        whose: usize,
        (level, reach): (Level, Level),
    ) -> Answered {
        let row = kind.wrapping_mul(Action::ALL.len()).wrapping_add(action).wrapping_mul(self.columns);
        let Some(row) = self.places.get(row..).and_then(|rest| rest.get(..self.columns)) else {
            return Answered::Ask;
        };
        let (mut best, mut ask) = (u64::MAX, self.columns == 0);
        for (role, clearance) in few.all() {
            let cell = row.get(role).and_then(|place| self.cells.get(usize::from(*place)));
            let answer = cell.and_then(|cell| cell.get(whose)).copied().unwrap_or(ASK);
            let ceiling = clearance.min(reach);
            // Among grants of one burden the one that reaches higher is better.
            let key = u64::from(answer >> RANK_BITS) << 40
                | u64::from(u8::MAX.wrapping_sub(ceiling.rank())) << 32
                | u64::from(answer & RANK);
            best = best.min(if level <= ceiling { key } else { u64::MAX });
            ask |= answer == ASK;
        }
        if ask {
            return Answered::Ask;
        }
        if best >> 40 >= u64::from(NO_CLASS) {
            return Answered::Nothing;
        }
        let [.., ceiling, _, _, _, _] = best.to_be_bytes();
        let rank = u32::try_from(best & u64::from(RANK)).unwrap_or(RANK);
        Answered::Grant(rank, Level::from_rank(u8::MAX.wrapping_sub(ceiling)))
    }
}

/// By rank: the answer that names the grant of this burden, or [`ASK`] where it does not fit one.
fn keys(burdens: impl Iterator<Item = u32>) -> Vec<Answer> {
    let (mut class, mut last) = (0_u32, 0_u32);
    let key = |(rank, burden): (usize, u32)| {
        if burden != last {
            (class, last) = (class.saturating_add(1), burden);
        }
        let rank = u32::try_from(rank).ok().filter(|rank| *rank <= RANK)?;
        (class < NO_CLASS).then_some(class << RANK_BITS | rank)
    };
    burdens.enumerate().map(key).map(|key| key.unwrap_or(ASK)).collect()
}

/// What the rules of one cell answer, which stand in it from the lightest grant to the heaviest.
fn answer(rules: &[u32], grants: &[CompiledGrant], keys: &[Answer]) -> Cell {
    let mut cell = [NONE; 4];
    for rank in rules.iter().filter_map(|rank| usize::try_from(*rank).ok()) {
        // SECURITY: a deny is no grant's rank, and comes first in its cell: nothing is answered where there is one.
        let (Some(grant), Some(key)) = (grants.get(rank), keys.get(rank)) else { return [ASK; 4] };
        let wanted = grant.conditions.all_needs();
        let simple = wanted & !(needs::OWN | needs::TEAM) == 0;
        for (whose, slot) in cell.iter_mut().enumerate() {
            let own = wanted & needs::OWN == 0 || whose & OWN != 0;
            let team = wanted & needs::TEAM == 0 || whose & TEAM != 0;
            if own && team && *slot == NONE {
                *slot = if simple { *key } else { ASK };
            }
        }
    }
    cell
}

const OWN: usize = 1;
const TEAM: usize = 2;

/// The place of an answer in its cell.
#[inline]
pub(crate) fn whose(own: bool, team: bool) -> usize {
    usize::from(own) | usize::from(team) << 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{actor, now, sample};
    use crate::{AuthContext, Resource};
    use strongroom_types::{Kind, Label};

    #[test]
    fn a_lighter_burden_is_the_lesser_answer_and_what_does_not_fit_is_asked() {
        assert_eq!(keys([0, 0, 7, 7, 9].into_iter()), [0, 1, 1 << 20 | 2, 1 << 20 | 3, 2 << 20 | 4]);
        // As many burdens as there are classes, and one more.
        let many = keys(1..=NO_CLASS);
        assert_eq!(
            many.iter().rev().take(2).collect::<Vec<_>>(),
            [&ASK, &((NO_CLASS - 1) << 20 | (NO_CLASS - 2))]
        );
        let ranks = keys(std::iter::repeat_n(0, (1 << 20) + 1));
        assert_eq!(ranks.iter().rev().take(2).collect::<Vec<_>>(), [&ASK, &RANK]);
    }

    #[test]
    fn more_cells_than_have_a_place_are_asked() {
        let mut answers = Answers { cells: vec![[NONE; 4]; usize::from(u16::MAX)], ..Answers::default() };
        assert_eq!(answers.add([7; 4]), u16::MAX);
        assert_eq!(answers.add([8; 4]), ALL_ASK);
        assert_eq!(answers.cells.len(), 1 << 16);
    }

    #[test]
    fn a_policy_without_answers_is_asked() {
        let (_, policy) = sample();
        let (actor, auth) = (actor(1, &["sales"]), AuthContext::new(now()));
        let kind = Kind::new("customer").unwrap();
        let resource = Resource::new(&kind, Label::default());
        let (bound, level) = (policy.bind(&actor, &auth), policy.target(&resource).level);
        let cells = Cells::default();
        let asked = |answers: &Answers, kind| answers.of((kind, 0), &bound.few, 0, (level, level));
        assert_eq!(asked(&Answers::default(), 0), Answered::Ask);
        let too_many = Answers::new(512, CELLS_MAX, &cells, &[]);
        assert_eq!(asked(&too_many, 0), Answered::Ask);
        // A kind, or a role, that the answers do not know.
        let answers = Answers::new(policy.tables.closures.len(), 2, &cells, &[]);
        assert_eq!(asked(&answers, 1), Answered::Nothing);
        assert_eq!(asked(&answers, 2), Answered::Ask);
        assert_eq!(asked(&Answers::new(0, 2, &cells, &[]), 0), Answered::Ask);
    }
}
