//! The answer alone, yes or no: one mask of roles for each scope in a cell, and a branch for nothing that a mask can say.
//! [`Hand`](super::Hand) tells which grant allows, as our permit does; this is what is left where nobody asks.

use super::{ACTIONS, Crm, KINDS, LEVELS, Request, Scope};

/// Roles that fit a word.
const ROLES: usize = 64;

/// Who holds what on a kind and an action.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    any: u64,
    department: u64,
    own: u64,
    denied: u64,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    kind: u32,
    owner: u32,
    department: u32,
    level: u32,
}

/// The masks.
#[derive(Debug)]
pub struct Bits {
    cells: Vec<Cell>,
    /// By level: those who are cleared for it.
    cleared: [u64; LEVELS],
    users: Vec<(u64, u32)>,
    records: Vec<Row>,
}

/// A request as numbers.
#[derive(Debug, Clone, Copy)]
pub struct BitsRequest {
    user: u32,
    action: u32,
    record: u32,
    proved: bool,
}

fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn at(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Bits {
    /// The masks of a workload; `None` where its roles do not fit a word.
    pub fn new(crm: &Crm) -> Option<Self> {
        if crm.roles.len() > ROLES {
            return None;
        }
        let set = |chosen: &dyn Fn(usize) -> bool| {
            (0..crm.roles.len())
                .filter(|role| chosen(*role))
                .fold(0, |set, role| set | 1_u64 << (role % ROLES))
        };
        let holders = |held: usize| set(&|role| crm.closure(role).contains(&held));
        let mut cells = vec![Cell::default(); KINDS.saturating_mul(ACTIONS)];
        for grant in &crm.grants {
            for action in &grant.actions {
                let cell = cells.get_mut(cell(grant.kind, *action))?;
                let mask = match grant.scope {
                    Scope::Any => &mut cell.any,
                    Scope::Department => &mut cell.department,
                    Scope::Own => &mut cell.own,
                };
                *mask |= holders(grant.role);
            }
        }
        for deny in &crm.denies {
            for action in &deny.actions {
                cells.get_mut(cell(deny.kind, *action))?.denied |= holders(deny.role);
            }
        }
        let mut cleared = [0; LEVELS];
        for (level, mask) in cleared.iter_mut().enumerate() {
            *mask = set(&|role| crm.clearance(role) >= level);
        }
        let user = |user: &super::User| (set(&|role| user.roles.contains(&role)), short(user.department));
        let records = crm.records.iter().map(|record| Row {
            kind: short(record.kind),
            owner: short(record.owner),
            department: short(record.department),
            level: short(record.level),
        });
        Some(Self { cells, cleared, users: crm.users.iter().map(user).collect(), records: records.collect() })
    }

    /// A request as numbers.
    pub fn request(request: &Request) -> BitsRequest {
        BitsRequest {
            user: short(request.user),
            action: short(request.action),
            record: short(request.record),
            proved: request.mfa && request.office,
        }
    }

    /// Whether it is allowed; `None` where there is no such user or record.
    #[expect(clippy::needless_bitwise_bool, reason = "a branch would be guessed wrong as often as right")]
    pub fn decide(&self, request: &BitsRequest) -> Option<bool> {
        let (roles, department) = self.users.get(at(request.user))?;
        let record = self.records.get(at(request.record))?;
        let cell = self.cells.get(cell(at(record.kind), at(request.action)))?;
        let able = roles & self.cleared.get(at(record.level))?;
        let same = 0_u64.wrapping_sub(u64::from(record.department == *department));
        let own = 0_u64.wrapping_sub(u64::from(record.owner == request.user));
        let holds = able & (cell.any | cell.department & same | cell.own & own);
        Some((roles & cell.denied == 0) & (holds != 0) & ((record.level < 3) | request.proved))
    }
}

fn cell(kind: usize, action: usize) -> usize {
    kind.wrapping_mul(ACTIONS).wrapping_add(action)
}

#[cfg(test)]
mod tests {
    use super::super::{Hand, Scale};
    use super::*;

    #[test]
    fn both_tables_give_the_same_answers() {
        let crm = Crm::new(Scale::BASE);
        let (bits, hand) = (Bits::new(&crm).unwrap(), Hand::new(&crm));
        for request in crm.requests.iter().chain(&crm.random_requests(11, 100_000)) {
            let allowed = hand.decide(&hand.request(&crm, request)).is_some();
            assert_eq!(bits.decide(&Bits::request(request)), Some(allowed), "{request:?}");
        }
        assert!(Bits::new(&Crm::new(Scale::POLICIES)).is_none());
    }
}
