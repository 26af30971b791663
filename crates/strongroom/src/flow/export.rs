//! EGRESS: decide, log the read, open, scan, redact; stage sealed; approval of the exact content; log both digests;
//! release.

mod staged;

pub use staged::Manifest;
pub(crate) use staged::part_of;

use crate::{
    Config, Error, Session, View,
    flow::{
        approval::describe,
        list::{LIST_LIMIT_MAX, Readable},
    },
    session::{Means, resource},
};
use staged::{Staged, csv_line, recipients_digest};
use std::collections::BTreeMap;
use strongroom_audit::{Commit, Event, EventName, FactName, Guard, Outcome};
use strongroom_cases::{ApprovalDraft, ApprovalRequest, ApprovalStep, Grant};
use strongroom_dlp::{Entity, Finding, Response, Style, Verdict, mask};
use strongroom_policy::{KindSchema, Obligation};
use strongroom_types::{Action, ApprovalId, CustomerId, Digest, FieldName, Kind, Label, Purpose, RecordId};
use zeroize::Zeroizing;

/// What is to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// All records of the kind that this person may export, at most [`LIST_LIMIT_MAX`].
    All,
    /// These.
    Records(Vec<RecordId>),
}

/// A request to take records out as a CSV file.
#[derive(Clone)]
pub struct ExportRequest {
    /// How it leaves: export, print, send or share.
    pub action: Action,
    /// Of which kind.
    pub kind: Kind,
    /// Which records.
    pub selection: Selection,
    /// Which fields, in this order; all that the schema has if empty.
    pub fields: Vec<FieldName>,
    /// What kind of recipient, as the house's egress rules name them: `Internal`, `Partner`, `External`.
    pub recipient: String,
    /// Who exactly will get it. Part of what is approved; never written to the log in the clear.
    pub recipients: Vec<String>,
    /// Whether to replace what the scanner finds before anything else is decided.
    pub redact: bool,
}

// Recipients are people.
impl std::fmt::Debug for ExportRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExportRequest")
            .field("action", &self.action)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What became of an export request.
#[derive(Debug)]
pub enum Export {
    /// The rules of response block it. Nothing was staged.
    Blocked {
        /// What was found, by entity.
        findings: BTreeMap<Entity, u64>,
        /// Which rules said what.
        verdict: Verdict,
    },
    /// It waits, sealed, for approval. Act on the grant with [`Session::release`].
    NeedsApproval {
        /// The approval to wait for.
        approval: crate::Pending,
        /// How many records it holds.
        records: u64,
        /// What is still in it, by entity.
        findings: BTreeMap<Entity, u64>,
    },
    /// Nothing stood in its way.
    Released(Released),
}

/// Data that has left the vault, as bytes for the outside.
pub struct Released {
    /// The file: CSV in UTF-8.
    pub content: Zeroizing<Vec<u8>>,
    /// What stands in the log: SHA-256 over the salt and the content. Keep the salt to show later that a file is this
    /// one; without it the digest tells nothing.
    pub digest: Digest,
    /// The salt, kept nowhere else.
    pub salt: [u8; 16],
    /// How many records it holds.
    pub records: u64,
    /// Under which approval it left.
    pub approval: Option<ApprovalId>,
}

impl std::fmt::Debug for Released {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Released({} records, {})", self.records, self.digest)
    }
}

/// A file made ready and scanned, and what stands in its way.
struct Prepared {
    staged: Staged,
    verdict: Verdict,
    approve: Vec<ApprovalStep>,
}

impl<'v> Session<'v> {
    /// Takes records out, or says what stands in the way.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::Undischarged`] for a missing justification or purpose; [`Error::NotFound`] where
    /// nothing may be exported.
    pub fn export(&self, request: &ExportRequest) -> Result<Export, Error> {
        if !request.action.is_egress() {
            return Err(Error::Config(format!(
                "`{}` takes nothing out; export, print, send or share do",
                request.action
            )));
        }
        let purpose = self.purpose()?;
        let readable = self.exportable(request)?;
        let Prepared { staged, verdict, approve } = self.prepare_export(request, &readable)?;
        match verdict.response {
            Response::Block => self.blocked(request, staged, verdict),
            Response::NeedApproval => self.await_approval(request, &purpose, &staged, approve),
            Response::Allow | Response::Warn | Response::Redact if !approve.is_empty() => {
                self.await_approval(request, &purpose, &staged, approve)
            }
            Response::Allow | Response::Warn | Response::Redact => self.release_now(request, &staged),
        }
    }

