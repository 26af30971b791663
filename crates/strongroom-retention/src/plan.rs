//! The plan of a disposal: pure, and a report of its own.

use crate::{
    ClassName, DisposalPermit, Holds, Item, Outcome, PermitError, PermitTerms, RuleKind, RuleRef, Schedule,
    Verdict, verdict,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use strongroom_types::{CustomerId, FieldName, Kind, RecordId, RuleId, Timestamp};

/// The most records in one plan.
pub const PLAN_RECORDS_MAX: usize = 100_000;

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A record of somebody else is in the inventory.
    #[error("record `{0}` is of another customer")]
    Foreign(RecordId),
    /// A record is in the inventory twice.
    #[error("record `{0}` is in the inventory twice")]
    Twice(RecordId),
    /// More than [`PLAN_RECORDS_MAX`] records.
    #[error("a plan has at most {PLAN_RECORDS_MAX} records, this one {0}")]
    TooLarge(usize),
}

/// A record or some of its fields, and what is to be done with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLine {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: Kind,
    /// Its retention class.
    pub class: ClassName,
    /// The fields meant; `None` is the whole record.
    pub fields: Option<Vec<FieldName>>,
    /// What is to be done.
    pub outcome: Outcome,
    /// Whether a duty to erase is overdue while something forbids it.
    pub conflict: bool,
    /// The rules that made it.
    pub rules: Vec<RuleRef>,
}

/// A rule as reports and certificates cite it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// The rule.
    pub id: RuleId,
    /// Its version.
    pub version: u32,
    /// Its jurisdiction.
    pub jurisdiction: String,
    /// The law, regulation or notice.
    pub instrument: String,
    /// The article.
    pub article: String,
    /// What it demands.
    pub kind: RuleKind,
}

/// What goes, what stays and why, for one customer. Made by [`plan`] alone, so that a permit can trust it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    customer: CustomerId,
    planned_at: Timestamp,
    holds_version: u64,
    records: u64,
    whole_customer: bool,
    erase: Vec<PlanLine>,
    restrict: Vec<PlanLine>,
    keep: Vec<PlanLine>,
    held: Vec<PlanLine>,
    pending: Vec<PlanLine>,
    review: Vec<PlanLine>,
    citations: Vec<Citation>,
}

/// Plans the disposal of one customer's records: an exit if the inventory holds everything, or a sweep.
///
/// The inventory must be complete: what it does not name is neither erased nor counted, and
/// [`Plan::whole_customer`] speaks only of what it names.
pub fn plan(
    customer: CustomerId,
    inventory: &[Item],
    schedule: &Schedule,
    holds: &Holds,
    now: Timestamp,
) -> Result<Plan, PlanError> {
    let inventory: Vec<&Item> = inventory.iter().collect();
    plan_of(customer, &inventory, schedule, holds, now)
}

/// Plans a sweep over records of many customers: one plan for each customer of whom something is to be erased.
pub fn plans(
    inventory: &[Item],
    schedule: &Schedule,
    holds: &Holds,
    now: Timestamp,
) -> Result<Vec<Plan>, PlanError> {
    let mut by_customer = BTreeMap::<CustomerId, Vec<&Item>>::new();
    for item in inventory {
        by_customer.entry(item.customer).or_default().push(item);
    }
    let mut plans = Vec::new();
    for (customer, items) in by_customer {
        let plan = plan_of(customer, &items, schedule, holds, now)?;
        if !plan.erase.is_empty() {
            plans.push(plan);
        }
    }
    Ok(plans)
}

