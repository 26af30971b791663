//! The bytes of an entry. FORMAT: docs/format.md, "Entry".
//!
//! No value of an entry needs escaping: they are ids, digests, instants, numbers and names. So the text is written
//! and read by hand, member by member, and there is nothing in it that two JSON libraries could read in two ways.

use crate::{Decision, Entry, EntryId, FactName, FactValue, FenceChange, Outcome, Stream};
use std::{
    collections::BTreeMap,
    fmt::{Display, Write as _},
    str::FromStr,
};
use strongroom_types::{CustomerId, Digest, Timestamp};

/// What every entry begins with; its time follows, always [`TIME_BYTES`] long, so that it can be set late.
const OPENING: &str = "{\"v\":0,\"time\":\"";
const TIME_BYTES: usize = "2026-11-22T14:42:13.000000Z".len();
/// The most that [`retime`] can add.
pub(crate) const CLOCK_BYTES: usize = ",\"clock\":\"\"".len().saturating_add(TIME_BYTES);

/// Sets another time in an encoded entry without a clock, and where asked the clock behind it. `None` if the leaf is
/// not one.
pub(crate) fn retime(leaf: &[u8], time: Timestamp, clock: Option<Timestamp>) -> Option<Vec<u8>> {
    let rest = leaf.get(OPENING.len().checked_add(TIME_BYTES)?..)?;
    let rest = rest.strip_prefix(b"\"")?;
    let mut opening = format!("{OPENING}{time}\"");
    if let Some(clock) = clock {
        opening.push_str(",\"clock\":\"");
        opening.push_str(&clock.to_string());
        opening.push('"');
    }
    Some([opening.as_bytes(), rest].concat())
}

pub(crate) fn encode(entry: &Entry) -> String {
    let mut out = Writer(String::with_capacity(640));
    out.0.push_str(OPENING);
    out.display(entry.time);
    out.0.push('"');
    out.text("clock", entry.clock);
    out.text("tenant", Some(entry.stream.tenant));
    out.number("generation", Some(entry.stream.generation.into()));
    out.text("id", Some(entry.id));
    out.text("event", Some(&entry.name));
    out.text("actor", Some(entry.actor));
    out.text("on_behalf", entry.on_behalf);
    out.text("zone", entry.zone.as_ref());
    out.text("kind", entry.kind.as_ref());
    out.text("record", entry.record);
    out.text("customer", entry.customer);
    out.list("customers", entry.customers.iter());
    out.text("purpose", entry.purpose.as_ref());
    out.text("approval", entry.approval);
    out.text("case", entry.case);
    out.text("decision", entry.decision.map(Decision::word));
    out.list("rules", entry.rules.iter());
    out.text("outcome", Some(entry.outcome.word()));
    out.text("sealed", entry.sealed);
    out.number("version", entry.version);
    out.number("count", entry.count);
    out.map("facts", &entry.facts, Writer::fact);
    out.map("detail", &entry.commitments, |out, digest| out.quoted(digest));
    out.list("fences", entry.fences.iter().map(fence_text));
    out.0.push('}');
    out.0
}

/// The entry, in whatever spelling; else the byte at which the text leaves the format.
pub(crate) fn decode(leaf: &[u8]) -> Result<Entry, usize> {
    let text = std::str::from_utf8(leaf).map_err(|error| error.valid_up_to())?;
    let mut input = Reader { text, at: 0 };
    input.entry().ok_or(input.at)
}

impl Decision {
    const fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Allow, Self::Deny].into_iter().find(|decision| decision.word() == word)
    }
}

impl Outcome {
    const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Intended => "intended",
            Self::Refused => "refused",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Done, Self::Failed, Self::Intended, Self::Refused]
            .into_iter()
            .find(|outcome| outcome.word() == word)
    }
}

fn entry_id(text: &str) -> Option<EntryId> {
    let id = u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32)?;
    Some(EntryId::from_bytes(id.to_be_bytes()))
}

