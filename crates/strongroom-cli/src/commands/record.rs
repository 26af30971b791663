//! `create`, `list`, `show`, `search`, `update`

use crate::{
    args::{Assignment, CreateArgs, Format, ListArgs, SearchArgs, ShowArgs, UpdateArgs},
    context::{Context, Opened},
    error::CliError,
    output::Outcome,
    text::{Table, count, cut, one_line, shown, width},
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::{self, Write},
};
use strongroom::{
    Changes, Fields, NewRecord, Page, Shown, View, Whose,
    policy::FieldSchema,
    types::{FieldName, Kind, RecordId},
};

pub(super) fn create(args: &CreateArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    let whose = args.customer.map_or(Whose::New, Whose::Customer);
    let created = opened.session()?.create(NewRecord::new(args.kind.clone(), whose, fields(&args.set)))?;
    ctx.out.show(&created, |out| {
        writeln!(out, "Created {} {}", args.kind, created.record)?;
        writeln!(out, "of customer {}", created.customer)
    })?;
    Ok(Outcome::Done)
}

pub(super) fn list(args: &ListArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    let page = opened.session()?.list(&args.kind, args.after, usize::from(args.limit))?;
    if ctx.out.format() == Format::Jsonl {
        ctx.out.list(&page.views, |_| Ok(()))?;
        return Ok(Outcome::Done);
    }
    let Page { views, next } = &page;
    ctx.out.show(&page, |out| {
        table(out, &opened, &args.kind, views)?;
        match next {
            Some(next) => writeln!(out, "More: --after {next}"),
            None => Ok(()),
        }
    })?;
    Ok(Outcome::Done)
}

pub(super) fn search(args: &SearchArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    let views = opened.session()?.search(&args.kind, &args.field, &args.value)?;
    ctx.out.list(&views, |out| table(out, &opened, &args.kind, &views))?;
    Ok(Outcome::Done)
}

pub(super) fn show(args: &ShowArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    let view = opened.session()?.view(args.record)?;
    ctx.out.show(&view, |out| {
        let scale = opened.vault.config().schema.scale();
        let mut head = Table::default();
        head.row(["record".to_owned(), view.record.to_string()]);
        head.row(["kind".to_owned(), view.kind.to_string()]);
        head.row(["customer".to_owned(), view.customer.to_string()]);
        head.row(["version".to_owned(), view.version.to_string()]);
        head.row(["level".to_owned(), scale.name(view.label.level).unwrap_or("?").to_owned()]);
        if let Some(owner) = view.owner {
            head.row(["owner".to_owned(), opened.staff.name(owner)]);
        }
        if let Some(state) = &view.state {
            head.row(["state".to_owned(), state.clone()]);
        }
        writeln!(out, "{}", head.render())?;
        values(out, &opened, &view)
    })?;
    Ok(Outcome::Done)
}

pub(super) fn update(args: &UpdateArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    let changes =
        Changes { set: fields(&args.set), unset: args.unset.clone(), expected_version: args.version };
    let version = opened.session()?.update(args.record, &changes)?;
    ctx.out.show(&Updated { record: args.record, version }, |out| {
        writeln!(out, "Record {} is at version {version} now.", args.record)
    })?;
    Ok(Outcome::Done)
}

#[derive(Debug, Serialize)]
struct Updated {
    record: RecordId,
    version: u64,
}

fn fields(set: &[Assignment]) -> Fields {
    set.iter().map(|one| (one.field.clone(), one.value.clone())).collect()
}

/// No table of records is wider, so that a line of it fits most terminals.
const TABLE_COLUMNS_MAX: usize = 150;
/// No cell of it is wider.
const CELL_COLUMNS_MAX: usize = 24;

