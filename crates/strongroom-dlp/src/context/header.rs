//! The names of columns in the first line of a table.

use super::reader::qualified;
use super::row::Row;
use super::{Context, Word, bit};
use crate::Entity;
use memchr::memchr2_iter;
use std::ops::Range;

/// Bytes of a line that are read as cells; what stands further right belongs to no column.
pub(crate) const LINE_BYTES_MAX: usize = 4096;

/// The columns of a table, by what their names say.
#[derive(Debug)]
pub(super) struct Header {
    delimiter: u8,
    columns: Vec<Option<Word>>,
    /// The columns whose cells are looked at for what has no digit to find it by.
    names: Vec<(usize, Entity)>,
    row: Row,
}

impl Header {
    /// The header, if the first line has two cells or more, no cell with many digits, and a name that is known.
    pub(super) fn of(bytes: &[u8], context: &Context) -> Option<Self> {
        let line = bytes.get(..bytes.len().min(LINE_BYTES_MAX))?.split(|byte| *byte == b'\n').next()?;
        let count = |delimiter: &u8| line.split(|byte| byte == delimiter).count();
        let delimiter = [b',', b';', b'\t', b'|'].into_iter().max_by_key(count).filter(|d| count(d) > 1)?;
        let cells = || line.split(|byte| *byte == delimiter);
        let is_name = |cell: &[u8]| {
            cell.len() <= 60
                && cell.iter().filter(|byte| byte.is_ascii_digit()).count() < 4
                && !cell.contains(&b':')
        };
        if !cells().all(is_name) {
            return None;
        }
        let columns: Vec<_> = cells().map(|cell| name_of(cell, context)).collect();
        let in_column =
            |(column, cell): (usize, &[u8])| names_in(cell, context).map(|entity| (column, entity));
        let names: Vec<_> = cells().enumerate().filter_map(in_column).collect();
        let known = !names.is_empty() || columns.iter().any(Option::is_some);
        known.then_some(Self { delimiter, columns, names, row: Row::new() })
    }

    pub(super) fn forget(&mut self) {
        self.row.forget();
    }

    /// Adds the cells of a line that are looked at as a whole, without quotes and space around them.
    pub(super) fn cells(&self, bytes: &[u8], line: Range<usize>, found: &mut Vec<(Entity, Range<usize>)>) {
        let Some(text) = bytes.get(line.clone()) else { return };
        let (mut column, mut cell, mut quoted) = (0_usize, line.start, false);
        let mut names = self.names.iter().peekable();
        for place in memchr2_iter(b'"', self.delimiter, text).chain([text.len()]) {
            if text.get(place) == Some(&b'"') {
                quoted = !quoted;
                continue;
            }
            if quoted && place < text.len() {
                continue;
            }
            let at = line.start.saturating_add(place);
            if let Some((_, entity)) = names.next_if(|(place, _)| *place == column) {
                found.push((*entity, trimmed(bytes, cell..at)));
                if names.peek().is_none() {
                    return;
                }
            }
            (column, cell) = (column.saturating_add(1), at.saturating_add(1));
        }
    }

    /// Whether any column is looked at for names.
    pub(super) const fn has_names(&self) -> bool {
        !self.names.is_empty()
    }

    /// What the name of a column says.
    pub(super) fn name(&self, column: usize) -> Option<Word> {
        self.columns.get(column).copied().flatten()
    }

    /// Where the cell begins that `start` lies in, and its column; `None` far right in a long line.
    pub(super) fn cell(&mut self, bytes: &[u8], start: usize) -> Option<(usize, usize)> {
        self.row.cell(bytes, start, self.delimiter)
    }
}

/// What stands in a column of this name, where it has no digit to find it by.
fn names_in(cell: &[u8], context: &Context) -> Option<Entity> {
    let name = String::from_utf8_lossy(cell).to_lowercase().replace(['_', '-'], " ");
    let name = name.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\u{FEFF}');
    let of_bank = name_of(cell, context).is_some_and(|word| word.names & bit(Entity::SwiftBic) != 0);
    if of_bank {
        return Some(Entity::SwiftBic);
    }
    NAMES.iter().find(|(_, words)| words.contains(&name)).map(|(entity, _)| *entity)
}

/// Names of columns of names.
const NAMES: [(Entity, &[&str]); 3] = [
    (
        Entity::Person,
        &[
            "姓名",
            "名字",
            "客户姓名",
            "客戶姓名",
            "联系人",
            "聯絡人",
            "聯繫人",
            "收件人",
            "负责人",
            "負責人",
            "经办人",
            "經辦人",
            "name",
            "full name",
            "customer name",
            "contact",
            "contact name",
            "contact person",
            "client name",
            "holder",
        ],
    ),
    (
        Entity::Org,
        &[
            "公司",
            "公司名称",
            "公司名稱",
            "单位",
            "單位",
            "企业名称",
            "企業名稱",
            "单位名称",
            "客户名称",
            "company",
            "company name",
            "organisation",
            "organization",
            "employer",
            "account name",
        ],
    ),
    (
        Entity::Address,
        &[
            "地址",
            "住址",
            "联系地址",
            "聯絡地址",
            "通讯地址",
            "通訊地址",
            "家庭住址",
            "收货地址",
            "收貨地址",
            "寄送地址",
            "公司地址",
            "address",
            "home address",
            "mailing address",
            "street address",
            "postal address",
            "shipping address",
        ],
    ),
];

fn trimmed(bytes: &[u8], mut cell: Range<usize>) -> Range<usize> {
    let outside = |at: usize| bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'"' | b'\r' | b'\t'));
    while cell.start < cell.end && outside(cell.start) {
        cell.start = cell.start.saturating_add(1);
    }
    while cell.start < cell.end && outside(cell.end.saturating_sub(1)) {
        cell.end = cell.end.saturating_sub(1);
    }
    cell
}

/// What a name says: its last word, with the one that qualifies it. Underscores are spaces, as in `phone_no`.
fn name_of(cell: &[u8], context: &Context) -> Option<Word> {
    let cell: Vec<u8> = cell.iter().map(|byte| if *byte == b'_' { b' ' } else { *byte }).collect();
    let found: Vec<_> = (0..cell.len())
        .filter_map(|at| {
            let word = context.match_at(&cell, at, cell.len())?;
            Some((at, at.saturating_add(word.text.len()), word))
        })
        .collect();
    let (begin, end, word) = *found.iter().max_by_key(|(_, end, word)| (*end, word.text.len()))?;
    Some(qualified(begin, end, word, found.iter().rev()))
}
