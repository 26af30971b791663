//! What is wrong with a schema or a policy, where, and what was probably meant.

use std::fmt;

/// Where in a file. Lines and columns count from 1; columns count characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as the caller named it.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// One thing that is wrong with a schema or a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigProblem {
    /// Where, when the configuration came from a text.
    pub place: Option<Place>,
    /// Which part, such as `grants[2].roles`; empty when the text as a whole is meant.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// The known name that is nearest to the unknown one.
    pub suggestion: Option<String>,
    pub(crate) steps: Vec<Step>,
}

/// One step from the root of a configuration to a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Index(usize),
    Key(String),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

impl ConfigProblem {
    pub(crate) fn new(steps: Vec<Step>, message: String) -> Self {
        let mut path = String::new();
        for step in &steps {
            match step {
                Step::Index(index) => path.extend(["[", &index.to_string(), "]"]),
                Step::Key(key) if path.is_empty() => path.push_str(key),
                Step::Key(key) => path.extend([".", key]),
            }
        }
        Self { place: None, path, message, suggestion: None, steps }
    }

    /// Adds the nearest of the known names, if one is near.
    pub(crate) fn meaning<'a>(mut self, unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        self.suggestion = nearest(unknown, known);
        self
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{}:{}:{}: ", place.file, place.line, place.column)?;
        }
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match &self.suggestion {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

/// A schema or a policy is refused, wholly: every problem that was found, at least one.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError(Vec<ConfigProblem>);

// What `main` prints when an error reaches it: the lines for people, not the parts they are made of.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl ConfigError {
    pub(crate) fn unless_empty(problems: Vec<ConfigProblem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self(problems)) }
    }

    pub(crate) fn into_problems(self) -> Vec<ConfigProblem> {
        self.0
    }

    #[cfg(feature = "toml")]
    pub(crate) fn problems_mut(&mut self) -> &mut [ConfigProblem] {
        &mut self.0
    }

    /// The problems, at least one.
    pub fn problems(&self) -> &[ConfigProblem] {
        &self.0
    }
}

impl From<ConfigProblem> for ConfigError {
    fn from(problem: ConfigProblem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// The known name within a third of the unknown one's length in edits, at least one, and not all of it.
pub(crate) fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let length = unknown.chars().count();
    let bound = length.div_euclid(3).max(1).min(length.saturating_sub(1));
    let (edits, name) = known.into_iter().map(|name| (edits(unknown, name), name)).min()?;
    (edits <= bound).then(|| name.to_owned())
}

/// How many characters must be changed, added, dropped or swapped with their neighbour (optimal string alignment).
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let at = |row: &[usize], i: usize| row.get(i).copied().unwrap_or(usize::MAX);
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i.saturating_add(1)];
        for (j, y) in b.iter().enumerate() {
            let change = at(&above, j).saturating_add(usize::from(x != y));
            let add = at(&row, j).saturating_add(1);
            let drop = at(&above, j.saturating_add(1)).saturating_add(1);
            let mut best = change.min(add).min(drop);
            let swapped = i > 0
                && j > 0
                && a.get(i.saturating_sub(1)) == Some(y)
                && b.get(j.saturating_sub(1)) == Some(x);
            if swapped {
                best = best.min(at(&before, j.saturating_sub(1)).saturating_add(1));
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_or_none() {
        let known = ["sales", "support", "manager"];
        let check = |unknown: &str, expected: Option<&str>| {
            assert_eq!(nearest(unknown, known).as_deref(), expected, "{unknown}");
        };
        check("saels", Some("sales"));
        check("sale", Some("sales"));
        check("Sales", Some("sales"));
        check("suport", Some("support"));
        check("mangaer", Some("manager"));
        check("dpo", None);
        check("", None);
        assert_eq!(nearest("b", ["a"]), None);
        check("xyzzy", None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn edits_are_counted() {
        for (a, b, expected) in
            [("", "", 0), ("", "ab", 2), ("ab", "", 2), ("ab", "ba", 1), ("电话", "电", 1)]
        {
            assert_eq!(edits(a, b), expected, "{a} {b}");
        }
    }
}
