//! A file made ready: its manifest, its parts by customer, its digest, its binding.

use crate::{
    Error, Vault,
    codec::{Reader, Writer},
    spaces,
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap};
use strongroom_dlp::Entity;
use strongroom_envelope::{KeyRole, sha256};
use strongroom_store::{Batch, KeyRange, ReadExt};
use strongroom_types::{Action, ApprovalId, CustomerId, Digest, Kind, Purpose, RecordId, Timestamp};
use zeroize::Zeroizing;

/// What a staged export is, without its values. Sealed beside them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Of which kind.
    pub kind: Kind,
    /// The columns, in order.
    pub columns: Vec<String>,
    /// Which records.
    pub records: Vec<RecordId>,
    /// What kind of recipient.
    pub recipient: String,
    /// Who exactly.
    pub recipients: Vec<String>,
    /// Whether each line names who took it out and for whom.
    pub watermark: bool,
    /// What is still in it, by entity.
    pub findings: BTreeMap<Entity, u64>,
    /// When it was staged.
    pub at: Timestamp,
    /// Makes the digest of the content tell nothing to whoever has only the log.
    pub salt: [u8; 16],
}

// Recipients are people.
impl std::fmt::Debug for Manifest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Manifest")
            .field("kind", &self.kind)
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

/// The manifest and the lines, each with whose it is and under which generation of their key it was read.
pub(crate) struct Staged {
    pub(crate) manifest: Manifest,
    pub(crate) lines: Vec<(CustomerId, Zeroizing<Vec<u8>>)>,
    pub(crate) generations: BTreeMap<CustomerId, u32>,
}

impl Staged {
    /// The file: CSV in UTF-8.
    pub(crate) fn content(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut content = Zeroizing::new(csv_line(self.manifest.columns.iter().map(String::as_str))?);
        for (_, line) in &self.lines {
            content.extend_from_slice(line);
        }
        Ok(content)
    }

    /// What the log says of the content.
    pub(crate) fn digest(&self) -> Result<Digest, Error> {
        Ok(sha256(&[self.manifest.salt.as_slice(), &self.content()?].concat()))
    }

    pub(crate) fn records(&self) -> u64 {
        u64::try_from(self.manifest.records.len()).unwrap_or(u64::MAX)
    }
}

impl Manifest {
    /// What an approval binds: the content, who gets it, why, and how it is marked. Length-prefixed, so that no two
    /// different requests have one binding.
    pub(crate) fn binding(&self, action: Action, purpose: &Purpose, content: Digest) -> Digest {
        let out = Writer::new()
            .text("strongroom-export-binding-v0")
            .bytes(&self.salt)
            .bytes(content.as_bytes())
            .text(action.name())
            .bytes(recipients_digest(&self.recipient, &self.recipients).as_bytes())
            .text(purpose.as_str())
            .byte(u8::from(self.watermark));
        sha256(&out.finish())
    }
}

impl Vault {
    /// Seals the manifest under the tenant's key and each line under the key of the customer it is about, so that a
    /// purge takes it along.
    pub(crate) fn stage_export(&self, approval: ApprovalId, staged: &Staged) -> Result<(), Error> {
        let key = spaces::staged(self.tenant, approval, 0);
        let json =
            serde_json::to_vec(&staged.manifest).map_err(|_| Error::Invariant("a manifest is JSON"))?;
        let sealed = self.keys.seal_small(None, KeyRole::Data, LABEL, &key, &json)?;
        let mut batch = Batch::new().put(spaces::STAGED, key, part_row(None, &sealed));
        for (index, (customer, line)) in (1_u32..).zip(&staged.lines) {
            let key = spaces::staged(self.tenant, approval, index);
            let sealed = self.keys.seal_small(Some(*customer), KeyRole::Data, LABEL, &key, line)?;
            let row = part_row(Some(*customer), &sealed);
            if batch.bytes().saturating_add(row.len()) > 256 * 1024 || batch.ops().len() > 1000 {
                self.log.stage(&std::mem::take(&mut batch), self.durable)?;
            }
            batch = batch.put(spaces::STAGED, key, row);
        }
        self.log.stage(&batch, self.durable)?;
        Ok(())
    }

    /// What was staged for an approval.
    pub(crate) fn staged_export(&self, approval: ApprovalId) -> Result<Staged, Error> {
        let broken = Error::Tampered { what: "the staged export" };
        let manifest = self.staged_manifest(approval)?.ok_or(Error::NotFound { what: "staged export" })?;
        let (mut lines, mut generations) = (Vec::new(), BTreeMap::new());
        let range = KeyRange::prefix(&spaces::row(self.tenant, approval.as_bytes()));
        self.read().for_each(spaces::STAGED, &range, |key, row| {
            let Part { customer, bytes } = part_of(row)?;
            if let Some(customer) = customer {
                generations.insert(customer, self.generation(customer)?);
                lines.push((
                    customer,
                    self.keys.open_small(Some(customer), KeyRole::Data, LABEL, key, bytes)?,
                ));
            }
            Ok::<_, Error>(true)
        })?;
        if lines.len() != manifest.records.len() {
            return Err(broken);
        }
        Ok(Staged { manifest, lines, generations })
    }

