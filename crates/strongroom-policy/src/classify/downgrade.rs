//! A label comes down only with a reason, and by two people.

use crate::{Actor, ApproverRefused, CompiledPolicy};
use strongroom_types::{ActorId, Label, RoleName};

/// Somebody's wish that a label be lower. Nothing is lower yet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct DowngradeRequest {
    from: Label,
    to: Label,
    requester: ActorId,
    justification: String,
}

/// A label that came down, and by whom and why: what the log needs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downgraded {
    /// The label before.
    pub from: Label,
    /// The label now.
    pub label: Label,
    /// Who asked.
    pub requester: ActorId,
    /// Who agreed.
    pub approver: ActorId,
    /// Why. Free text: seal it.
    pub justification: String,
}

/// Why a label does not come down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DowngradeError {
    /// The approver may not approve it.
    #[error(transparent)]
    Approver(#[from] ApproverRefused),
    /// Nobody said why.
    #[error("say why the label should come down")]
    NoReason,
    /// It would not come down: its level rises, stays with all its categories, or it gains some.
    #[error("that is no downgrade: raise a label, or join it with another, without ceremony")]
    NotLower,
}

impl DowngradeRequest {
    /// Asks for a lower label: a lower level, fewer categories, or both.
    ///
    /// # Errors
    /// [`DowngradeError::NotLower`], [`DowngradeError::NoReason`].
    pub fn new(
        from: Label,
        to: Label,
        requester: ActorId,
        justification: &str,
    ) -> Result<Self, DowngradeError> {
        // Lower is what the old label covers: joined with it, nothing is added.
        if from == to || from.join(to) != from {
            return Err(DowngradeError::NotLower);
        }
        let justification = justification.trim();
        if justification.is_empty() {
            return Err(DowngradeError::NoReason);
        }
        Ok(Self { from, to, requester, justification: justification.to_owned() })
    }

    /// Agrees to it, as somebody else who holds the role.
    ///
    /// # Errors
    /// [`DowngradeError::Approver`]; ask another.
    pub fn approve(
        self,
        policy: &CompiledPolicy,
        approver: &Actor,
        role: &RoleName,
    ) -> Result<Downgraded, DowngradeError> {
        policy.may_approve(self.requester, approver, role)?;
        let Self { from, to, requester, justification } = self;
        Ok(Downgraded { from, label: to, requester, approver: approver.id, justification })
    }
}
