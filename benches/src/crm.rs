//! The workload of the decision figures: a CRM as plain numbers, from which our policy, a table by hand and every other
//! product are built, so that all of them are asked the same.
//!
//! 50 roles in a hierarchy of depth 3, 200 permissions (10 kinds, 20 actions), 320 grants, 20 denies, 1,000 users with
//! one to three roles, 10,000 records with owner, department and level; grants to own records, to those of the department
//! or to any; a role reaches only as high as its clearance; from the highest level on, a second factor and office hours;
//! 70 % of the requests are allowed.

mod bits;
mod hand;
mod ours;

pub use bits::{Bits, BitsRequest};
pub use hand::{Hand, HandRequest, NamedHand, NamedRequest};
pub use ours::Ours;

use strongroom_types::{Action, Timestamp};

/// How much of everything there is.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Roles, at most 512.
    pub roles: usize,
    /// Grants.
    pub grants: usize,
    /// Denies.
    pub denies: usize,
    /// Users.
    pub users: usize,
    /// Records.
    pub records: usize,
}

impl Scale {
    /// The workload as it is.
    pub const BASE: Self = Self { roles: 50, grants: 320, denies: 20, users: 1_000, records: 10_000 };
    /// Ten times the rules and roles.
    pub const POLICIES: Self = Self { roles: 500, grants: 3_200, denies: 200, ..Self::BASE };
    /// Ten times the users and records.
    pub const ENTITIES: Self = Self { users: 10_000, records: 100_000, ..Self::BASE };
}

/// Kinds of record.
pub const KINDS: usize = 10;
/// The kind that stands for contracts.
pub const CONTRACT: usize = 5;
/// Actions on each kind.
pub const ACTIONS: usize = 20;
/// Departments.
pub const DEPARTMENTS: usize = 20;
/// Levels of the scale.
pub const LEVELS: usize = 4;
/// How many requests are asked round and round.
pub const REQUESTS: usize = 20_000;

/// Whose records a grant speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Everybody's.
    Any,
    /// The department's.
    Department,
    /// One's own.
    Own,
}

/// A role.
#[derive(Debug, Clone)]
pub struct Role {
    /// The one that it inherits.
    pub parent: Option<usize>,
    /// The highest level that it reaches.
    pub clearance: usize,
}

/// A grant of some actions on a kind.
#[derive(Debug, Clone)]
pub struct Grant {
    /// To which role.
    pub role: usize,
    /// On which kind.
    pub kind: usize,
    /// Which actions.
    pub actions: Vec<usize>,
    /// On whose records.
    pub scope: Scope,
}

/// A deny of some actions on a kind to a role.
#[derive(Debug, Clone)]
pub struct Deny {
    /// Whom it binds.
    pub role: usize,
    /// On which kind.
    pub kind: usize,
    /// Which actions.
    pub actions: Vec<usize>,
}

/// Somebody.
#[derive(Debug, Clone)]
pub struct User {
    /// One to three roles.
    pub roles: Vec<usize>,
    /// The department.
    pub department: usize,
}

/// A record.
#[derive(Debug, Clone, Copy)]
pub struct Record {
    /// Its kind.
    pub kind: usize,
    /// Its owner.
    pub owner: usize,
    /// Its department.
    pub department: usize,
    /// Its level.
    pub level: usize,
}

/// A request.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// Who asks.
    pub user: usize,
    /// To do what.
    pub action: usize,
    /// With which record.
    pub record: usize,
    /// Whether a second factor was used.
    pub mfa: bool,
    /// Whether it is within office hours.
    pub office: bool,
}

/// The whole of it.
#[derive(Debug)]
pub struct Crm {
    /// Roles.
    pub roles: Vec<Role>,
    /// Grants.
    pub grants: Vec<Grant>,
    /// Denies.
    pub denies: Vec<Deny>,
    /// Users.
    pub users: Vec<User>,
    /// Records.
    pub records: Vec<Record>,
    /// Requests, of which seven in ten are allowed.
    pub requests: Vec<Request>,
}

impl Crm {
    /// A workload of this size, the same each time.
    pub fn new(scale: Scale) -> Self {
        let mut dice = Dice(7);
        let roles = roles(&mut dice, scale.roles);
        let grants = (0..scale.grants)
            .map(|number| grant(&mut dice, number.checked_rem(scale.roles).unwrap_or(0)))
            .collect();
        let mut denies: Vec<Deny> = (1..scale.denies).map(|_| deny(&mut dice, scale.roles)).collect();
        // Managers may see contracts and not edit them.
        denies.push(Deny {
            role: 1,
            kind: CONTRACT,
            actions: vec![number(Action::Update), number(Action::Contract)],
        });
        let users = (0..scale.users)
            .map(|_| User {
                roles: (0..=dice.below(3)).map(|_| dice.below(scale.roles)).collect(),
                department: dice.below(DEPARTMENTS),
            })
            .collect();
        let mut crm = Self { roles, grants, denies, users, records: Vec::new(), requests: Vec::new() };
        crm.records = (0..scale.records).map(|_| crm.record(&mut dice)).collect();
        crm.requests = crm.draw(&mut dice);
        crm
    }

