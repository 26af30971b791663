//! Covers with a way back: a table that gives each value a token, and the originals for the tokens.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fmt::Write as _;

use super::Cover;
use super::plan::{Piece, Plan, splice};
use crate::Entity;
use crate::normal::normal;

/// A table of values and the tokens that stand for them: `[PHONE#1]`, `[PHONE#2]`, `[EMAIL#1]`.
///
/// Pass `&mut tokens` to [`mask`](crate::mask()) for one text or for many, and [`restore`] puts the originals back, also
/// where the text was edited around the tokens. One value has one number, in the order of appearance per entity; where
/// it is written in another way, that spelling has a second number: `[PHONE#1.2]` is the first phone as it was written
/// the second time. Text that already looks like a token gets a `#` behind its bracket (`[#PHONE#1]`), which `restore`
/// takes away again, so it is never taken for one.
///
/// **The table holds the originals**: keep it as you keep the data itself. With the feature `serde` it can be written
/// and read, originals and all; an unknown version is refused.
#[derive(Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "stored::Table", try_from = "stored::Table"))]
pub struct Tokens {
    /// By entity, value and spelling.
    values: BTreeMap<Entity, Vec<Vec<String>>>,
    /// The place of a value, by its normal form.
    numbers: HashMap<(Entity, String), usize>,
    /// The place of a value and of its spelling, by the spelling.
    spellings: HashMap<(Entity, String), (usize, usize)>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("values", &"[redacted]").field("len", &self.len()).finish()
    }
}

impl Tokens {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many spellings have a token.
    pub fn len(&self) -> usize {
        self.spellings.len()
    }

    /// Whether nothing has a token.
    pub fn is_empty(&self) -> bool {
        self.spellings.is_empty()
    }

    /// The token that stands for this value; a new one where it has none.
    pub fn token(&mut self, entity: Entity, value: &str) -> String {
        let mut token = String::new();
        self.cover(entity, value, &mut token);
        token
    }

    /// The value that a token stands for, as it was written; `None` for what is no token of this table.
    pub fn value(&self, token: &str) -> Option<&str> {
        let shape = shapes(token).next()?;
        (shape.start == 0 && shape.end == token.len() && shape.escapes == 0)
            .then(|| self.find(&shape))
            .flatten()
    }

    fn find(&self, shape: &Shape<'_>) -> Option<&str> {
        let (number, spelling) = match shape.number.split_once('.') {
            Some((number, spelling)) => (place(number)?, place(spelling).filter(|spelling| *spelling > 0)?),
            None => (place(shape.number)?, 0),
        };
        let values = self.values.get(&shape.name.parse().ok()?)?;
        values.get(number)?.get(spelling).map(String::as_str)
    }

    /// The place of a value and of this spelling of it.
    fn insert(&mut self, entity: Entity, value: &str) -> (usize, usize) {
        let key = (entity, value.to_owned());
        if let Some(known) = self.spellings.get(&key) {
            return *known;
        }
        let values = self.values.entry(entity).or_default();
        let number = *self.numbers.entry((entity, normal(entity, value))).or_insert(values.len());
        if number == values.len() {
            values.push(Vec::new());
        }
        let spellings = values.get_mut(number);
        let spelling = spellings.map_or(0, |spellings| {
            spellings.push(value.to_owned());
            spellings.len().saturating_sub(1)
        });
        self.spellings.insert(key, (number, spelling));
        (number, spelling)
    }
}

impl Cover for Tokens {
    fn cover(&mut self, entity: Entity, value: &str, out: &mut String) {
        let (number, spelling) = self.insert(entity, value);
        // Writing to a `String` cannot fail.
        let _ = write!(out, "[{entity}#{}", number.saturating_add(1));
        if spelling > 0 {
            let _ = write!(out, ".{}", spelling.saturating_add(1));
        }
        out.push(']');
    }

    fn escapes(&self, between: &str) -> Vec<usize> {
        shapes(between).map(|shape| shape.start.saturating_add(1)).collect()
    }
}

