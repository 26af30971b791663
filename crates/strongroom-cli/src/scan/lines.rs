//! Lines of JSON objects, text by text.

use super::{INPUT_BYTES_MAX, Located, Scan};
use serde::{
    Serialize,
    de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;
use std::{
    fmt,
    io::{self, BufRead, Read},
};

/// One finding in a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Found {
    /// Which text it is in (RFC 6901). Names with findings in them are covered.
    pub(super) pointer: String,
    /// It is in the name of the member, not in its value.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) in_name: bool,
    /// What and where; offsets in the text in UTF-8.
    #[serde(flatten)]
    pub(super) located: Located,
}

/// What is in a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Line {
    /// Its `id` if it has one that is a text or a number with no finding in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Value>,
    /// Its number, from 1.
    #[serde(rename = "line")]
    pub(super) number: u64,
    /// What was found, in the order of the line.
    pub(super) findings: Vec<Found>,
}

/// A line, or the number of one that is no JSON object and why.
pub(super) type Answer = Result<Line, (u64, String)>;

/// Scans line by line. One that is no JSON object is answered by its number and why, and the others go on. Nothing of a
/// line's content is ever told. Answers how many bytes were read.
pub(super) fn scan(
    scan: &Scan,
    mut input: impl BufRead,
    each: &mut dyn FnMut(Answer) -> io::Result<()>,
) -> io::Result<u64> {
    let (mut line, mut bytes) = (Vec::new(), 0_u64);
    for number in 1_u64.. {
        line.clear();
        let read = input.by_ref().take(INPUT_BYTES_MAX.saturating_add(1)).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        bytes = bytes.saturating_add(read);
        let too_long = read > INPUT_BYTES_MAX;
        if too_long && line.last() != Some(&b'\n') {
            bytes = bytes.saturating_add(skip_line(&mut input)?);
        }
        let text = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(&line).trim_ascii();
        if text.is_empty() {
            continue;
        }
        let parsed = if too_long { Err("the line is too long".to_owned()) } else { parse(scan, text) };
        each(match parsed {
            Ok((id, findings)) => Ok(Line { id, number, findings }),
            Err(reason) => Err((number, reason)),
        })?;
    }
    Ok(bytes)
}

fn parse(scan: &Scan, line: &[u8]) -> Result<(Option<Value>, Vec<Found>), String> {
    let mut texts = Texts { scan, pointer: String::new(), found: Vec::new(), id: None };
    let mut json = serde_json::Deserializer::from_slice(line);
    let parsed = Object(&mut texts).deserialize(&mut json).and_then(|()| json.end());
    parsed.map_err(|error| {
        // SECURITY: the parser's own words may quote the value that it did not expect; only the place is told.
        let what = match error.classify() {
            serde_json::error::Category::Data => "no JSON object",
            serde_json::error::Category::Eof => "the line ends in the middle of the JSON",
            serde_json::error::Category::Io | serde_json::error::Category::Syntax => "no JSON",
        };
        format!("{what} (column {})", error.column())
    })?;
    Ok((texts.id, texts.found))
}

/// Walks a line as it is parsed, so that of two members with one name both are seen.
struct Texts<'s> {
    scan: &'s Scan,
    pointer: String,
    found: Vec<Found>,
    id: Option<Value>,
}

impl Texts<'_> {
    fn text(&mut self, text: &str, in_name: bool) {
        for finding in self.scan.text(text) {
            let pointer = self.pointer.clone();
            self.found.push(Found { pointer, in_name, located: Located::new(&finding, 1, 1) });
        }
    }

    /// Goes into a member or an element, and comes back.
    fn within<R>(&mut self, part: &str, walk: impl FnOnce(&mut Self) -> R) -> R {
        let outside = self.pointer.len();
        self.pointer.push('/');
        // SECURITY: a name can be somebody's number, and the pointer is printed.
        self.pointer.push_str(&self.scan.shown(part).replace('~', "~0").replace('/', "~1"));
        let walked = walk(self);
        self.pointer.truncate(outside);
        walked
    }

    /// The `id` of the line, to be answered with it.
    fn identify(&mut self, id: Value) {
        // SECURITY: it is printed, so nothing may be found in it.
        let text = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        self.id = self.scan.text(&text).is_empty().then_some(id);
    }
}

/// The object that a line must be.
struct Object<'t, 's>(&'t mut Texts<'s>);

/// Any value in it.
struct Any<'t, 's> {
    texts: &'t mut Texts<'s>,
    /// It is the member `id` of the line's own object.
    is_id: bool,
}

impl<'de> DeserializeSeed<'de> for Object<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        members(self.0, map, true)
    }
}

fn members<'de, A: MapAccess<'de>>(texts: &mut Texts<'_>, mut map: A, top: bool) -> Result<(), A::Error> {
    while let Some(name) = map.next_key::<String>()? {
        texts.within(&name, |texts| {
            texts.text(&name, true);
            map.next_value_seed(Any { texts, is_id: top && name == "id" })
        })?;
    }
    Ok(())
}

impl<'de> DeserializeSeed<'de> for Any<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.texts.text(text, false);
        if self.is_id {
            self.texts.identify(Value::from(text));
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        members(self.texts, map, false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        for index in 0_u64.. {
            let place = index.to_string();
            let more =
                self.texts.within(&place, |texts| seq.next_element_seed(Any { texts, is_id: false }))?;
            if more.is_none() {
                return Ok(());
            }
        }
        // No line is that long.
        seq.next_element::<IgnoredAny>()?.map_or(Ok(()), |_| Err(A::Error::custom("too many elements")))
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        if self.is_id {
            self.texts.identify(Value::from(number));
        }
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        if self.is_id {
            self.texts.identify(Value::from(number));
        }
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        if self.is_id {
            self.texts.identify(Value::from(number));
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

fn skip_line(input: &mut impl BufRead) -> io::Result<u64> {
    let mut skipped = 0_u64;
    loop {
        let (used, ended) = {
            let available = input.fill_buf()?;
            match memchr::memchr(b'\n', available) {
                Some(at) => (at.saturating_add(1), true),
                None => (available.len(), available.is_empty()),
            }
        };
        input.consume(used);
        skipped = skipped.saturating_add(u64::try_from(used).unwrap_or(u64::MAX));
        if ended {
            return Ok(skipped);
        }
    }
}