    /// Acts on a granted approval: the very content that was approved leaves, once.
    ///
    /// # Errors
    /// [`Error::Approval`] where it is not granted, used, expired or somebody else's; [`Error::Tampered`] where the
    /// staged content is not what was approved; [`Error::Denied`] where the policy has changed its mind;
    /// [`Error::CustomerGone`] where somebody in it was purged.
    pub fn release(&self, approval: ApprovalId) -> Result<Released, Error> {
        let vault = self.vault;
        let now = vault.now();
        let (request, old) = vault.approval(approval)?;
        let action = request.action();
        let staged = vault.staged_export(approval)?;
        let manifest = &staged.manifest;
        // SECURITY: what is in the store now must be what people approved: content, recipients, purpose and mark.
        let digest = staged.digest()?;
        if digest != request.subject() {
            return Err(Error::Tampered { what: "the staged export" });
        }
        let binding = manifest.binding(action, &self.purpose()?, digest);
        let (used, grant, facts) = request.take(action, binding, self.actor.id, now)?;
        self.recheck(action, manifest, &grant)?;
        let mut commit = self.guarded(&staged).changes(vault.approval_moved(&used, Some(old))?);
        for fact in &facts {
            commit = commit.event(self.fact_event(fact).approval(approval));
        }
        let event = self.release_event(action, &staged, digest);
        // The use of the approval and the release are in the log before the first byte is anybody's.
        vault.log.commit(now, commit.event(event.approval(approval).fact(BINDING, binding)))?;
        vault.erase_staged(approval)?;
        released(&staged, digest, Some(approval))
    }

    /// What an approval is about, for whoever is asked to say yes: kind, columns, recipients and findings, no values.
    ///
    /// # Errors
    /// [`Error::NotFound`] where nothing is staged for it any more.
    pub fn approval_content(&self, approval: ApprovalId) -> Result<Manifest, Error> {
        self.may_approve_anything()?;
        self.vault.staged_manifest(approval)?.ok_or(Error::NotFound { what: "staged export" })
    }

