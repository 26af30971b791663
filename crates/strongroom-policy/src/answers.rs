//! What roles, level and whose the record is decide by themselves. Most decisions are read from here: a few numbers are
//! compared, and no branch depends on them but the last.
//!
//! Where more has to be asked, an answer says so, and the rules of the cell are gone through one by one.

use crate::bound::Few;
use crate::cells::{Cells, DENY};
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
        let keys = keys(grants);
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

/// By rank: the answer that names the grant, or [`ASK`] where it does not fit one.
fn keys(grants: &[CompiledGrant]) -> Vec<Answer> {
    let (mut class, mut burden) = (0_u32, 0_u32);
    let key = |(rank, grant): (usize, &CompiledGrant)| {
        if grant.burden != burden {
            (class, burden) = (class.saturating_add(1), grant.burden);
        }
        let rank = u32::try_from(rank).ok().filter(|rank| *rank <= RANK)?;
        (class < NO_CLASS).then_some(class << RANK_BITS | rank)
    };
    grants.iter().enumerate().map(key).map(|key| key.unwrap_or(ASK)).collect()
}

fn answer(rules: &[u32], grants: &[CompiledGrant], keys: &[Answer]) -> Cell {
    let mut cell = [NONE; 4];
    // SECURITY: denies come first in a cell, and none is answered here.
    if rules.first().is_some_and(|rule| rule & DENY != 0) {
        return [ASK; 4];
    }
    for rank in rules.iter().filter_map(|rank| usize::try_from(*rank).ok()) {
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
