//! Access reviews: who holds what, whether they should, who says so, and what follows. Data alone; whoever runs a
//! campaign keeps it, shows it and writes its decisions to the log.

use super::UsageLog;
use super::report::Seen;
use crate::{CompiledPolicy, Directory, Person};
use serde::{Deserialize, Serialize};
use strongroom_types::{ActorId, RoleName, RuleId, Timestamp};

/// A review of every role that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AccessReview {
    /// Its name.
    pub id: RuleId,
    /// When it was opened.
    pub opened: Timestamp,
    /// What is undecided then expires, and the access with it.
    pub due: Timestamp,
    /// One for each person and role.
    pub items: Vec<ReviewItem>,
}

/// One role of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ReviewItem {
    /// Whose.
    pub person: ActorId,
    /// Which role.
    pub role: RoleName,
    /// Who decides; never the person.
    pub reviewer: ActorId,
    /// When a grant of the role was last used by the person, as far as the log says.
    pub last_used: Option<Timestamp>,
    /// What the log suggests.
    pub recommended: Verdict,
    /// How it stands.
    pub state: ReviewState,
}

/// Whether somebody keeps a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// They keep it.
    Certify,
    /// They lose it.
    Revoke,
}

/// How an item stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum ReviewState {
    /// Somebody decided.
    Decided {
        /// What.
        verdict: Verdict,
        /// Who.
        by: ActorId,
        /// When.
        at: Timestamp,
        /// Why, in the reviewer's words.
        reason: String,
    },
    /// Nobody decided in time: the access goes.
    Expired {
        /// When it was found so.
        at: Timestamp,
    },
    /// It waits.
    Open,
}

/// Why a decision on an item is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReviewError {
    /// Not open any more.
    #[error("the item was decided already, or has expired")]
    Closed,
    /// It was due before.
    #[error("the review was due; what was not decided by then has expired")]
    Late,
    /// There is no such item.
    #[error("the review has no such item")]
    NoItem,
    /// Nobody could review somebody: no reviewer was named, or only the person.
    #[error("somebody needs a reviewer other than themselves")]
    NoReviewer,
    /// Somebody else decides on it.
    #[error("somebody else reviews this item")]
    NotReviewer,
    /// To keep what the log suggests to revoke needs a reason.
    #[error("say why the access is kept, although the log shows no use of it")]
    ReasonMissing,
}

impl AccessReview {
    /// A review of every role that an active person holds now. `reviewer` names who decides on a person; access that was
    /// not used within the last `days` is recommended to be revoked.
    ///
    /// # Errors
    /// The log's, as the outer one; [`ReviewError::NoReviewer`], since nobody reviews themselves.
    pub fn open<L: UsageLog + ?Sized>(
        id: RuleId,
        (policy, directory): (&CompiledPolicy, &Directory),
        log: &L,
        (now, due, days): (Timestamp, Timestamp, u16),
        reviewer: impl Fn(&Person) -> Option<ActorId>,
    ) -> Result<Result<Self, ReviewError>, L::Error> {
        let seen = Seen::of(log)?;
        let limit = now.plus_seconds(i64::from(days).saturating_mul(86_400).saturating_neg());
        let mut items = Vec::new();
        for person in directory.people.iter().filter(|person| person.active) {
            let Some(by) = reviewer(person).filter(|by| *by != person.id) else {
                return Ok(Err(ReviewError::NoReviewer));
            };
            for held in person.roles.iter().filter(|one| one.until.is_none_or(|until| now < until)) {
                let last_used = last_used(policy, &seen, person.id, &held.role);
                let used = last_used.is_some_and(|at| at >= limit);
                items.push(ReviewItem {
                    person: person.id,
                    role: held.role.clone(),
                    reviewer: by,
                    last_used,
                    recommended: if used { Verdict::Certify } else { Verdict::Revoke },
                    state: ReviewState::Open,
                });
            }
        }
        Ok(Ok(Self { id, opened: now, due, items }))
    }

    /// Decides on an item, by its place.
    ///
    /// # Errors
    /// [`ReviewError`]; nothing has changed then.
    pub fn decide(
        &mut self,
        item: usize,
        by: ActorId,
        verdict: Verdict,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), ReviewError> {
        let due = self.due;
        let item = self.items.get_mut(item).ok_or(ReviewError::NoItem)?;
        if item.state != ReviewState::Open {
            return Err(ReviewError::Closed);
        }
        if now >= due {
            return Err(ReviewError::Late);
        }
        if by != item.reviewer || by == item.person {
            return Err(ReviewError::NotReviewer);
        }
        let kept_unused = verdict == Verdict::Certify && item.recommended == Verdict::Revoke;
        if kept_unused && reason.trim().is_empty() {
            return Err(ReviewError::ReasonMissing);
        }
        item.state = ReviewState::Decided { verdict, by, at: now, reason: reason.trim().to_owned() };
        Ok(())
    }

    /// Hands an open item to another reviewer, such as when the first has left.
    ///
    /// # Errors
    /// [`ReviewError::NoItem`], [`ReviewError::Closed`], [`ReviewError::NoReviewer`] for the person themselves.
    pub fn hand_over(&mut self, item: usize, to: ActorId) -> Result<(), ReviewError> {
        let item = self.items.get_mut(item).ok_or(ReviewError::NoItem)?;
        if item.state != ReviewState::Open {
            return Err(ReviewError::Closed);
        }
        if to == item.person {
            return Err(ReviewError::NoReviewer);
        }
        item.reviewer = to;
        Ok(())
    }

    /// Lets what is overdue expire, and answers how much that was.
    pub fn expire(&mut self, now: Timestamp) -> usize {
        if now < self.due {
            return 0;
        }
        let open = self.items.iter_mut().filter(|item| item.state == ReviewState::Open);
        open.map(|item| item.state = ReviewState::Expired { at: now }).count()
    }

    /// Whether nothing waits any more.
    pub fn is_closed(&self) -> bool {
        self.items.iter().all(|item| item.state != ReviewState::Open)
    }

    /// Takes from a directory what was revoked or has expired, and answers what that was. Again, it takes nothing twice.
    pub fn apply(&self, directory: &mut Directory) -> Vec<(ActorId, RoleName)> {
        let mut taken = Vec::new();
        for item in &self.items {
            let goes = match &item.state {
                ReviewState::Decided { verdict, .. } => *verdict == Verdict::Revoke,
                ReviewState::Expired { .. } => true,
                ReviewState::Open => false,
            };
            for person in directory.people.iter_mut().filter(|person| goes && person.id == item.person) {
                let before = person.roles.len();
                person.roles.retain(|one| one.role != item.role);
                if person.roles.len() < before {
                    taken.push((item.person, item.role.clone()));
                }
            }
        }
        taken
    }
}

/// When somebody last used a grant that a role holds.
fn last_used(policy: &CompiledPolicy, seen: &Seen, person: ActorId, role: &RoleName) -> Option<Timestamp> {
    let closure = policy.tables.closure(policy.tables.role_set([role]));
    let held = policy.tables.grants.iter().filter(|grant| grant.roles.meets(closure));
    held.filter_map(|grant| seen.latest.get(&(person, grant.id.clone()))).max().copied()
}