    fn exportable(&self, request: &ExportRequest) -> Result<Vec<Readable<'v>>, Error> {
        self.vault.config.kind(&request.kind)?;
        let readable = match &request.selection {
            Selection::All => {
                let (readable, next) = self.readable(request.action, &request.kind, None, LIST_LIMIT_MAX)?;
                if next.is_some() {
                    return Err(too_many());
                }
                readable
            }
            Selection::Records(records) if records.len() > LIST_LIMIT_MAX => return Err(too_many()),
            Selection::Records(records) => {
                self.refuse_wholly(request.action, &request.kind)?;
                let mut readable = Vec::new();
                for record in records {
                    let (row, _) = self.vault.row(*record)?;
                    if row.head.kind != request.kind {
                        return Err(Error::NotFound { what: "record of this kind" });
                    }
                    let Some(one) = self.read_permit(request.action, *record)? else {
                        // Asked for by name: the reason is due, and the log entry.
                        self.decide(request.action, &resource(*record, &row.head)).map(drop)?;
                        self.vault.refuse_closed(row.head.customer)?;
                        return Err(Error::Restricted { record: *record });
                    };
                    readable.push(one);
                }
                readable
            }
        };
        if readable.is_empty() {
            return Err(Error::NotFound { what: "record that may be exported" });
        }
        Ok(readable)
    }

    /// Reads (logged), projects, writes CSV, scans, redacts where asked.
    fn prepare_export(&self, request: &ExportRequest, readable: &[Readable<'_>]) -> Result<Prepared, Error> {
        let vault = self.vault;
        let schema = vault.config.kind(&request.kind)?;
        let columns = columns(schema, request)?;
        let (approve, watermark) = asked(readable);
        let mut label = readable.iter().fold(Label::default(), |label, one| label.join(one.row.head.label));
        let generations = readable.iter().map(|one| (one.row.head.customer, one.row.generation)).collect();
        let views = self.reveal(request.action, &request.kind, readable)?;
        for field in columns.iter().filter_map(|column| schema.field(column.as_str())) {
            // A column that nobody may see adds nothing to how sensitive the file is.
            let shown =
                |view: &View| view.field(field.name().as_str()).is_some_and(|one| one.text().is_some());
            if views.iter().any(shown) {
                label = label.join(field.label());
            }
        }
        let mark = watermark.then(|| self.mark(request));
        let (mut lines, found) = self.lines(&views, &columns, mark.as_deref(), request.redact)?;
        let verdict = vault.config.house.egress.respond(&found, &request.recipient, label.level.rank());
        let mut findings = Config::counts(&found);
        if verdict.response == Response::Redact {
            // The rules ask for redaction: once more, with everything found replaced.
            lines = self.lines(&views, &columns, mark.as_deref(), true)?.0;
            findings.clear();
        }
        let mut salt = [0; 16];
        vault.random.fill(&mut salt)?;
        let names = columns.iter().map(FieldName::as_str).chain(mark.as_ref().map(|_| WATERMARK_COLUMN));
        let manifest = Manifest {
            kind: request.kind.clone(),
            columns: names.map(str::to_owned).collect(),
            records: views.iter().map(|view| view.record).collect(),
            recipient: request.recipient.clone(),
            recipients: request.recipients.clone(),
            watermark,
            findings,
            at: vault.now(),
            salt,
        };
        Ok(Prepared { staged: Staged { manifest, lines, generations }, verdict, approve })
    }

    /// The lines of a file, and what is found in them.
    fn lines(
        &self,
        views: &[View],
        columns: &[FieldName],
        mark: Option<&str>,
        redact: bool,
    ) -> Result<(Lines, Vec<Finding>), Error> {
        let (mut lines, mut found) = (Vec::with_capacity(views.len()), Vec::new());
        for view in views {
            let (line, findings) = self.scanned_line(view, columns, mark, redact)?;
            found.extend(findings);
            lines.push((view.customer, line));
        }
        Ok((lines, found))
    }

    /// One CSV line, and what the scanner finds in it. Findings are sought cell by cell, so that neighbours do not
    /// run together.
    fn scanned_line(
        &self,
        view: &View,
        columns: &[FieldName],
        mark: Option<&str>,
        redact: bool,
    ) -> Result<(Zeroizing<Vec<u8>>, Vec<Finding>), Error> {
        let scanner = &self.vault.config.scanner;
        let mut cells: Vec<Zeroizing<String>> = Vec::with_capacity(columns.len().saturating_add(1));
        let mut found = Vec::new();
        for column in columns {
            let text = view.field(column.as_str()).and_then(crate::Shown::text).unwrap_or_default();
            let findings = scanner.scan(text.as_bytes());
            if redact && !findings.is_empty() {
                let masked = mask(text, &findings, Style::Redact)
                    .map_err(|_| Error::Invariant("findings lie within what was scanned"))?;
                cells.push(Zeroizing::new(masked.text));
            } else {
                cells.push(Zeroizing::new(text.to_owned()));
                found.extend(findings);
            }
        }
        let line = csv_line(cells.iter().map(|cell| cell.as_str()).chain(mark))?;
        Ok((Zeroizing::new(line), found))
    }

    /// The watermark: whom to ask when the file turns up elsewhere. Holds ids only.
    fn mark(&self, request: &ExportRequest) -> String {
        let recipients = recipients_digest(&request.recipient, &request.recipients).to_string();
        let short: String = recipients.chars().take(16).collect();
        format!("{}/{}/{short}", self.actor.id, request.action)
    }

    fn blocked(&self, request: &ExportRequest, staged: Staged, verdict: Verdict) -> Result<Export, Error> {
        let vault = self.vault;
        let name = |text: &str| FactName::new(text).map_err(|_| Error::Invariant("a name of ours"));
        let mut event = self.event(EXPORT_BLOCKED).kind(request.kind.clone()).outcome(Outcome::Refused);
        event = event.fact(ACTION, name(request.action.name())?).customers(staged.generations.into_keys());
        for (entity, count) in &staged.manifest.findings {
            event = event.fact(name(&entity.name().to_lowercase())?, *count);
        }
        vault.log.commit(vault.now(), Commit::new(vault.durable).event(event))?;
        Ok(Export::Blocked { findings: staged.manifest.findings, verdict })
    }

    fn await_approval(
        &self,
        request: &ExportRequest,
        purpose: &Purpose,
        staged: &Staged,
        approve: Vec<ApprovalStep>,
    ) -> Result<Export, Error> {
        let vault = self.vault;
        let now = vault.now();
        let needed = if approve.is_empty() { self.default_approvers()? } else { approve };
        let approval = ApprovalId::fresh(vault.random.as_ref())?;
        let subject = staged.digest()?;
        let binding = staged.manifest.binding(request.action, purpose, subject);
        let hours = i64::from(vault.config.house.approval_hours);
        let draft = ApprovalDraft {
            id: approval,
            action: request.action,
            requester: self.actor.id,
            subject,
            binding,
            purpose: purpose.clone(),
            needed,
            expires_at: now.plus_seconds(hours.saturating_mul(3600)),
        };
        let (opened, facts) = ApprovalRequest::open(draft, now)?;
        // Staged lines are not referenced by anything until the approval names them.
        vault.stage_export(approval, staged)?;
        let mut commit = self.guarded(staged).changes(vault.approval_moved(&opened, None)?);
        for fact in &facts {
            let event =
                self.fact_event(fact).approval(approval).kind(request.kind.clone()).count(staged.records());
            commit = commit.event(event.fact(CONTENT, subject).fact(BINDING, binding));
        }
        vault.log.commit(now, commit)?;
        let findings = staged.manifest.findings.clone();
        Ok(Export::NeedsApproval { approval: describe(&opened), records: staged.records(), findings })
    }

    fn release_now(&self, request: &ExportRequest, staged: &Staged) -> Result<Export, Error> {
        let vault = self.vault;
        let digest = staged.digest()?;
        let event = self.release_event(request.action, staged, digest);
        vault.log.commit(vault.now(), self.guarded(staged).event(event))?;
        released(staged, digest, None).map(Export::Released)
    }

    /// A commit that fails where somebody in the file was purged meanwhile.
    fn guarded(&self, staged: &Staged) -> Commit {
        let commit = Commit::new(self.vault.durable);
        staged.generations.iter().fold(commit, |commit, (customer, generation)| {
            commit.guard(Guard::Active { customer: *customer, generation: Some(*generation) })
        })
    }

    fn release_event(&self, action: Action, staged: &Staged, digest: Digest) -> Event {
        let event = self.event(EXPORT_RELEASED).kind(staged.manifest.kind.clone()).fact(CONTENT, digest);
        let event = event.count(staged.records()).customers(staged.generations.keys().copied());
        match FactName::new(action.name()) {
            Ok(name) => event.fact(ACTION, name),
            Err(_) => event,
        }
    }

    /// Where the rules of response ask for approval and the policy names nobody, whoever may approve at all does.
    fn default_approvers(&self) -> Result<Vec<ApprovalStep>, Error> {
        let role = self.vault.config.house.approver.clone();
        let role = role.filter(|role| self.vault.config.policy.has_role(role));
        let role = role.ok_or_else(|| {
            Error::Config(
                "the egress rules ask for approval, but `approver` in the house rules names no role"
                    .to_owned(),
            )
        })?;
        Ok(vec![ApprovalStep { role, count: 1 }])
    }

    /// The policy is asked again at the door, record by record: a right that was lost since the request is lost.
    fn recheck(&self, action: Action, manifest: &Manifest, grant: &Grant) -> Result<(), Error> {
        for record in &manifest.records {
            let (row, _) = self.vault.row(*record)?;
            self.vault.refuse_closed(row.head.customer)?;
            let permit = self.decide(action, &resource(*record, &row.head))?;
            self.clear(permit, Means::granted(grant, manifest.watermark)).map(drop)?;
        }
        Ok(())
    }
}

