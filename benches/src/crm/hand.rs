//! The workload as somebody would write it for this one purpose: bit tables, and no name anywhere. The limit.

use super::{ACTIONS, Crm, DEPARTMENTS, KINDS, LEVELS, Request, Scope, name};
use std::collections::HashMap;

/// A set of at most 512 roles.
type Roles = [u64; 8];

/// A grant in a cell: those who hold it, by inheritance too, and on whose records.
#[derive(Debug, Clone, Copy)]
struct Row {
    roles: Roles,
    scope: Scope,
    grant: u32,
}

/// The bit tables.
#[derive(Debug)]
pub struct Hand {
    /// By kind and action, in the order of the policy.
    cells: Vec<Vec<Row>>,
    /// By kind and action: those who are denied.
    denied: Vec<Roles>,
    /// By level: those who are cleared for it.
    cleared: [Roles; LEVELS],
    users: Vec<(Roles, u32)>,
    records: Vec<HandRecord>,
}

#[derive(Debug, Clone, Copy)]
struct HandRecord {
    kind: u32,
    owner: u32,
    department: u32,
    level: u32,
}

/// A request as numbers.
#[derive(Debug, Clone, Copy)]
pub struct HandRequest {
    user: u32,
    action: u32,
    record: u32,
    proved: bool,
}

fn bit(set: &mut Roles, role: usize) {
    if let Some(word) = set.get_mut(role / 64) {
        *word |= 1 << (role % 64);
    }
}

fn meet(a: &Roles, b: &Roles) -> bool {
    a.iter().zip(b).any(|(a, b)| a & b != 0)
}

fn and(a: &Roles, b: &Roles) -> Roles {
    let mut both = *a;
    both.iter_mut().zip(b).for_each(|(a, b)| *a &= b);
    both
}

fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Hand {
    /// The tables of a workload.
    pub fn new(crm: &Crm) -> Self {
        let cell = |kind: usize, action: usize| kind.saturating_mul(ACTIONS).saturating_add(action);
        let mut cells = vec![Vec::new(); KINDS.saturating_mul(ACTIONS)];
        let mut denied = vec![[0; 8]; cells.len()];
        let holders = |role: usize| {
            let mut set = [0; 8];
            let holds = |other: &usize| crm.closure(*other).contains(&role);
            (0..crm.roles.len()).filter(holds).for_each(|other| bit(&mut set, other));
            set
        };
        let by_role: Vec<Roles> = (0..crm.roles.len()).map(holders).collect();
        for (number, grant) in crm.grants.iter().enumerate() {
            let roles = by_role.get(grant.role).copied().unwrap_or_default();
            for action in &grant.actions {
                if let Some(rows) = cells.get_mut(cell(grant.kind, *action)) {
                    rows.push(Row { roles, scope: grant.scope, grant: short(number) });
                }
            }
        }
        for deny in &crm.denies {
            for role in 0..crm.roles.len() {
                let binds = crm.closure(role).contains(&deny.role);
                for action in deny.actions.iter().filter(|_| binds) {
                    if let Some(set) = denied.get_mut(cell(deny.kind, *action)) {
                        bit(set, role);
                    }
                }
            }
        }
        let mut cleared = [[0; 8]; LEVELS];
        for (level, set) in cleared.iter_mut().enumerate() {
            (0..crm.roles.len()).filter(|role| crm.clearance(*role) >= level).for_each(|role| bit(set, role));
        }
        let users = crm.users.iter().map(|user| {
            let mut set = [0; 8];
            user.roles.iter().for_each(|role| bit(&mut set, *role));
            (set, short(user.department))
        });
        let records = crm.records.iter().map(|record| HandRecord {
            kind: short(record.kind),
            owner: short(record.owner),
            department: short(record.department),
            level: short(record.level),
        });
        Self { cells, denied, cleared, users: users.collect(), records: records.collect() }
    }

    /// A request as numbers.
    pub fn request(&self, _: &Crm, request: &Request) -> HandRequest {
        HandRequest {
            user: short(request.user),
            action: short(request.action),
            record: short(request.record),
            proved: request.mfa && request.office,
        }
    }

    /// The grant that allows it.
    pub fn decide(&self, request: &HandRequest) -> Option<u32> {
        let at = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let (roles, department) = self.users.get(at(request.user))?;
        let record = self.records.get(at(request.record))?;
        let cell = at(record.kind).wrapping_mul(ACTIONS).wrapping_add(at(request.action));
        if meet(roles, self.denied.get(cell)?) || (record.level >= 3 && !request.proved) {
            return None;
        }
        let able = and(roles, self.cleared.get(at(record.level))?);
        let (own, same) = (record.owner == request.user, record.department == *department);
        let mut rows = self.cells.get(cell)?.iter();
        let holds = |row: &&Row| {
            let whose = match row.scope {
                Scope::Any => true,
                Scope::Department => same,
                Scope::Own => own,
            };
            whose && meet(&able, &row.roles)
        };
        rows.find(holds).map(|row| row.grant)
    }
}