    /// The manifest of what was staged, if anything was.
    pub(crate) fn staged_manifest(&self, approval: ApprovalId) -> Result<Option<Manifest>, Error> {
        let broken = || Error::Tampered { what: "the staged export" };
        let key = spaces::staged(self.tenant, approval, 0);
        let Some(row) = self.read().get(spaces::STAGED, &key)? else { return Ok(None) };
        let sealed = part_of(&row)?.bytes;
        let json = self.keys.open_small(None, KeyRole::Data, LABEL, &key, sealed)?;
        serde_json::from_slice(&json).map(Some).map_err(|_| broken())
    }
}

/// One row of a staged export.
pub(crate) struct Part<'r> {
    /// Whose; of the first part, the manifest, nobody's.
    pub(crate) customer: Option<CustomerId>,
    bytes: &'r [u8],
}

/// FORMAT: `docs/format.md`, "staged part".
fn part_row(customer: Option<CustomerId>, bytes: &[u8]) -> Vec<u8> {
    let out = match customer {
        Some(customer) => Writer::new().byte(1).id(customer.as_bytes()),
        None => Writer::new().byte(0),
    };
    out.bytes(bytes).finish()
}

pub(crate) fn part_of(row: &[u8]) -> Result<Part<'_>, Error> {
    let mut from = Reader::new(row);
    let customer = match from.byte()? {
        0 => None,
        1 => Some(CustomerId::from_bytes(from.id()?)),
        _ => return Err(Error::Tampered { what: "the staged export" }),
    };
    let bytes = from.bytes()?;
    from.finish()?;
    Ok(Part { customer, bytes })
}

pub(crate) fn recipients_digest(kind: &str, names: &[String]) -> Digest {
    let mut names = names.to_vec();
    names.sort();
    names.dedup();
    let out = Writer::new().text(kind);
    sha256(&names.iter().fold(out, |out, name| out.text(name)).finish())
}

pub(crate) fn csv_line<'c>(cells: impl Iterator<Item = &'c str>) -> Result<Vec<u8>, Error> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let failed = |_| Error::Invariant("a line of CSV is written to memory");
    writer.write_record(cells.map(|cell| defused(cell).into_owned())).map_err(failed)?;
    writer.into_inner().map_err(|_| Error::Invariant("a line of CSV is written to memory"))
}

/// SECURITY: a cell that begins with one of these is a formula to a spreadsheet (CWE-1236).
fn defused(cell: &str) -> Cow<'_, str> {
    let number = cell.strip_prefix(['+', '-']).is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.'))
    });
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !number {
        return format!("'{cell}").into();
    }
    cell.into()
}

const LABEL: &str = "staged-export";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_a_phone_stays_a_phone() {
        for (cell, written) in [
            ("王小明", "王小明\n"),
            ("+86 138-0013-8000", "+86 138-0013-8000\n"),
            ("-12.50", "-12.50\n"),
            ("=1+1", "'=1+1\n"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0\n"),
            ("-x", "'-x\n"),
            ("@SUM(A1)", "'@SUM(A1)\n"),
            ("\t=1", "'\t=1\n"),
            ("a,b\"c", "\"a,b\"\"c\"\n"),
            ("-", "'-\n"),
        ] {
            assert_eq!(String::from_utf8(csv_line([cell].into_iter()).unwrap()).unwrap(), written);
        }
    }

    #[test]
    fn every_part_of_a_request_is_bound() {
        let manifest = Manifest {
            kind: Kind::new("customer").unwrap(),
            columns: vec!["phone".to_owned()],
            records: Vec::new(),
            recipient: "Partner".to_owned(),
            recipients: vec!["a@example.com".to_owned(), "b@example.com".to_owned()],
            watermark: true,
            findings: BTreeMap::new(),
            at: Timestamp::from_unix_micros(0),
            salt: [7; 16],
        };
        let purpose = Purpose::new("service").unwrap();
        let content = Digest::from_bytes([1; 32]);
        let bound = manifest.binding(Action::Export, &purpose, content);
        let turned =
            Manifest { recipients: manifest.recipients.iter().rev().cloned().collect(), ..manifest.clone() };
        assert_eq!(
            turned.binding(Action::Export, &purpose, content),
            bound,
            "the order of recipients says nothing"
        );
        let others = [
            manifest.binding(Action::Send, &purpose, content),
            manifest.binding(Action::Export, &Purpose::new("legal").unwrap(), content),
            manifest.binding(Action::Export, &purpose, Digest::from_bytes([2; 32])),
            Manifest { recipient: "External".to_owned(), ..manifest.clone() }.binding(
                Action::Export,
                &purpose,
                content,
            ),
            Manifest { recipients: vec!["a@example.comb@example.com".to_owned()], ..manifest.clone() }
                .binding(Action::Export, &purpose, content),
            Manifest { watermark: false, ..manifest.clone() }.binding(Action::Export, &purpose, content),
            Manifest { salt: [8; 16], ..manifest }.binding(Action::Export, &purpose, content),
        ];
        assert!(others.iter().all(|other| *other != bound));
    }
}