/// Lines of a file, each with whose it is.
type Lines = Vec<(CustomerId, Zeroizing<Vec<u8>>)>;

/// The columns that are asked for; all of the kind's if none are named.
fn columns(schema: &KindSchema, request: &ExportRequest) -> Result<Vec<FieldName>, Error> {
    if request.fields.is_empty() {
        return Ok(schema.fields().iter().map(|field| field.name().clone()).collect());
    }
    match request.fields.iter().find(|column| schema.field(column.as_str()).is_none()) {
        Some(unknown) => Err(Error::Config(format!("kind `{}` has no field `{unknown}`", request.kind))),
        None => Ok(request.fields.clone()),
    }
}

/// The approvals that the permits ask for, each once, and whether any asks for a watermark.
fn asked(readable: &[Readable<'_>]) -> (Vec<ApprovalStep>, bool) {
    let (mut approve, mut watermark) = (Vec::new(), false);
    for obligation in readable.iter().flat_map(|one| one.cleared.obligations()) {
        match obligation {
            Obligation::Approve { role, count } => {
                let step = ApprovalStep { role: role.clone(), count: *count };
                if !approve.contains(&step) {
                    approve.push(step);
                }
            }
            Obligation::Watermark => watermark = true,
            Obligation::Budget { .. }
            | Obligation::Justify
            | Obligation::Mask { .. }
            | Obligation::Notify { .. }
            | Obligation::Redact { .. }
            | Obligation::Review { .. }
            | Obligation::StepUp { .. }
            | Obligation::Uses { .. } => {}
        }
    }
    (approve, watermark)
}

fn released(staged: &Staged, digest: Digest, approval: Option<ApprovalId>) -> Result<Released, Error> {
    let (content, salt) = (staged.content()?, staged.manifest.salt);
    Ok(Released { content, digest, salt, records: staged.records(), approval })
}

fn too_many() -> Error {
    Error::Config(format!(
        "more than {LIST_LIMIT_MAX} records; name at most so many, and export the rest apart"
    ))
}

const WATERMARK_COLUMN: &str = "strongroom_mark";
const CONTENT: FactName = FactName::from_static("content");
const BINDING: FactName = FactName::from_static("binding");
const ACTION: FactName = FactName::from_static("egress");
const EXPORT_BLOCKED: EventName = EventName::from_static("export.blocked");
const EXPORT_RELEASED: EventName = EventName::from_static("export.released");