fn fence_text(change: &FenceChange) -> String {
    match change {
        FenceChange::BumpHolds => "bump-holds".to_owned(),
        FenceChange::Condemn { customer, intent } => format!("condemn:{customer}:{intent}"),
        FenceChange::Gone { customer, intent } => format!("gone:{customer}:{intent}"),
        FenceChange::NextGeneration { customer, intent: None } => format!("next:{customer}"),
        FenceChange::NextGeneration { customer, intent: Some(intent) } => format!("next:{customer}:{intent}"),
        FenceChange::Open { customer } => format!("open:{customer}"),
        FenceChange::Reprieve { customer, intent } => format!("reprieve:{customer}:{intent}"),
    }
}

fn parse_fence(text: &str) -> Option<FenceChange> {
    let mut words = text.split(':');
    let verb = words.next()?;
    if verb == "bump-holds" {
        return words.next().is_none().then_some(FenceChange::BumpHolds);
    }
    let customer: CustomerId = words.next()?.parse().ok()?;
    let intent = words.next().map(str::parse).transpose().ok()?;
    if words.next().is_some() {
        return None;
    }
    match (verb, intent) {
        ("condemn", Some(intent)) => Some(FenceChange::Condemn { customer, intent }),
        ("gone", Some(intent)) => Some(FenceChange::Gone { customer, intent }),
        ("next", intent) => Some(FenceChange::NextGeneration { customer, intent }),
        ("open", None) => Some(FenceChange::Open { customer }),
        ("reprieve", Some(intent)) => Some(FenceChange::Reprieve { customer, intent }),
        _ => None,
    }
}

struct Writer(String);

impl Writer {
    fn display(&mut self, value: impl Display) {
        // Writing to a `String` cannot fail.
        let _ = write!(self.0, "{value}");
    }

    fn quoted(&mut self, value: impl Display) {
        self.0.push('"');
        self.display(value);
        self.0.push('"');
    }

    fn member(&mut self, name: &str) {
        self.0.push_str(",\"");
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    fn text(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.member(name);
            self.quoted(value);
        }
    }