fn plan_of(
    customer: CustomerId,
    inventory: &[&Item],
    schedule: &Schedule,
    holds: &Holds,
    now: Timestamp,
) -> Result<Plan, PlanError> {
    if inventory.len() > PLAN_RECORDS_MAX {
        return Err(PlanError::TooLarge(inventory.len()));
    }
    let mut seen = BTreeSet::new();
    let mut plan = Plan {
        customer,
        planned_at: now,
        holds_version: holds.version(),
        records: u64::try_from(inventory.len()).unwrap_or(u64::MAX),
        whole_customer: !inventory.is_empty(),
        erase: Vec::new(),
        restrict: Vec::new(),
        keep: Vec::new(),
        held: Vec::new(),
        pending: Vec::new(),
        review: Vec::new(),
        citations: Vec::new(),
    };
    for item in inventory {
        if item.customer != customer {
            return Err(PlanError::Foreign(item.record));
        }
        if !seen.insert(item.record) {
            return Err(PlanError::Twice(item.record));
        }
        let verdict = verdict(item, schedule, holds, now);
        for line in lines(item, verdict) {
            plan.push(line);
        }
    }
    plan.citations = citations(&plan, schedule);
    Ok(plan)
}

impl Plan {
    /// Whose records.
    pub const fn customer(&self) -> CustomerId {
        self.customer
    }

    /// The `now` of the plan.
    pub const fn planned_at(&self) -> Timestamp {
        self.planned_at
    }

    /// The tenant's holds version that the plan saw.
    pub const fn holds_version(&self) -> u64 {
        self.holds_version
    }

    /// How many records were looked at.
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// Whether every record of the inventory goes as a whole, so that the customer's key can be shredded with nothing to
    /// re-seal. `false` for an empty inventory.
    pub const fn whole_customer(&self) -> bool {
        self.whole_customer
    }

    /// What is to be erased.
    pub fn erase(&self) -> &[PlanLine] {
        &self.erase
    }

    /// What may only be stored.
    pub fn restrict(&self) -> &[PlanLine] {
        &self.restrict
    }

    /// What is kept.
    pub fn keep(&self) -> &[PlanLine] {
        &self.keep
    }

    /// What is held.
    pub fn held(&self) -> &[PlanLine] {
        &self.held
    }

    /// What waits for an event.
    pub fn pending(&self) -> &[PlanLine] {
        &self.pending
    }

    /// What a person must look at: where no rule decides, and every conflict (which is in its own list as well).
    pub fn review(&self) -> &[PlanLine] {
        &self.review
    }

    /// Every rule that any line names, in order of id.
    pub fn citations(&self) -> &[Citation] {
        &self.citations
    }

    /// Grants the right to dispose of what the plan erases.
    ///
    /// Refused if there is nothing to erase, if fewer than `approvals_min` different people approved, or if the requester is
    /// among them. The permit is good until [`crate::PERMIT_SECONDS_MAX`] after the plan was made.
    pub fn permit(&self, terms: PermitTerms) -> Result<DisposalPermit, PermitError> {
        DisposalPermit::grant(self, terms)
    }

    fn push(&mut self, line: PlanLine) {
        self.whole_customer &= line.fields.is_none() && matches!(line.outcome, Outcome::Erase { .. });
        if line.conflict {
            self.review.push(line.clone());
        }
        let list = match line.outcome {
            Outcome::Erase { .. } => &mut self.erase,
            Outcome::Hold { .. } => &mut self.held,
            Outcome::Keep { .. } => &mut self.keep,
            Outcome::Pending { .. } => &mut self.pending,
            Outcome::Restrict { .. } => &mut self.restrict,
            Outcome::Review { .. } => &mut self.review,
        };
        list.push(line);
    }

    /// Every line that is not an erasure, each once.
    fn staying(&self) -> impl Iterator<Item = &PlanLine> {
        let reviewed = self.review.iter().filter(|line| !line.conflict);
        [&self.restrict, &self.keep, &self.held, &self.pending].into_iter().flatten().chain(reviewed)
    }

    /// What stays, summed up for a certificate: no ids, no field names, only classes, counts and rules.
    pub(crate) fn exceptions(&self) -> Vec<Exception> {
        let mut found = BTreeMap::<_, u64>::new();
        for line in self.staying() {
            let Some((standing, until)) = Standing::of(&line.outcome) else { continue };
            let key = (line.class.clone(), standing, until, line.rules.clone(), line.fields.is_some());
            let count = found.entry(key).or_default();
            *count = count.saturating_add(1);
        }
        let exception = |((class, standing, until, rules, partial), count)| Exception {
            class,
            standing,
            count,
            partial,
            until,
            rules,
        };
        found.into_iter().map(exception).collect()
    }
}