/// Records under one another, with as many fields as fit.
fn table(out: &mut dyn Write, opened: &Opened<'_>, kind: &Kind, views: &[View]) -> io::Result<()> {
    let names = field_names(opened, kind);
    let columns: Vec<(&FieldName, Vec<String>, usize)> = names
        .iter()
        .map(|name| {
            let cells: Vec<String> =
                views.iter().map(|view| cut(&shown(view.field(name.as_str())), CELL_COLUMNS_MAX)).collect();
            let widest =
                cells.iter().map(|cell| width(cell)).chain([width(name.as_str())]).max().unwrap_or(0);
            (name, cells, widest)
        })
        .filter(|(_, cells, _)| cells.iter().any(|cell| !cell.is_empty()))
        .collect();
    // The record's id stands first; it is how every other command names a record.
    let mut used = 36_usize;
    let fitting = columns.iter().take_while(|(_, _, widest)| {
        used = used.saturating_add(*widest).saturating_add(2);
        used <= TABLE_COLUMNS_MAX
    });
    let fitting: Vec<_> = fitting.collect();
    let mut table =
        Table::new(["record"].into_iter().chain(fitting.iter().map(|(name, _, _)| name.as_str())));
    for (row, view) in views.iter().enumerate() {
        let cells = fitting.iter().map(|(_, cells, _)| cells.get(row).cloned().unwrap_or_default());
        table.row([view.record.to_string()].into_iter().chain(cells));
    }
    write!(out, "{}", table.render())?;
    let left_out = columns.len().saturating_sub(fitting.len());
    let fields = u64::try_from(left_out).unwrap_or(u64::MAX);
    let more =
        if left_out == 0 { String::new() } else { format!("; {} more in `show`", count(fields, "field")) };
    writeln!(out, "{}{more}", count(u64::try_from(views.len()).unwrap_or(u64::MAX), "record"))?;
    explain_brackets(out, views)
}

/// The values of one record; long and many-line ones below their names.
fn values(out: &mut dyn Write, opened: &Opened<'_>, view: &View) -> io::Result<()> {
    let schema = opened.vault.config().schema.kind(&view.kind);
    let titles: BTreeMap<&str, &str> = schema
        .map(|schema| schema.fields().iter().map(|field| (field.name().as_str(), field.title().zh.as_str())))
        .into_iter()
        .flatten()
        .collect();
    let names: Vec<(String, &FieldName)> = field_names(opened, &view.kind)
        .into_iter()
        .filter_map(|name| {
            let (name, _) = view.fields.iter().find(|(field, _)| *field == name)?;
            let title = titles.get(name.as_str()).map_or_else(String::new, |zh| format!(" {zh}"));
            Some((format!("{name}{title}"), name))
        })
        .collect();
    let widest = names.iter().map(|(title, _)| width(title)).max().unwrap_or(0);
    for (title, name) in &names {
        let pad = " ".repeat(widest.saturating_sub(width(title)).saturating_add(2));
        match view.field(name.as_str()) {
            Some(Shown::Clear(text)) if text.contains('\n') => {
                writeln!(out, "{title}")?;
                for line in text.lines() {
                    writeln!(out, "    {}", one_line(line))?;
                }
            }
            value => writeln!(out, "{title}{pad}{}", shown(value))?,
        }
    }
    explain_brackets(out, std::slice::from_ref(view))
}

fn explain_brackets(out: &mut dyn Write, views: &[View]) -> io::Result<()> {
    let mut all = views.iter().flat_map(|view| &view.fields);
    if all.any(|(_, shown)| !matches!(shown, Shown::Clear(_))) {
        writeln!(out, "⟨…⟩ is masked or hidden for you")?;
    }
    Ok(())
}

/// The kind's fields, those first by which people know a record: the natural key, what is required, what is indexed.
fn field_names(opened: &Opened<'_>, kind: &Kind) -> Vec<FieldName> {
    let Some(schema) = opened.vault.config().schema.kind(kind) else { return Vec::new() };
    let mut fields: Vec<&FieldSchema> = schema.fields().iter().collect();
    fields
        .sort_by_key(|field| (schema.key() != Some(field.name()), !field.is_required(), !field.is_indexed()));
    fields.into_iter().map(|field| field.name().clone()).collect()
}
