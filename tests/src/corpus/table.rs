//! Tables with a header row, whose names alone say what a column holds.

use super::decoy::DecoyKind;
use super::draw::Draw;
use super::spec::{Spec, Written};
use super::write::Writer;
use super::{Language, Variant, people};

/// One column of a table under way.
#[derive(Debug, Clone, Copy)]
enum Column {
    Value(&'static Spec),
    LookAlike(DecoyKind),
    Second(&'static str),
    /// What no scanner should care for: a row's number, a state.
    Other,
}

/// Writes a header and a few rows.
pub(super) fn write(writer: &mut Writer) {
    let delimiter = writer.rng.one(&[",", ",", ";", "\t", "|"]);
    let columns = columns(writer);
    let headers: Vec<String> = columns.iter().map(|column| header(writer, *column)).collect();
    writer.push(&headers.join(delimiter));
    writer.push("\n");
    for row in 0..writer.rng.between(3, 6) {
        for (at, column) in columns.iter().enumerate() {
            if at > 0 {
                writer.push(delimiter);
            }
            cell(writer, *column, delimiter, row);
        }
        writer.push("\n");
    }
}

fn columns(writer: &mut Writer) -> Vec<Column> {
    let mut columns = vec![Column::Other];
    if writer.rng.chance(60) {
        columns.push(Column::Second("PERSON"));
    }
    for _ in 0..writer.rng.between(2, 4) {
        let taken: Vec<&str> = columns
            .iter()
            .filter_map(|column| if let Column::Value(spec) = column { Some(spec.entity) } else { None })
            .collect();
        let spec =
            writer.choose(|spec| !spec.has_lines && spec.frame.is_none() && !taken.contains(&spec.entity));
        columns.extend(spec.map(Column::Value));
    }
    let at = writer.rng.at(DecoyKind::ALL.len());
    let kind = DecoyKind::ALL.get(at).copied().unwrap_or(DecoyKind::OrderNumber);
    columns.push(Column::LookAlike(if writer.rng.chance(50) { DecoyKind::OrderNumber } else { kind }));
    if writer.rng.chance(30) {
        columns.push(Column::Second(writer.rng.one(&["ORG", "ADDRESS"])));
    }
    columns
}

fn header(writer: &mut Writer, column: Column) -> String {
    let language = writer.language;
    let word = match column {
        Column::Value(spec) => writer.rng.one(spec.words.of(language)),
        Column::LookAlike(kind) => writer.rng.one(kind.words(language)),
        Column::Second("PERSON") => match language {
            Language::English => writer.rng.one(&["name", "customer_name", "contact"]),
            Language::Simplified | Language::Traditional => "姓名",
        },
        Column::Second("ORG") => match language {
            Language::English => "company",
            Language::Simplified | Language::Traditional => "公司",
        },
        Column::Second(_) => match language {
            Language::English => "address",
            Language::Simplified | Language::Traditional => "地址",
        },
        Column::Other => match language {
            Language::English => writer.rng.one(&["row", "#", "state"]),
            Language::Simplified => writer.rng.one(&["行号", "状态"]),
            Language::Traditional => writer.rng.one(&["列號", "狀態"]),
        },
    };
    // Programs write names of columns with underscores; people do not.
    if language == Language::English && writer.rng.chance(40) {
        word.trim_end_matches(['.', '#', ' ']).to_lowercase().replace([' ', '-', '/'], "_")
    } else {
        word.to_owned()
    }
}

fn cell(writer: &mut Writer, column: Column, delimiter: &str, row: u32) {
    let language = writer.language;
    match column {
        Column::Value(spec) => {
            let written = spec.cell(&mut writer.rng, language);
            quoted(writer, &written.text.clone(), delimiter, |writer| writer.written(spec.entity, &written));
        }
        Column::LookAlike(kind) => {
            let text = kind.draw(&mut writer.rng);
            quoted(writer, &text, delimiter, |writer| writer.look_alike(kind, &text));
        }
        Column::Second(entity) => {
            let text = match entity {
                "PERSON" => people::name(&mut writer.rng, language),
                "ORG" => people::firm(&mut writer.rng, language),
                _ => people::place(&mut writer.rng, language),
            };
            let (before, after) = (String::new(), String::new());
            let written = Written { before, text: text.clone(), after, variant: Variant::Plain };
            quoted(writer, &text, delimiter, |writer| writer.written(entity, &written));
        }
        Column::Other => {
            let text = match language {
                Language::English => writer.rng.one(&["open", "done", "new"]),
                Language::Simplified => writer.rng.one(&["有效", "待审", "完成"]),
                Language::Traditional => writer.rng.one(&["有效", "待審", "完成"]),
            };
            let text =
                if writer.rng.chance(50) { row.saturating_add(1).to_string() } else { text.to_owned() };
            writer.push(&text);
        }
    }
}

/// Writes a cell, in quotes where its text needs them and now and then where it does not.
fn quoted(writer: &mut Writer, text: &str, delimiter: &str, write: impl FnOnce(&mut Writer)) {
    let quote = if text.contains(delimiter) || writer.rng.chance(10) { "\"" } else { "" };
    writer.push(quote);
    write(writer);
    writer.push(quote);
}
