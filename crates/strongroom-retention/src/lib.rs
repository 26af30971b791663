#![cfg_attr(feature = "toml", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "toml"),
    doc = "How long each customer record stays, what must go, and the proof that it went."
)]

mod certificate;
mod clock;
mod hold;
mod item;
mod name;
mod period;
mod permit;
mod plan;
mod port;
mod purge;
mod rule;
mod schedule;
#[cfg(test)]
mod testing;
mod verdict;

pub use certificate::{
    CERTIFICATE_BYTES_MAX, CERTIFICATE_VERSION, Certificate, CertificateBody, CertificateError, EpochReceipt,
    Sanitisation, Signature, Status, TargetResult,
};
pub use clock::{ClockError, clock_agrees, due_key, due_key_parts};
pub use hold::{Hold, HoldError, Holds, Release, Scope};
pub use item::{FieldItem, Item, Lock, LockError};
pub use name::{ClassName, EventName, GuaranteeCode, ReasonCode};
pub use period::{PERIOD_YEARS_MAX, Period, PeriodError};
pub use permit::{BackupSet, DisposalPermit, PERMIT_NAMES_MAX, PERMIT_SECONDS_MAX, PermitError, PermitTerms};
pub use plan::{Citation, Exception, PLAN_RECORDS_MAX, Plan, PlanError, PlanLine, Standing, plan, plans};
pub use port::{
    Absence, CertificateSigner, Claim, Discovered, Discovery, Intent, Journal, LogRef, Method, PortError,
    Proof, ProofCheck, ProofSource, PurgeScope, PurgeTarget, Recalled, ResultRecord, ShredReceipt, Shredder,
    StepRecord, TargetInfo, TargetStep,
};
pub use purge::{
    Due, Erased, Intended, Ports, PurgeError, Shredded, Stopped, TargetFault, Verified, purge, resume,
};
pub use rule::{Mark, RULE_CLASSES_MAX, RULE_TEXT_BYTES_MAX, Rule, RuleFault, RuleKind};
pub use schedule::{Place, SCHEDULE_BYTES_MAX, SCHEDULE_RULES_MAX, Schedule, ScheduleError, ScheduleFault};
pub use verdict::{FieldVerdict, Outcome, ReviewReason, RuleRef, Verdict, verdict};