/// How something that was not erased stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// A legal hold covers it.
    Held,
    /// A minimum runs, or the duty to erase is not due.
    Kept,
    /// An event is awaited.
    Pending,
    /// It may only be stored.
    Restricted,
    /// A person must decide.
    Review,
}

impl Standing {
    fn of(outcome: &Outcome) -> Option<(Self, Option<Timestamp>)> {
        match outcome {
            Outcome::Erase { .. } => None,
            Outcome::Hold { .. } => Some((Self::Held, None)),
            Outcome::Keep { until } => Some((Self::Kept, Some(*until))),
            Outcome::Pending { .. } => Some((Self::Pending, None)),
            Outcome::Restrict { until } => Some((Self::Restricted, *until)),
            Outcome::Review { .. } => Some((Self::Review, None)),
        }
    }
}

/// Something that a disposal left, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The class of the records.
    pub class: ClassName,
    /// How they stand.
    pub standing: Standing,
    /// How many records.
    pub count: u64,
    /// Whether only some fields of these records stay.
    pub partial: bool,
    /// Until when, if a date is known.
    pub until: Option<Timestamp>,
    /// The rules that keep them.
    pub rules: Vec<RuleRef>,
}

/// One line per different outcome in a record; a record that stands as one gets one line without fields.
fn lines(item: &Item, verdict: Verdict) -> Vec<PlanLine> {
    let Verdict { outcome, rules, conflict, fields } = verdict;
    let line = |fields, outcome, conflict, rules| PlanLine {
        record: item.record,
        kind: item.kind.clone(),
        class: item.class.clone(),
        fields,
        outcome,
        conflict,
        rules,
    };
    let is_erased = |outcome: &Outcome| matches!(outcome, Outcome::Erase { .. });
    if fields.iter().all(|field| field.outcome == outcome && field.conflict == conflict)
        || (is_erased(&outcome) && fields.iter().all(|field| is_erased(&field.outcome)))
    {
        return vec![line(None, outcome, conflict, rules)];
    }
    let own = item.fields.iter().filter(|field| field.class == item.class).map(|field| field.name.clone());
    let mut lines = vec![line(Some(own.collect()), outcome, conflict, rules)];
    for field in fields {
        let same =
            lines.iter_mut().find(|line| line.outcome == field.outcome && line.conflict == field.conflict);
        match same.and_then(|line| line.fields.as_mut().map(|names| (&mut line.rules, names))) {
            Some((rules, names)) => {
                names.push(field.name);
                rules.extend(field.rules);
            }
            None => lines.push(line(Some(vec![field.name]), field.outcome, field.conflict, field.rules)),
        }
    }
    for line in &mut lines {
        line.rules.sort();
        line.rules.dedup();
    }
    // A record with no field of its own class has nothing of its own to erase while other fields stay.
    lines.retain(|line| {
        !is_erased(&line.outcome) || line.fields.as_ref().is_none_or(|names| !names.is_empty())
    });
    lines
}

fn citations(plan: &Plan, schedule: &Schedule) -> Vec<Citation> {
    let cited: BTreeSet<&RuleId> =
        plan.erase.iter().chain(plan.staying()).flat_map(|line| &line.rules).map(|rule| &rule.id).collect();
    let cite = |id| {
        let rule = schedule.rule(id)?;
        Some(Citation {
            id: rule.id.clone(),
            version: rule.version,
            jurisdiction: rule.jurisdiction.clone(),
            instrument: rule.instrument.clone(),
            article: rule.article.clone(),
            kind: rule.kind,
        })
    };
    cited.into_iter().filter_map(cite).collect()
}

#[cfg(test)]
#[cfg(feature = "toml")]
mod tests;
