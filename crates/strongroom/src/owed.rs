//! What the obligations of a permit leave behind: notices, reviews and counts. Part of the commit that acts, so that no
//! action goes uncounted and no count stands for an action that failed.

use crate::{Error, NoticeKind, Session, spaces};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use strongroom_policy::{Obligation, Permit};
use strongroom_store::Batch;
use strongroom_types::Timestamp;

/// The most moments that a budget remembers. Uses that lie closer together than a window divided by this count as if
/// they had been made at the later moment: a budget may be exhausted a little early, never late.
const MOMENTS_MAX: i64 = 64;

/// How often one actor used one grant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tally {
    /// All uses ever.
    uses: u64,
    /// When how many records were reached, the oldest first; those of the window that the budget speaks of.
    records: VecDeque<(Timestamp, u64)>,
}

impl Session<'_> {
    /// The changes that a permit's obligations ask for, where `records` are reached by it at once.
    ///
    /// # Errors
    /// [`Error::Undischarged`] where the permit's uses or its budget are exhausted.
    pub(crate) fn owed(&self, permit: &Permit<'_>, records: u64) -> Result<Batch, Error> {
        let mut batch = Batch::new();
        let counts = |one: &Obligation| matches!(one, Obligation::Budget { .. } | Obligation::Uses { .. });
        for obligation in permit.obligations() {
            match obligation {
                Obligation::Notify { role } => batch.append(self.notice(NoticeKind::Notify {
                    role: role.clone(),
                    action: permit.action().name().to_owned(),
                    record: permit.record(),
                })?),
                Obligation::Review { role, within_hours } => {
                    let due = permit.at().plus_seconds(i64::from(*within_hours).saturating_mul(3600));
                    batch.append(self.notice(NoticeKind::Review {
                        role: role.clone(),
                        due,
                        rule: permit.rules().next().cloned().ok_or(Error::Invariant("a permit cites"))?,
                        action: permit.action().name().to_owned(),
                        record: permit.record(),
                    })?);
                }
                // Counted below, in one row; or settled before anything was done.
                Obligation::Approve { .. }
                | Obligation::Budget { .. }
                | Obligation::Justify
                | Obligation::Mask { .. }
                | Obligation::Redact { .. }
                | Obligation::StepUp { .. }
                | Obligation::Uses { .. }
                | Obligation::Watermark => {}
            }
        }
        if permit.obligations().iter().any(counts) {
            batch.append(self.counted(permit, records)?);
        }
        Ok(batch)
    }

    /// The row that counts, one further; with the old one as a precondition, so that two sessions of one person cannot
    /// both take the last use.
    fn counted(&self, permit: &Permit<'_>, records: u64) -> Result<Batch, Error> {
        let vault = self.vault;
        let rule = permit.rules().next().ok_or(Error::Invariant("a permit cites"))?;
        let key = spaces::tally(vault.tenant, rule, permit.actor());
        let old = vault.read().get(spaces::TALLY, &key)?;
        let mut tally = match &old {
            None => Tally::default(),
            Some(bytes) => {
                let plain = vault.trust(spaces::TALLY, &key, bytes)?;
                serde_json::from_slice(&plain).map_err(|_| Error::Tampered { what: "a count of uses" })?
            }
        };
        tally.uses = tally.uses.saturating_add(1);
        for obligation in permit.obligations() {
            match obligation {
                Obligation::Uses { max } if tally.uses > u64::from(*max) => {
                    return Err(exhausted(obligation, "all uses of this grant are spent; ask for another"));
                }
                Obligation::Budget { records: most, per_seconds } => {
                    if tally.reach(permit.at(), records, *per_seconds) > u64::from(*most) {
                        return Err(exhausted(obligation, "that would be too many records for now; wait"));
                    }
                }
                Obligation::Approve { .. }
                | Obligation::Justify
                | Obligation::Mask { .. }
                | Obligation::Notify { .. }
                | Obligation::Redact { .. }
                | Obligation::Review { .. }
                | Obligation::StepUp { .. }
                | Obligation::Uses { .. }
                | Obligation::Watermark => {}
            }
        }
        let json = serde_json::to_vec(&tally).map_err(|_| Error::Invariant("a count is JSON"))?;
        let row = vault.trusted(spaces::TALLY, &key, &json)?;
        let batch = match old {
            None => Batch::new().require_absent(spaces::TALLY, key.clone()),
            Some(old) => Batch::new().require_value(spaces::TALLY, key.clone(), old),
        };
        Ok(batch.put(spaces::TALLY, key, row))
    }
}

impl Tally {
    /// Counts records now, forgets what lies before the window, and answers how many lie in it.
    fn reach(&mut self, now: Timestamp, records: u64, per_seconds: u32) -> u64 {
        let window = i64::from(per_seconds);
        // SECURITY: a clock that was put back keeps every count.
        while self.records.front().is_some_and(|(at, _)| at.plus_seconds(window) <= now) {
            self.records.pop_front();
        }
        match self.records.back_mut() {
            Some((at, count)) if now.seconds_since(*at) <= window / MOMENTS_MAX => {
                *at = (*at).max(now);
                *count = count.saturating_add(records);
            }
            _ => self.records.push_back((now, records)),
        }
        self.records.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }
}

fn exhausted(obligation: &Obligation, todo: &'static str) -> Error {
    Error::Undischarged { obligation: obligation.name(), todo }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_counts_every_window_and_forgets_what_lies_before() {
        let at = |seconds: i64| Timestamp::from_unix_micros(0).plus_seconds(seconds);
        let mut tally = Tally::default();
        let steps =
            [(0, 5, 5), (1, 5, 10), (3599, 1, 11), (3600, 1, 12), (3657, 1, 3), (7300, 2, 2), (7300, 1, 3)];
        for (seconds, records, expected) in steps {
            // 56 seconds lie closer together than a window divided by 64: the later moment counts.
            assert_eq!(tally.reach(at(seconds), records, 3600), expected, "{seconds}");
        }
        // A clock put back forgets nothing.
        assert_eq!(tally.reach(at(10), 1, 3600), 4);
    }
}