/// Puts the originals back in the place of the tokens.
///
/// What is no token of this table stays as it is, so text may have been edited around the tokens, and tokens may have
/// been moved, repeated or left out. Without such edits the result is the text that was masked.
pub fn restore(text: &str, tokens: &Tokens) -> String {
    let plan = plan(text, tokens);
    let mut out = String::with_capacity(text.len());
    let done = splice(&plan, text.len(), |piece| {
        match piece {
            Piece::Kept(range) => out.push_str(text.get(range).unwrap_or_default()),
            Piece::New(new) => out.push_str(new),
        }
        Some(out.len())
    });
    debug_assert!(done.is_ok(), "writing to a string does not fail");
    out
}

/// What stands in the place of each token and each escape.
pub(super) fn plan(text: &str, tokens: &Tokens) -> Plan {
    let mut plan = Plan::default();
    for shape in shapes(text) {
        if shape.escapes > 0 {
            let hash = shape.start.saturating_add(1);
            plan.replace(None, hash..hash.saturating_add(1), |_| {});
        } else if let Some(value) = tokens.find(&shape) {
            plan.replace(None, shape.start..shape.end, |out| out.push_str(value));
        }
    }
    plan
}

/// Text in the shape of a token: a bracket, any number of `#` as escapes, a name, `#`, a number with at most one point.
struct Shape<'t> {
    start: usize,
    end: usize,
    escapes: usize,
    name: &'t str,
    number: &'t str,
}

/// Every place in the shape of a token, in order. A shape holds one opening bracket, its first character: so none begins
/// in the text before a token and ends in it, and text is passed over once.
fn shapes(text: &str) -> impl Iterator<Item = Shape<'_>> {
    let openings = text.match_indices('[').map(|(start, _)| start);
    openings.filter_map(|start| shape(text, start))
}

fn shape(text: &str, start: usize) -> Option<Shape<'_>> {
    let inner = text.get(start.checked_add(1)?..)?;
    let inside = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '#' | '.');
    let length = inner.find(|c| !inside(c))?;
    let (inner, close) = inner.split_at_checked(length)?;
    let unescaped = inner.trim_start_matches('#');
    let (name, number) = unescaped.split_once('#')?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = match number.split_once('.') {
        Some((value, spelling)) => digits(value) && digits(spelling),
        None => digits(number),
    };
    let is_name = name.starts_with(|c: char| c.is_ascii_uppercase()) && !name.contains('.');
    (close.starts_with(']') && is_name && is_number).then_some(Shape {
        start,
        end: start.checked_add(length)?.checked_add(2)?,
        escapes: inner.len().checked_sub(unescaped.len())?,
        name,
        number,
    })
}

/// The place that a number stands for: from one, and written in one way alone.
fn place(number: &str) -> Option<usize> {
    if number.starts_with('0') {
        return None;
    }
    number.parse::<usize>().ok()?.checked_sub(1)
}

#[cfg(feature = "serde")]
mod stored {
    use std::collections::BTreeMap;

    use super::Tokens;
    use crate::Entity;
    use crate::version::Version;

    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Table {
        version: Version<1>,
        values: BTreeMap<Entity, Vec<Vec<String>>>,
    }

    impl From<Tokens> for Table {
        fn from(tokens: Tokens) -> Self {
            Self { version: Version, values: tokens.values }
        }
    }

    impl TryFrom<Table> for Tokens {
        type Error = String;

        /// Every value is put in anew, and must come to stand where it stood.
        fn try_from(table: Table) -> Result<Self, Self::Error> {
            let mut tokens = Self::new();
            for (entity, values) in &table.values {
                for (number, spellings) in values.iter().enumerate() {
                    let sound = |(spelling, value): (usize, &String)| {
                        tokens.insert(*entity, value) == (number, spelling)
                    };
                    if spellings.is_empty() || !spellings.iter().enumerate().all(sound) {
                        return Err(format!("a table of tokens where `{entity}` repeats or mixes values"));
                    }
                }
            }
            Ok(tokens)
        }
    }
}
