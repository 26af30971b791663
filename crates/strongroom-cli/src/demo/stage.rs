//! Where the story is told: each act with what was expected and what happened.

use crate::text::{one_line, width};
use serde::Serialize;
use std::io::{self, Write};

/// One act.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Act {
    /// Its number, from 1.
    pub(crate) number: u32,
    /// What it shows.
    pub(crate) title: &'static str,
    /// The same in Chinese.
    pub(crate) title_zh: &'static str,
    /// What was expected, and what happened.
    pub(crate) checks: Vec<Check>,
}

/// One expectation.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Check {
    /// What should happen.
    pub(crate) expected: String,
    /// What did.
    pub(crate) happened: String,
    /// Whether that is the same; `None` where there was nothing to try it on.
    pub(crate) ok: Option<bool>,
}

/// Tells the story and remembers it.
pub(crate) struct Stage<'o> {
    out: &'o mut dyn Write,
    colour: bool,
    pub(crate) acts: Vec<Act>,
}

/// The column in which what happened begins, counted from the mark.
const EXPECTED_COLUMNS: usize = 54;
/// How wide what happened may be; more goes to further lines.
const HAPPENED_COLUMNS: usize = 72;

impl<'o> Stage<'o> {
    pub(crate) fn new(out: &'o mut dyn Write, colour: bool) -> Self {
        Self { out, colour, acts: Vec::new() }
    }

    /// Whether every act went as expected.
    pub(crate) fn all_ok(&self) -> bool {
        self.checks().all(|check| check.ok != Some(false))
    }

    pub(crate) fn checks(&self) -> impl Iterator<Item = &Check> {
        self.acts.iter().flat_map(|act| &act.checks)
    }

    /// A line of its own.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")?;
        self.out.flush()
    }

    /// The next act begins.
    pub(crate) fn act(&mut self, title: &'static str, title_zh: &'static str) -> io::Result<()> {
        let number = u32::try_from(self.acts.len()).unwrap_or(u32::MAX).saturating_add(1);
        self.acts.push(Act { number, title, title_zh, checks: Vec::new() });
        let heading = self.painted("1", &format!("{number:>2}  {title} · {title_zh}"));
        self.line(&format!("\n{heading}"))
    }

    /// Says what was expected and what happened; further lines of what happened stand below the first.
    pub(crate) fn check(&mut self, expected: &str, ok: bool, happened: impl Into<String>) -> io::Result<()> {
        self.tell(expected, Some(ok), happened.into())
    }

    /// There was nothing to try it on.
    pub(crate) fn skip(&mut self, expected: &str, why: impl Into<String>) -> io::Result<()> {
        self.tell(expected, None, why.into())
    }

    fn tell(&mut self, expected: &str, ok: Option<bool>, happened: String) -> io::Result<()> {
        let mark = match ok {
            Some(true) => self.painted("32", "✔"),
            Some(false) => self.painted("1;31", "✘"),
            None => self.painted("33", "–"),
        };
        let room = EXPECTED_COLUMNS.saturating_sub(width(expected)).max(1);
        let gap = " ".repeat(room);
        let indent = " ".repeat(EXPECTED_COLUMNS.saturating_add(6));
        let mut lines = happened.lines().flat_map(|line| wrapped(&one_line(line)));
        let mut text = format!("    {mark} {expected}{gap}{}", lines.next().unwrap_or_default());
        for line in lines {
            text.push('\n');
            text.push_str(&indent);
            text.push_str(&line);
        }
        self.line(&text)?;
        if let Some(act) = self.acts.last_mut() {
            act.checks.push(Check { expected: expected.to_owned(), happened, ok });
        }
        Ok(())
    }

    fn painted(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// The line, broken at spaces where it is too wide.
fn wrapped(line: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut now = String::new();
    for word in line.split(' ') {
        let wide = width(&now).saturating_add(width(word)) >= HAPPENED_COLUMNS;
        if wide && !now.is_empty() {
            lines.push(std::mem::take(&mut now));
        }
        if !now.is_empty() {
            now.push(' ');
        }
        now.push_str(word);
    }
    lines.push(now);
    lines
}
