//! EGRESS: decide, log the read, open, scan, redact; stage sealed; approval of the exact content; log both digests;
//! release.

use crate::{
    Config, Error, Session, View,
    flow::{
        approval::describe,
        list::{LIST_LIMIT_MAX, Readable},
    },
    session::resource,
    spaces,
};
use std::collections::BTreeMap;
use strongroom_audit::{Commit, Event, FactName, Guard, Outcome};
use strongroom_cases::{ApprovalDraft, ApprovalRequest, ApprovalStep, Grant};
use strongroom_dlp::{Entity, Finding, Response, Style, Verdict, mask};
use strongroom_envelope::{KeyRole, sha256};
use strongroom_policy::Obligation;
use strongroom_store::{Batch, Direction, KeyRange};
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
#[derive(Debug, Clone)]
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
    /// Its SHA-256, which stands in the log.
    pub digest: Digest,
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

/// A file made ready and scanned, that nobody outside has seen. Its parts belong to one customer each.
struct Staged {
    header: Vec<u8>,
    parts: Vec<(CustomerId, Zeroizing<Vec<u8>>)>,
    generations: BTreeMap<CustomerId, u32>,
    findings: BTreeMap<Entity, u64>,
    verdict: Verdict,
    approve: Vec<ApprovalStep>,
    watermark: bool,
}