    fn number(&mut self, name: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.member(name);
            self.display(value);
        }
    }

    fn list(&mut self, name: &str, values: impl Iterator<Item = impl Display>) {
        let mut separator = None;
        for value in values {
            match separator {
                None => {
                    self.member(name);
                    self.0.push('[');
                }
                Some(comma) => self.0.push(comma),
            }
            separator = Some(',');
            self.quoted(value);
        }
        if separator.is_some() {
            self.0.push(']');
        }
    }

    fn map<V>(&mut self, name: &str, values: &BTreeMap<FactName, V>, write: impl Fn(&mut Self, &V)) {
        if values.is_empty() {
            return;
        }
        self.member(name);
        let mut separator = '{';
        for (key, value) in values {
            self.0.push(separator);
            separator = ',';
            self.quoted(key);
            self.0.push(':');
            write(self, value);
        }
        self.0.push('}');
    }

    fn fact(&mut self, fact: &FactValue) {
        match fact {
            FactValue::Digest(digest) => self.quoted(format_args!("sha256:{digest}")),
            FactValue::Id(id) => self.quoted(format_args!("id:{}", id.hyphenated())),
            FactValue::Name(name) => self.quoted(format_args!("name:{name}")),
            FactValue::Number(number) => self.display(number),
            FactValue::Time(time) => self.quoted(format_args!("time:{time}")),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

#[expect(clippy::option_option, reason = "the outer one is a broken format, the inner one a member left out")]
impl<'a> Reader<'a> {
    fn entry(&mut self) -> Option<Entry> {
        self.skip(OPENING.strip_suffix('"')?)?;
        let entry = Entry {
            time: self.quoted()?,
            clock: self.text("clock")?,
            stream: Stream {
                tenant: self.text("tenant")??,
                generation: u32::try_from(self.number("generation")??).ok()?,
            },
            id: self.word("id", entry_id)??,
            name: self.text("event")??,
            actor: self.text("actor")??,
            on_behalf: self.text("on_behalf")?,
            zone: self.text("zone")?,
            kind: self.text("kind")?,
            record: self.text("record")?,
            customer: self.text("customer")?,
            customers: self.list("customers", |text| text.parse().ok())?,
            purpose: self.text("purpose")?,
            approval: self.text("approval")?,
            case: self.text("case")?,
            decision: self.word("decision", Decision::from_word)?,
            rules: self.list("rules", |text| text.parse().ok())?,
            outcome: self.word("outcome", Outcome::from_word)??,
            sealed: self.text("sealed")?,
            version: self.number("version")?,
            count: self.number("count")?,
            facts: self.map("facts", Self::fact)?,
            commitments: self.map("detail", Self::quoted::<Digest>)?,
            fences: self.list("fences", parse_fence)?,
        };
        self.skip("}")?;
        (self.at == self.text.len()).then_some(entry)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, expected: &str) -> Option<()> {
        self.rest().strip_prefix(expected)?;
        self.at = self.at.checked_add(expected.len())?;
        Some(())
    }

    /// What stands before the next quotation mark, and past it.
    fn token(&mut self) -> Option<&'a str> {
        self.skip("\"")?;
        let (token, _) = self.rest().split_once('"')?;
        self.at = self.at.checked_add(token.len())?.checked_add(1)?;
        Some(token)
    }

    fn quoted<T: FromStr>(&mut self) -> Option<T> {
        let start = self.at;
        let value = self.token()?.parse().ok();
        if value.is_none() {
            self.at = start;
        }
        value
    }

    fn member(&mut self, name: &str) -> bool {
        let start = self.at;
        let found = self.skip(",\"").and_then(|()| self.skip(name)).and_then(|()| self.skip("\":"));
        if found.is_none() {
            self.at = start;
        }
        found.is_some()
    }

    /// `None` if the member is there and wrong, `Some(None)` if it is not there.
    fn text<T: FromStr>(&mut self, name: &str) -> Option<Option<T>> {
        if self.member(name) { self.quoted().map(Some) } else { Some(None) }
    }

    fn word<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
        if self.member(name) { parse(self.token()?).map(Some) } else { Some(None) }
    }

    fn number(&mut self, name: &str) -> Option<Option<u64>> {
        if self.member(name) { self.digits().map(Some) } else { Some(None) }
    }

    fn digits(&mut self) -> Option<u64> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let number = rest.get(..end)?.parse().ok()?;
        self.at = self.at.checked_add(end)?;
        Some(number)
    }

    fn list<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
        let mut values = Vec::new();
        if !self.member(name) {
            return Some(values);
        }
        self.skip("[")?;
        loop {
            values.push(parse(self.token()?)?);
            if self.skip("]").is_some() {
                return Some(values);
            }
            self.skip(",")?;
        }
    }

    fn map<V>(&mut self, name: &str, read: impl Fn(&mut Self) -> Option<V>) -> Option<BTreeMap<FactName, V>> {
        let mut values = BTreeMap::new();
        if !self.member(name) {
            return Some(values);
        }
        self.skip("{")?;
        loop {
            let key = self.quoted()?;
            self.skip(":")?;
            values.insert(key, read(self)?);
            if self.skip("}").is_some() {
                return Some(values);
            }
            self.skip(",")?;
        }
    }

    fn fact(&mut self) -> Option<FactValue> {
        if !self.rest().starts_with('"') {
            return self.digits().map(FactValue::Number);
        }
        let (kind, value) = self.token()?.split_once(':')?;
        match kind {
            "sha256" => value.parse().ok().map(FactValue::Digest),
            "id" => value.parse().ok().map(FactValue::Id),
            "name" => value.parse().ok().map(FactValue::Name),
            "time" => value.parse().ok().map(FactValue::Time),
            _ => None,
        }
    }
}