/// The same tables behind names: each request is looked up in hash maps first.
#[derive(Debug)]
pub struct NamedHand {
    hand: Hand,
    roles: HashMap<String, usize>,
    kinds: HashMap<String, u32>,
    departments: HashMap<String, u32>,
}

/// A request as a host has it: names, and the record's own.
#[derive(Debug)]
pub struct NamedRequest {
    roles: Vec<String>,
    department: String,
    kind: String,
    record_department: String,
    user: u32,
    owner: u32,
    level: u32,
    action: u32,
    proved: bool,
}

impl NamedHand {
    /// The tables of a workload.
    pub fn new(crm: &Crm) -> Self {
        let numbered =
            |prefix: &'static str, count: usize| (0..count).map(move |at| (name(prefix, at), short(at)));
        Self {
            hand: Hand::new(crm),
            roles: (0..crm.roles.len()).map(|role| (name("r", role), role)).collect(),
            kinds: numbered("k", KINDS).collect(),
            departments: numbered("d", DEPARTMENTS).collect(),
        }
    }

    /// A request with its names.
    pub fn request(&self, crm: &Crm, request: &Request) -> Option<NamedRequest> {
        let (user, record) = (crm.users.get(request.user)?, crm.records.get(request.record)?);
        Some(NamedRequest {
            roles: user.roles.iter().map(|role| name("r", *role)).collect(),
            department: name("d", user.department),
            kind: name("k", record.kind),
            record_department: name("d", record.department),
            user: short(request.user),
            owner: short(record.owner),
            level: short(record.level),
            action: short(request.action),
            proved: request.mfa && request.office,
        })
    }

    /// The grant that allows it.
    pub fn decide(&self, request: &NamedRequest) -> Option<u32> {
        let at = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let mut roles = [0; 8];
        for role in &request.roles {
            bit(&mut roles, *self.roles.get(role)?);
        }
        let kind = *self.kinds.get(&request.kind)?;
        let department = self.departments.get(&request.department)?;
        let same = self.departments.get(&request.record_department)? == department;
        let own = request.owner == request.user;
        let cell = at(kind).wrapping_mul(ACTIONS).wrapping_add(at(request.action));
        if meet(&roles, self.hand.denied.get(cell)?) || (request.level >= 3 && !request.proved) {
            return None;
        }
        let able = and(&roles, self.hand.cleared.get(at(request.level))?);
        let holds = |row: &&Row| match row.scope {
            Scope::Any => meet(&able, &row.roles),
            Scope::Department => same && meet(&able, &row.roles),
            Scope::Own => own && meet(&able, &row.roles),
        };
        self.hand.cells.get(cell)?.iter().find(holds).map(|row| row.grant)
    }
}