impl Session<'_> {
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
        let staged = self.stage(request, &readable)?;
        match staged.verdict.response {
            Response::Block => self.blocked(request, staged),
            Response::NeedApproval => self.await_approval(request, &purpose, staged),
            Response::Allow | Response::Warn | Response::Redact if !staged.approve.is_empty() => {
                self.await_approval(request, &purpose, staged)
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
        let (action, binding, subject) = (request.action(), request.binding(), request.subject());
        let staged = self.unstage(approval)?;
        // SECURITY: what is in the store now must be what people looked at.
        let digest = sha256(&staged.content);
        if digest != subject {
            return Err(Error::Tampered { what: "the staged export" });
        }
        let (used, grant, facts) = request.take(action, binding, self.actor.id, now)?;
        let mut commit = Commit::new(vault.durable).changes(vault.approval_moved(&used, Some(old))?);
        for (customer, generation) in &staged.generations {
            commit = commit.guard(Guard::Active { customer: *customer, generation: Some(*generation) });
        }
        for fact in &facts {
            commit = commit.event(self.fact_event(fact).approval(approval));
        }
        let records = u64::try_from(staged.records.len()).unwrap_or(u64::MAX);
        let event = self.release_event(action, &staged.kind, digest, records, staged.generations.keys());
        commit = commit.event(event.approval(approval).fact(BINDING, binding));
        self.recheck(action, &staged, &grant)?;
        // The use of the approval and the release are in the log before the first byte is anybody's.
        vault.log.commit(now, commit)?;
        vault.erase_staged(approval)?;
        Ok(Released { content: staged.content, digest, records, approval: Some(approval) })
    }

    fn exportable(&self, request: &ExportRequest) -> Result<Vec<Readable>, Error> {
        self.vault.config.kind(&request.kind)?;
        let readable = match &request.selection {
            Selection::All => self.readable(request.action, &request.kind, None, LIST_LIMIT_MAX)?.0,
            Selection::Records(records) => {
                self.refuse_wholly(request.action, &request.kind)?;
                let mut readable = Vec::new();
                for record in records.iter().take(LIST_LIMIT_MAX) {
                    let (row, _) = self.vault.row(*record)?;
                    if row.head.kind != request.kind {
                        return Err(Error::NotFound { what: "record of this kind" });
                    }
                    let Some(one) = self.read_permit(request.action, *record)? else {
                        // Asked for by name: the reason is due, and the log entry.
                        self.decide(request.action, &resource(*record, &row.head)).map(drop)?;
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
    fn stage(&self, request: &ExportRequest, readable: &[Readable]) -> Result<Staged, Error> {
        let vault = self.vault;
        let schema = vault.config.kind(&request.kind)?;
        let columns: Vec<FieldName> = if request.fields.is_empty() {
            schema.fields().iter().map(|field| field.name().clone()).collect()
        } else {
            request.fields.clone()
        };
        if let Some(unknown) = columns.iter().find(|column| schema.field(column.as_str()).is_none()) {
            return Err(Error::Config(format!("kind `{}` has no field `{unknown}`", request.kind)));
        }
        let mut approve: Vec<ApprovalStep> = Vec::new();
        let mut watermark = false;
        let mut label = Label::default();
        let mut generations = BTreeMap::new();
        for one in readable {
            label = label.join(one.row.head.label);
            generations.insert(one.row.head.customer, one.row.generation);
            for obligation in one.cleared.obligations() {
                match obligation {
                    Obligation::Approve { role, count } => {
                        let step = ApprovalStep { role: role.clone(), count: *count };
                        if !approve.contains(&step) {
                            approve.push(step);
                        }
                    }
                    Obligation::Watermark => watermark = true,
                    Obligation::Justify
                    | Obligation::Mask { .. }
                    | Obligation::Notify { .. }
                    | Obligation::Redact { .. }
                    | Obligation::StepUp { .. } => {}
                }
            }
        }
        let views = self.reveal(request.action, &request.kind, readable)?;
        for column in &columns {
            if let Some(field) = schema.field(column.as_str()) {
                let shown =
                    views.iter().any(|view| view.field(column.as_str()).is_some_and(|s| s.text().is_some()));
                label = if shown { label.join(field.label()) } else { label };
            }
        }
        let mark = watermark.then(|| self.mark(request));
        let header =
            csv_line(columns.iter().map(FieldName::as_str).chain(mark.as_ref().map(|_| WATERMARK_COLUMN)))?;
        let mut parts = Vec::with_capacity(views.len());
        let mut found: Vec<Finding> = Vec::new();
        for view in &views {
            let (line, findings) = self.scanned_line(view, &columns, mark.as_deref(), request.redact)?;
            found.extend(findings);
            parts.push((view.customer, line));
        }
        let verdict = vault.config.house.egress.respond(&found, &request.recipient, label.level.rank());
        let mut staged = Staged {
            header,
            parts,
            generations,
            findings: Config::counts(&found),
            verdict,
            approve,
            watermark,
        };
        if staged.verdict.response == Response::Redact {
            // The rules ask for redaction: once more, with everything found replaced.
            staged.parts.clear();
            for view in &views {
                let (line, _) = self.scanned_line(view, &columns, mark.as_deref(), true)?;
                staged.parts.push((view.customer, line));
            }
        }
        Ok(staged)
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
        let recipients = recipients_digest(request).to_string();
        let short: String = recipients.chars().take(16).collect();
        format!("{}/{}/{short}", self.actor.id, request.action)
    }

    fn blocked(&self, request: &ExportRequest, staged: Staged) -> Result<Export, Error> {
        let vault = self.vault;
        let mut event = self.event(EXPORT_BLOCKED).kind(request.kind.clone()).outcome(Outcome::Refused);
        event = event.fact(
            ACTION,
            FactName::new(request.action.name()).map_err(|_| Error::Invariant("an action's name"))?,
        );
        for (entity, count) in &staged.findings {
            let name = FactName::new(&entity.name().to_lowercase())
                .map_err(|_| Error::Invariant("an entity's name"))?;
            event = event.fact(name, *count);
        }
        event = event.customers(staged.generations.keys().copied());
        vault.log.commit(vault.now(), Commit::new(vault.durable).event(event))?;
        Ok(Export::Blocked { findings: staged.findings, verdict: staged.verdict })
    }

    fn await_approval(
        &self,
        request: &ExportRequest,
        purpose: &Purpose,
        staged: Staged,
    ) -> Result<Export, Error> {
        let vault = self.vault;
        let now = vault.now();
        let needed =
            if staged.approve.is_empty() { self.default_approvers()? } else { staged.approve.clone() };
        let approval = ApprovalId::fresh(vault.random.as_ref())?;
        let content = staged.content();
        let subject = sha256(&content);
        let binding = binding(request, purpose, subject, staged.watermark);
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
        // Staged parts are not referenced by anything until the approval names them.
        self.stage_parts(approval, &request.kind, &staged)?;
        let mut commit = Commit::new(vault.durable).changes(vault.approval_moved(&opened, None)?);
        for fact in &facts {
            let event = self.fact_event(fact).approval(approval).kind(request.kind.clone());
            let event = event.fact(CONTENT, subject).fact(BINDING, binding);
            commit = commit.event(event.count(u64::try_from(staged.parts.len()).unwrap_or(u64::MAX)));
        }
        for (customer, generation) in &staged.generations {
            commit = commit.guard(Guard::Active { customer: *customer, generation: Some(*generation) });
        }
        vault.log.commit(now, commit)?;
        Ok(Export::NeedsApproval {
            approval: describe(&opened),
            records: u64::try_from(staged.parts.len()).unwrap_or(u64::MAX),
            findings: staged.findings,
        })
    }

    fn release_now(&self, request: &ExportRequest, staged: &Staged) -> Result<Export, Error> {
        let vault = self.vault;
        let content = staged.content();
        let digest = sha256(&content);
        let records = u64::try_from(staged.parts.len()).unwrap_or(u64::MAX);
        let customers = staged.generations.keys();
        let event = self.release_event(request.action, &request.kind, digest, records, customers);
        let mut commit = Commit::new(vault.durable).event(event);
        for (customer, generation) in &staged.generations {
            commit = commit.guard(Guard::Active { customer: *customer, generation: Some(*generation) });
        }
        vault.log.commit(vault.now(), commit)?;
        Ok(Export::Released(Released { content, digest, records, approval: None }))
    }

    fn release_event<'c>(
        &self,
        action: Action,
        kind: &Kind,
        digest: Digest,
        records: u64,
        customers: impl Iterator<Item = &'c CustomerId>,
    ) -> Event {
        let event = self.event(EXPORT_RELEASED).kind(kind.clone()).fact(CONTENT, digest).count(records);
        let event = event.customers(customers.copied());
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

    /// Seals each part under the key of the customer it is about, so that a purge takes it along.
    fn stage_parts(&self, approval: ApprovalId, kind: &Kind, staged: &Staged) -> Result<(), Error> {
        let vault = self.vault;
        let mut batch = Batch::new().put(
            spaces::STAGED,
            spaces::staged(vault.tenant, approval, 0),
            part_row(None, kind.as_str().as_bytes(), &staged.header),
        );
        for (index, (customer, line)) in (1_u32..).zip(&staged.parts) {
            let key = spaces::staged(vault.tenant, approval, index);
            let sealed = vault.keys.seal_small(Some(*customer), KeyRole::Data, STAGED_LABEL, &key, line)?;
            let row = part_row(Some(*customer), &[], &sealed);
            if batch.bytes().saturating_add(row.len()) > 256 * 1024 || batch.ops().len() > 1000 {
                vault.log.stage(&std::mem::take(&mut batch), vault.durable)?;
            }
            batch = batch.put(spaces::STAGED, key, row);
        }
        vault.log.stage(&batch, vault.durable)?;
        Ok(())
    }

    fn unstage(&self, approval: ApprovalId) -> Result<Unstaged, Error> {
        let vault = self.vault;
        let mut range = KeyRange::prefix(&spaces::row(vault.tenant, approval.as_bytes()));
        let mut unstaged = Unstaged::default_for(Kind::new("vault").map_err(|_| Error::Invariant("a kind"))?);
        loop {
            let page = vault.read().scan(spaces::STAGED, &range, Direction::Forward, 256)?;
            for (key, row) in &page {
                unstaged.take(self, key, row)?;
            }
            match page.last() {
                Some((last, _)) if page.len() >= 256 => range = range.after(last, Direction::Forward),
                _ => break,
            }
        }
        if unstaged.content.is_empty() {
            return Err(Error::NotFound { what: "staged export" });
        }
        Ok(unstaged)
    }

    /// The policy is asked again at the door: a right that was lost since the request is lost.
    fn recheck(&self, action: Action, staged: &Unstaged, grant: &Grant) -> Result<(), Error> {
        let schema = self.vault.config.kind(&staged.kind)?;
        let mut resource = strongroom_policy::Resource::new(&staged.kind, schema.label());
        resource.owner = Some(self.actor.id);
        let permit = self.decide(action, &resource)?;
        self.clear(permit, Some(grant), true).map(drop)
    }
}

impl Staged {
    fn content(&self) -> Zeroizing<Vec<u8>> {
        let mut content = Zeroizing::new(self.header.clone());
        for (_, line) in &self.parts {
            content.extend_from_slice(line);
        }
        content
    }
}

struct Unstaged {
    kind: Kind,
    content: Zeroizing<Vec<u8>>,
    records: Vec<CustomerId>,
    generations: BTreeMap<CustomerId, u32>,
}

impl Unstaged {
    fn default_for(kind: Kind) -> Self {
        Self { kind, content: Zeroizing::default(), records: Vec::new(), generations: BTreeMap::new() }
    }

    fn take(&mut self, session: &Session<'_>, key: &[u8], row: &[u8]) -> Result<(), Error> {
        let vault = session.vault;
        let Part { customer, kind, bytes } = part_of(row)?;
        let Some(customer) = customer else {
            let kind = std::str::from_utf8(kind).ok().and_then(|kind| Kind::new(kind).ok());
            self.kind = kind.ok_or(Error::Tampered { what: "the staged export" })?;
            self.content.extend_from_slice(bytes);
            return Ok(());
        };
        let generation = vault.generation(customer)?;
        let plain = vault.keys.open_small(Some(customer), KeyRole::Data, STAGED_LABEL, key, bytes)?;
        self.content.extend_from_slice(&plain);
        self.records.push(customer);
        self.generations.insert(customer, generation);
        Ok(())
    }
}

/// FORMAT: `docs/format.md`, "staged part".
fn part_row(customer: Option<CustomerId>, kind: &[u8], bytes: &[u8]) -> Vec<u8> {
    let out = crate::codec::Writer::new();
    let out = match customer {
        Some(customer) => out.byte(1).id(customer.as_bytes()),
        None => out.byte(0),
    };
    out.bytes(kind).bytes(bytes).finish()
}

/// One part of a staged export.
pub(crate) struct Part<'r> {
    /// Whose; of the first part nobody's.
    pub(crate) customer: Option<CustomerId>,
    /// The kind, in the first part.
    kind: &'r [u8],
    bytes: &'r [u8],
}

pub(crate) fn part_of(row: &[u8]) -> Result<Part<'_>, Error> {
    let mut from = crate::codec::Reader::new(row);
    let customer = match from.byte()? {
        0 => None,
        1 => Some(CustomerId::from_bytes(from.id()?)),
        _ => return Err(Error::Tampered { what: "the staged export" }),
    };
    let (kind, bytes) = (from.bytes()?, from.bytes()?);
    from.finish()?;
    Ok(Part { customer, kind, bytes })
}

/// What an approval binds: the content, who gets it, why, and how it is marked. Length-prefixed, so that no two
/// different requests have one binding.
fn binding(request: &ExportRequest, purpose: &Purpose, content: Digest, watermark: bool) -> Digest {
    let out = crate::codec::Writer::new()
        .text("strongroom-export-binding-v0")
        .bytes(content.as_bytes())
        .text(request.action.name())
        .bytes(recipients_digest(request).as_bytes())
        .text(purpose.as_str())
        .byte(u8::from(watermark));
    sha256(&out.finish())
}

fn recipients_digest(request: &ExportRequest) -> Digest {
    let mut recipients = request.recipients.clone();
    recipients.sort();
    recipients.dedup();
    let out = crate::codec::Writer::new().text(&request.recipient);
    sha256(&recipients.iter().fold(out, |out, recipient| out.text(recipient)).finish())
}

fn csv_line<'c>(cells: impl Iterator<Item = &'c str>) -> Result<Vec<u8>, Error> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let failed = |_| Error::Invariant("a line of CSV is written to memory");
    writer.write_record(cells.map(|cell| defused(cell).into_owned())).map_err(failed)?;
    writer.into_inner().map_err(|_| Error::Invariant("a line of CSV is written to memory"))
}

/// SECURITY: a cell that begins with one of these is a formula to a spreadsheet (CWE-1236).
fn defused(cell: &str) -> std::borrow::Cow<'_, str> {
    let number = cell.strip_prefix(['+', '-']).is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.'))
    });
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !number {
        return format!("'{cell}").into();
    }
    cell.into()
}

const STAGED_LABEL: &str = "staged-export";
const WATERMARK_COLUMN: &str = "strongroom_mark";
const CONTENT: FactName = FactName::from_static("content");
const BINDING: FactName = FactName::from_static("binding");
const ACTION: FactName = FactName::from_static("egress");
const EXPORT_BLOCKED: strongroom_audit::EventName =
    strongroom_audit::EventName::from_static("export.blocked");
const EXPORT_RELEASED: strongroom_audit::EventName =
    strongroom_audit::EventName::from_static("export.released");