    fn record(&self, dice: &mut Dice) -> Record {
        let owner = dice.below(self.users.len());
        let department = self.users.get(owner).map_or(0, |user| user.department);
        Record { kind: dice.below(KINDS), owner, department, level: dice.below(LEVELS) }
    }

    /// Requests at random, taken until seven in ten are allowed.
    fn draw(&self, dice: &mut Dice) -> Vec<Request> {
        let hand = Hand::new(self);
        let (mut allowed, mut denied) = (REQUESTS / 10 * 7, REQUESTS / 10 * 3);
        let mut requests = Vec::with_capacity(REQUESTS);
        while allowed > 0 || denied > 0 {
            let request = self.random_request(dice);
            let quota =
                if hand.decide(&hand.request(self, &request)).is_some() { &mut allowed } else { &mut denied };
            if *quota > 0 {
                *quota = quota.saturating_sub(1);
                requests.push(request);
            }
        }
        // Both sorts mixed, as they would come.
        for at in (1..requests.len()).rev() {
            requests.swap(at, dice.below(at.saturating_add(1)));
        }
        requests
    }

    fn random_request(&self, dice: &mut Dice) -> Request {
        let record = dice.below(self.records.len());
        let owner = self.records.get(record).map_or(0, |record| record.owner);
        // One in three works on what is theirs.
        let user = if dice.below(3) == 0 { owner } else { dice.below(self.users.len()) };
        let action = dice.below(ACTIONS);
        Request { user, action, record, mfa: dice.below(5) > 0, office: dice.below(5) > 0 }
    }

    /// More requests at random, allowed or not.
    pub fn random_requests(&self, seed: u64, count: usize) -> Vec<Request> {
        let mut dice = Dice(seed);
        (0..count).map(|_| self.random_request(&mut dice)).collect()
    }

    /// A role and all that it inherits.
    pub fn closure(&self, role: usize) -> Vec<usize> {
        let parent = |role: &usize| self.roles.get(*role).and_then(|role| role.parent);
        std::iter::successors(Some(role), parent).collect()
    }

    /// The highest level that a role reaches.
    pub fn clearance(&self, role: usize) -> usize {
        let closure = self.closure(role);
        closure.iter().filter_map(|role| self.roles.get(*role)).map(|role| role.clearance).max().unwrap_or(0)
    }
}

/// Three layers: a fifth at the top without a parent, the others inherit one of the layer before.
fn roles(dice: &mut Dice, count: usize) -> Vec<Role> {
    let layer = (count / 5).max(1);
    (0..count)
        .map(|number| {
            let parent = match number {
                first if first < layer => None,
                second if second < layer.saturating_mul(3) => Some(dice.below(layer)),
                _ => Some(layer.saturating_add(dice.below(layer.saturating_mul(2)))),
            };
            Role { parent, clearance: dice.below(LEVELS) }
        })
        .collect()
}

fn grant(dice: &mut Dice, role: usize) -> Grant {
    let scope = match dice.below(3) {
        0 => Scope::Any,
        1 => Scope::Department,
        _ => Scope::Own,
    };
    Grant { role, kind: dice.below(KINDS), actions: actions(dice, 8), scope }
}

fn deny(dice: &mut Dice, roles: usize) -> Deny {
    Deny { role: dice.below(roles), kind: dice.below(KINDS), actions: actions(dice, 2) }
}

fn actions(dice: &mut Dice, most: usize) -> Vec<usize> {
    let mut actions: Vec<usize> = (0..=dice.below(most)).map(|_| dice.below(ACTIONS)).collect();
    actions.sort_unstable();
    actions.dedup();
    actions
}

/// The actions: those that are done to records.
pub fn actions_all() -> impl Iterator<Item = Action> {
    let of_the_vault = |action: &Action| matches!(action, Action::Audit | Action::Offboard);
    Action::ALL.iter().copied().filter(move |action| !of_the_vault(action)).take(ACTIONS)
}

/// The number of an action among them.
pub fn number(action: Action) -> usize {
    actions_all().position(|one| one == action).unwrap_or(0)
}

/// The name of something numbered.
pub fn name(prefix: &str, number: usize) -> String {
    format!("{prefix}{number:04}")
}

/// An instant within office hours (08:00 to 20:00, UTC+8), or after them.
pub fn instant(office: bool) -> Timestamp {
    // 2026-11-20T02:00:00Z and 16:00:00Z.
    Timestamp::from_unix_micros(if office { 1_795_140_000_000_000 } else { 1_795_190_400_000_000 })
}

/// The generator `SplitMix64`.
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bound = u64::try_from(bound.max(1)).unwrap_or(1);
        usize::try_from((z ^ (z >> 31)).checked_rem(bound).unwrap_or(0)).unwrap_or(0)
    }
}
