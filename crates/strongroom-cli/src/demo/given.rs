//! What the story begins with: the sample, or a file of the user's own, and who in it plays which part.

use super::world::{World, kind, new_file};
use crate::{
    error::CliError,
    import::{GoodRow, Rows},
};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};
use strongroom::{Fields, policy::Schema};

/// A refused row: row, line, field, reason.
pub(crate) type Refusal = (u64, u64, Option<String>, String);

/// A CSV file to import.
pub(crate) struct GivenFile {
    pub(crate) path: PathBuf,
    pub(crate) kind: &'static str,
    /// Which rows must be refused and why, where that is known: row, line, field, reason.
    pub(crate) malformed: Option<BTreeSet<Refusal>>,
}

/// All files.
pub(crate) struct Given {
    pub(crate) files: Vec<GivenFile>,
}

/// A customer with a part in the story.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) phone: String,
    /// Everything else that would show who it is.
    pub(crate) more: Vec<(&'static str, String)>,
}

/// Who plays which part.
pub(crate) struct Cast {
    /// Whom people look at.
    pub(crate) shown: Known,
    /// Who leaves and of whom nothing stays.
    pub(crate) leaving: Known,
    /// Who leaves and of whom the law keeps something.
    pub(crate) kept: Known,
    /// Whose data somebody wants to take out.
    pub(crate) wanted: Vec<Known>,
}

#[derive(Deserialize)]
struct Manifest {
    files: BTreeMap<String, Listed>,
}

#[derive(Deserialize)]
struct Listed {
    malformed: Vec<Malformed>,
}

#[derive(Deserialize)]
struct Malformed {
    row: u64,
    line: u64,
    field: Option<String>,
    reason: String,
}

const MANIFEST: &str = include_str!("../../sample/manifest.json");

/// Name, kind and content; parents before children.
const SAMPLE: &[(&str, &str, &[u8])] = &[
    ("customers.csv", "customer", include_bytes!("../../sample/customers.csv")),
    ("customers-gb18030.csv", "customer", include_bytes!("../../sample/customers-gb18030.csv")),
    ("customers-big5.csv", "customer", include_bytes!("../../sample/customers-big5.csv")),
    ("contacts.csv", "contact", include_bytes!("../../sample/contacts.csv")),
    ("transactions.csv", "transaction", include_bytes!("../../sample/transactions.csv")),
    ("preferences.csv", "preference", include_bytes!("../../sample/preferences.csv")),
    ("feedback.csv", "feedback", include_bytes!("../../sample/feedback.csv")),
    ("contracts.csv", "contract", include_bytes!("../../sample/contracts.csv")),
];

/// How many rows of the sample's customers a fast demo takes. None of them spans lines.
const FAST_ROWS: usize = 120;

impl Given {
    /// The sample, written into the folder; only customers, and few of them, where it is to be `fast`.
    pub(crate) fn sample(world: &World, fast: bool) -> Result<Self, CliError> {
        let manifest: Manifest = serde_json::from_str(MANIFEST)
            .map_err(|error| CliError::input(format!("the manifest of the sample: {error}")))?;
        let mut files = Vec::new();
        for (name, kind, content) in SAMPLE {
            if fast && *kind != "customer" {
                continue;
            }
            let cut = fast && *name == "customers.csv";
            let content = if cut { first_lines(content, FAST_ROWS.saturating_add(1)) } else { content };
            let last = if cut { u64::try_from(FAST_ROWS).unwrap_or(u64::MAX) } else { u64::MAX };
            let path = world.dir.join("given").join(name);
            new_file(&path, content)?;
            let malformed = manifest.files.get(*name).map(|listed| {
                let rows = listed.malformed.iter().filter(|one| one.row <= last);
                rows.map(|one| (one.row, one.line, one.field.clone(), one.reason.clone())).collect()
            });
            files.push(GivenFile { path, kind, malformed });
        }
        Ok(Self { files })
    }

    /// Customers from a file of the user's own.
    pub(crate) fn own(path: &Path) -> Self {
        Self { files: vec![GivenFile { path: path.to_owned(), kind: "customer", malformed: None }] }
    }

    /// The first file of customers.
    pub(crate) fn customers(&self) -> Option<&Path> {
        self.files.first().map(|file| file.path.as_path())
    }

    /// Chooses the cast among the first customers of the first file.
    pub(crate) fn cast(&self, schema: &Schema) -> Result<Cast, CliError> {
        let (mut trading, mut bound) = (BTreeSet::new(), BTreeSet::new());
        for file in &self.files {
            let parents = match file.kind {
                "transaction" => &mut trading,
                "contract" => &mut bound,
                _ => continue,
            };
            each_row(file, schema, usize::MAX, &mut |row| parents.extend(row.parent))?;
        }
        let mut people = Vec::new();
        if let Some(file) = self.files.first() {
            each_row(file, schema, LOOKED_AT, &mut |row| people.extend(known(&row.fields)))?;
        }
        let few = || {
            CliError::input(format!(
                "the story needs {} customers with a number, a name and a telephone number among the first {LOOKED_AT}",
                WANTED.saturating_add(3)
            ))
        };
        let mut take = |fits: &dyn Fn(&Known) -> bool| {
            let at = people.iter().position(fits).or(if people.is_empty() { None } else { Some(0) });
            at.map(|at| people.remove(at)).ok_or_else(few)
        };
        let free = |one: &Known| !trading.contains(&one.number) && !bound.contains(&one.number);
        // A name of three characters that is not Latin is worth looking for in every Chinese encoding.
        let leaving = take(&|one| free(one) && !one.name.is_ascii() && one.name.chars().count() >= 3)?;
        let kept = take(&|one| trading.contains(&one.number) && !bound.contains(&one.number))?;
        let shown = take(&|_| true)?;
        let wanted = (0..WANTED).map(|_| take(&|_| true)).collect::<Result<_, _>>()?;
        Ok(Cast { shown, leaving, kept, wanted })
    }
}

/// How many rows are looked at for the cast.
const LOOKED_AT: usize = 200;
/// How many customers somebody wants to take out: few enough not to raise an alert.
const WANTED: usize = 4;

fn each_row(
    file: &GivenFile,
    schema: &Schema,
    most: usize,
    each: &mut dyn FnMut(GoodRow),
) -> Result<(), CliError> {
    let failed = |error: &dyn std::fmt::Display| CliError::input(error.to_string());
    let mut rows = Rows::open(&file.path, schema, &kind(file.kind)?, None).map_err(|error| failed(&error))?;
    for _ in 0..most {
        match rows.next_row().map_err(|error| failed(&error))? {
            Some(Ok(row)) => each(row),
            Some(Err(_)) => {}
            None => break,
        }
    }
    Ok(())
}

fn known(fields: &Fields) -> Option<Known> {
    let text = |name: &str| fields.value(name).map(ToOwned::to_owned);
    let more = ["email", "national_id", "bank_card", "address"];
    Some(Known {
        number: text("customer_no")?,
        name: text("name")?,
        phone: text("phone")?,
        more: more.into_iter().filter_map(|name| Some((name, text(name)?))).collect(),
    })
}

fn first_lines(text: &[u8], lines: usize) -> &[u8] {
    let end = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(lines.saturating_sub(1));
    end.and_then(|(at, _)| text.get(..=at)).unwrap_or(text)
}
