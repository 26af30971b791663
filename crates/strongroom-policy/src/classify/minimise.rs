//! Fields that should not be there: unclassified, collected for nothing, or shown to nobody (PIPL art. 6, GDPR art. 5 (1) c).

use crate::CompiledPolicy;
use crate::cells::bit;
use crate::schema::{FieldSchema, KindSchema, Schema};
use crate::tables::Tables;
use serde::Serialize;
use strongroom_types::{Action, FieldName, Kind, Purpose};

/// What a field lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FieldIssue {
    /// Its label has no category: nobody said what kind of data it is.
    NoCategory,
    /// It lists no purpose, its own or its kind's: nobody said what it is for.
    NoPurpose,
    /// It has no retention class, its own or its kind's: nobody said when it goes.
    NoRetention,
    /// Nobody is ever granted to see it, under any of its purposes.
    NeverSeen,
    /// It lists purposes for which nobody is granted anything.
    UnusedPurposes(Vec<Purpose>),
}

/// One field and what it lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Minimisation {
    /// The kind.
    pub kind: Kind,
    /// The field.
    pub field: FieldName,
    /// Whether every record must have it, which makes it worse.
    pub required: bool,
    /// What it lacks, at least one.
    pub issues: Vec<FieldIssue>,
}

/// Ways to see a value.
const SEEING: [Action; 8] = [
    Action::View,
    Action::List,
    Action::Search,
    Action::Open,
    Action::Export,
    Action::Print,
    Action::Send,
    Action::Share,
];

impl CompiledPolicy {
    /// The fields of the schema that are not classified, or collected for nothing, in the order of kind and field.
    pub fn minimisation(&self, schema: &Schema) -> Vec<Minimisation> {
        let mut all = Vec::new();
        for kind in schema.kinds() {
            for field in kind.fields() {
                let issues = issues(&self.tables, kind, field);
                if !issues.is_empty() {
                    let (kind, required) = (kind.name().clone(), field.is_required());
                    all.push(Minimisation { kind, field: field.name().clone(), required, issues });
                }
            }
        }
        all
    }
}

fn issues(tables: &Tables, kind: &KindSchema, field: &FieldSchema) -> Vec<FieldIssue> {
    let mut issues = Vec::new();
    if field.label().categories.is_empty() {
        issues.push(FieldIssue::NoCategory);
    }
    if field.purposes().is_empty() {
        issues.push(FieldIssue::NoPurpose);
    }
    if field.retention().is_none() {
        issues.push(FieldIssue::NoRetention);
    }
    let (seen, unused) = seen(tables, kind.name(), field);
    if !seen {
        issues.push(FieldIssue::NeverSeen);
    } else if !unused.is_empty() {
        issues.push(FieldIssue::UnusedPurposes(unused));
    }
    issues
}

/// Whether some grant shows the field, or a masked form of it, to a role that is cleared for it; and the purposes of the
/// field for which none does.
fn seen(tables: &Tables, kind: &Kind, field: &FieldSchema) -> (bool, Vec<Purpose>) {
    let seeing = SEEING.iter().fold(0, |all, action| all | bit(*action));
    let mut unused: Vec<Purpose> = field.purposes().to_vec();
    let mut seen = false;
    for grant in tables.grants.iter().filter(|grant| grant.kind == *kind && grant.actions & seeing != 0) {
        let redacted = grant.obligations.iter().any(|obligation| {
            matches!(obligation, crate::Obligation::Redact { field: name } if name == field.name())
        });
        let holders = (0..tables.closures.len()).filter(|role| {
            tables.closures.get(*role).is_some_and(|closure| closure.meets(grant.roles))
                && tables.clearances.get(*role).is_some_and(|level| *level >= field.label().level)
        });
        if redacted || holders.count() == 0 {
            continue;
        }
        let any = !grant.conditions.needs(crate::condition::needs::PURPOSE);
        let served = |purpose: &Purpose| {
            any || tables.names.purposes.bit(purpose.as_str()) & grant.conditions.purposes != 0
        };
        seen |= field.purposes().is_empty() || field.purposes().iter().any(served);
        unused.retain(|purpose| !served(purpose));
    }
    (seen, unused)
}
