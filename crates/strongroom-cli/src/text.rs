//! Text for a terminal: cells that cannot move the cursor, and columns that line up with Chinese in them.

use strongroom::Shown;

/// What a person sees of a shown field: masked and hidden values stand in brackets that no value has.
pub(crate) fn shown(shown: Option<&Shown>) -> String {
    match shown {
        Some(Shown::Clear(text)) => one_line(text),
        Some(Shown::Masked(text)) => format!("⟨{}⟩", one_line(text)),
        Some(Shown::Redacted) => "⟨hidden⟩".to_owned(),
        None => String::new(),
    }
}

/// Text on one line, without anything that a terminal would obey.
///
/// SECURITY: values come from customers; an escape sequence in one must not reach the operator's terminal.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if is_unseen(c) { '·' } else { c }).collect()
}

fn is_unseen(c: char) -> bool {
    // Controls, and the marks that reorder what stands beside them.
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// How many columns a terminal gives the text.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036f | 0x200b..=0x200d | 0xfe00..=0xfe0f => 0,
        // East Asian wide and full-width forms (Unicode UAX #11).
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0x33ff
        | 0x3400..=0x4dbf
        | 0x4e00..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// The text cut to at most `columns`, with an ellipsis where it was cut.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1_usize;
    for c in text.chars() {
        used = used.saturating_add(char_width(c));
        if used > columns {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// A table whose columns line up.
#[derive(Debug, Default)]
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// No cell of a table is wider.
const CELL_COLUMNS_MAX: usize = 44;

impl Table {
    pub(crate) fn new<S: Into<String>>(head: impl IntoIterator<Item = S>) -> Self {
        Self { head: head.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    pub(crate) fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows
            .push(cells.into_iter().map(|cell| cut(&one_line(&cell.into()), CELL_COLUMNS_MAX)).collect());
    }

    /// The lines, without trailing spaces, each with its line break.
    pub(crate) fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).chain([self.head.len()]).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                let cells = self.rows.iter().chain([&self.head]).filter_map(|row| row.get(column));
                cells.map(|cell| width(cell)).max().unwrap_or(0)
            })
            .collect();
        let head = Some(&self.head).filter(|head| !head.is_empty());
        head.into_iter().chain(&self.rows).fold(String::new(), |mut out, row| {
            let mut line = String::new();
            for (cell, column) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.push_str(&" ".repeat(column.saturating_sub(width(cell)).saturating_add(2)));
            }
            out.push_str(line.trim_end());
            out.push('\n');
            out
        })
    }
}

/// `1 record`, `2 records`.
pub(crate) fn count(n: u64, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_with_chinese_in_them() {
        let mut table = Table::new(["name", "phone"]);
        table.row(["王小明", "1"]);
        table.row(["Li", "2"]);
        assert_eq!(table.render(), "name    phone\n王小明  1\nLi      2\n");
    }

    #[test]
    fn a_value_cannot_drive_the_terminal() {
        assert_eq!(one_line("a\u{1b}[2Jb\nc\u{202e}d"), "a·[2Jb·c·d");
        assert_eq!(shown(Some(&Shown::Redacted)), "⟨hidden⟩");
        assert_eq!(shown(Some(&Shown::Masked("***8".to_owned()))), "⟨***8⟩");
    }

    #[test]
    fn a_cut_never_exceeds_its_columns() {
        for columns in 1..12 {
            assert!(width(&cut("合同号 HT-2023 合同", columns)) <= columns);
        }
        assert_eq!(cut("short", 5), "short");
    }
}
