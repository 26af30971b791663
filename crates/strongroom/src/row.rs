//! A record as it lies in the store: a head that the vault needs before it may open anything, and the sealed fields.

use crate::codec::{BadRow, Reader, Writer};
use std::collections::BTreeMap;
use strongroom_envelope::IndexToken;
use strongroom_types::{ActorId, Category, CustomerId, FieldName, Kind, Label, Level, Timestamp};

const VERSION: u8 = 0;

/// What is known of a record without opening it. Holds no personal data: ids, names from configuration, instants.
///
/// SECURITY: the head is readable and, to whoever writes to the store, writable. Its bytes are therefore sealed as a
/// field of their own ([`HEAD_FIELD`]) and compared when the record is opened, so that a changed owner or state opens
/// nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) customer: CustomerId,
    pub(crate) kind: Kind,
    /// Counts the versions of the record from 1.
    pub(crate) version: u64,
    pub(crate) schema_version: u32,
    /// The kind's label joined with what the scanner found in the fields.
    pub(crate) label: Label,
    pub(crate) owner: Option<ActorId>,
    pub(crate) team: Option<String>,
    pub(crate) state: Option<String>,
    /// Kept by law only: no ordinary read opens it.
    pub(crate) restricted: bool,
    /// When the events happened that retention counts from.
    pub(crate) triggers: BTreeMap<String, Timestamp>,
    /// The record's own index entries, so that they can be found again when it changes or goes.
    pub(crate) tokens: Vec<(FieldName, IndexToken)>,
}

/// The name under which the head is sealed. No schema can have it: schema fields hold no `:`.
pub(crate) const HEAD_FIELD: &str = "strongroom:head";

/// A head and the sealed fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) head: Head,
    pub(crate) generation: u32,
    pub(crate) sealed: Vec<u8>,
}

impl Head {
    /// FORMAT: `docs/format.md`, "record head".
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new().byte(VERSION).id(self.customer.as_bytes()).text(self.kind.as_str());
        out = out.u64(self.version).u32(self.schema_version).byte(u8::from(self.restricted));
        out = out.byte(self.label.level.rank()).u32(length(self.label.categories.iter().count()));
        for category in self.label.categories.iter() {
            out = out.text(category.name());
        }
        out = match self.owner {
            Some(owner) => out.byte(1).id(owner.as_bytes()),
            None => out.byte(0),
        };
        for name in [&self.team, &self.state] {
            out = out.text(name.as_deref().unwrap_or_default());
        }
        out = out.u32(length(self.triggers.len()));
        for (name, at) in &self.triggers {
            out = out.text(name).i64(at.unix_micros());
        }
        out = out.u32(length(self.tokens.len()));
        for (field, token) in &self.tokens {
            out = out.text(field.as_str()).id(token.as_bytes());
        }
        out.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, BadRow> {
        let mut from = Reader::new(bytes);
        if from.byte()? != VERSION {
            return Err(BadRow);
        }
        let customer = CustomerId::from_bytes(from.id()?);
        let kind = Kind::new(from.text()?).map_err(|_| BadRow)?;
        let (version, schema_version) = (from.u64()?, from.u32()?);
        let restricted = flag(from.byte()?)?;
        let level = Level::from_rank(from.byte()?);
        let categories = (0..from.u32()?)
            .map(|_| from.text()?.parse::<Category>().map_err(|_| BadRow))
            .collect::<Result<_, BadRow>>()?;
        let label = Label { level, categories };
        let owner = if flag(from.byte()?)? { Some(ActorId::from_bytes(from.id()?)) } else { None };
        let (team, state) = (optional(from.text()?), optional(from.text()?));
        let triggers = (0..from.u32()?)
            .map(|_| Ok((from.text()?.to_owned(), Timestamp::from_unix_micros(from.i64()?))))
            .collect::<Result<_, BadRow>>()?;
        let tokens = (0..from.u32()?)
            .map(|_| {
                let field = FieldName::new(from.text()?).map_err(|_| BadRow)?;
                Ok((field, IndexToken::from_bytes(from.id()?)))
            })
            .collect::<Result<_, BadRow>>()?;
        from.finish()?;
        let head = Self {
            customer,
            kind,
            version,
            schema_version,
            label,
            owner,
            team,
            state,
            restricted,
            triggers,
            tokens,
        };
        // One value, one encoding: names out of order or twice, instants past the edge.
        if head.encode() == bytes { Ok(head) } else { Err(BadRow) }
    }
}

impl Row {
    /// FORMAT: `docs/format.md`, "record row".
    pub(crate) fn encode(&self) -> Vec<u8> {
        Writer::new().bytes(&self.head.encode()).u32(self.generation).bytes(&self.sealed).finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, BadRow> {
        let mut from = Reader::new(bytes);
        let head = Head::decode(from.bytes()?)?;
        let (generation, sealed) = (from.u32()?, from.bytes()?.to_vec());
        from.finish()?;
        Ok(Self { head, generation, sealed })
    }
}

fn length(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn flag(byte: u8) -> Result<bool, BadRow> {
    match byte {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(BadRow),
    }
}

fn optional(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
