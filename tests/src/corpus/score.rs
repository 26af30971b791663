//! What a scanner finds, held against what was planted.

use super::{DecoyKind, Document, SECOND_TIER, Variant};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
};

/// How far around a span an example shows the text, in characters.
const CONTEXT_CHARS: usize = 40;

/// A finding, by the name of its entity, so that scanners of any version can be scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The first byte in the text.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The name in the public contract.
    pub entity: &'static str,
}

/// How many values there were, how many of them were found exactly, and how many findings were false.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Labels.
    pub planted: u32,
    /// Labels with a finding of the same span and entity.
    pub found: u32,
    /// Findings without such a label.
    pub false_findings: u32,
}

impl Counts {
    /// Found of planted; 1 of none.
    pub fn recall(self) -> f64 {
        ratio(self.found, self.planted)
    }

    /// Right of all findings; 1 of none.
    pub fn precision(self) -> f64 {
        ratio(self.found, self.found.saturating_add(self.false_findings))
    }
}

fn ratio(part: u32, whole: u32) -> f64 {
    if whole == 0 { 1.0 } else { f64::from(part) / f64::from(whole) }
}

/// How many look-alikes there were, and how many of them some finding touched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// Look-alikes.
    pub planted: u32,
    /// Those that a finding of the first tier overlaps.
    pub reported: u32,
}

/// What an example shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A value was not found, or not exactly.
    Missed,
    /// Something was found that is not there.
    False,
}

/// A miss or a false finding, with the text around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// Which of the two.
    pub verdict: Verdict,
    /// What should have been, or was, reported.
    pub entity: &'static str,
    /// How a missed value was written.
    pub variant: Option<Variant>,
    /// What overlaps it on the other side: the findings at a miss, the labels and look-alikes at a false finding.
    pub instead: Vec<&'static str>,
    /// The text around it, itself between guillemets.
    pub text: String,
}

impl Display for Example {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Missed => "missed",
            Verdict::False => "false ",
        };
        let variant = self.variant.map_or("", Variant::name);
        write!(f, "{verdict} {} {variant} {:?} {}", self.entity, self.instead, self.text)
    }
}

/// The second tier's counts: nothing proves these, so they enter no other number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SecondTier {
    /// By entity.
    pub entities: BTreeMap<&'static str, Counts>,
}

/// The outcome over a corpus.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Documents scanned.
    pub documents: u32,
    /// The first tier by entity.
    pub entities: BTreeMap<&'static str, Counts>,
    /// The first tier by entity and variant; false findings have no variant.
    pub variants: BTreeMap<&'static str, BTreeMap<&'static str, Counts>>,
    /// Look-alikes by kind.
    pub decoys: BTreeMap<&'static str, Seen>,
    /// Persons, organisations and addresses.
    pub second_tier: SecondTier,
    /// Every miss and false finding of the first tier.
    #[serde(skip)]
    pub examples: Vec<Example>,
}

/// Scans every document and compares.
pub fn score(documents: &[Document], mut scan: impl FnMut(&str) -> Vec<Found>) -> Score {
    let mut score = Score::default();
    for document in documents {
        let findings = scan(&document.text);
        score.add(document, &findings);
    }
    score
}

fn add(count: &mut u32, more: bool) {
    *count = count.saturating_add(u32::from(more));
}

const fn overlap(a: (usize, usize), b: (usize, usize)) -> bool {
    a.0 < b.1 && b.0 < a.1
}

impl Score {
    /// The first tier together.
    pub fn micro(&self) -> Counts {
        total(self.entities.values())
    }

    /// The first tier of one variant together.
    pub fn variant(&self, variant: Variant) -> Counts {
        total(self.variants.values().filter_map(|variants| variants.get(variant.name())))
    }

    /// The look-alikes of one kind.
    pub fn decoy(&self, kind: DecoyKind) -> Seen {
        self.decoys.get(kind.name()).copied().unwrap_or_default()
    }

    fn add(&mut self, document: &Document, findings: &[Found]) {
        self.documents = self.documents.saturating_add(1);
        for label in &document.labels {
            let span = (label.start, label.end);
            let exact = Found { start: label.start, end: label.end, entity: label.entity };
            let is_found = findings.contains(&exact);
            let second = SECOND_TIER.contains(&label.entity);
            let counts = if second { &mut self.second_tier.entities } else { &mut self.entities }
                .entry(label.entity)
                .or_default();
            add(&mut counts.planted, true);
            add(&mut counts.found, is_found);
            if second {
                continue;
            }
            let counts =
                self.variants.entry(label.entity).or_default().entry(label.variant.name()).or_default();
            add(&mut counts.planted, true);
            add(&mut counts.found, is_found);
            if !is_found {
                let others = findings.iter().filter(|found| overlap((found.start, found.end), span));
                self.examples.push(Example {
                    verdict: Verdict::Missed,
                    entity: label.entity,
                    variant: Some(label.variant),
                    instead: others.map(|found| found.entity).collect(),
                    text: around(&document.text, span),
                });
            }
        }
        for found in findings {
            self.add_false(document, *found);
        }
        for decoy in &document.decoys {
            let seen = self.decoys.entry(decoy.kind.name()).or_default();
            let is_reported = findings.iter().any(|found| {
                !SECOND_TIER.contains(&found.entity)
                    && overlap((found.start, found.end), (decoy.start, decoy.end))
            });
            add(&mut seen.planted, true);
            add(&mut seen.reported, is_reported);
        }
    }

    /// Counts a finding that no label confirms.
    fn add_false(&mut self, document: &Document, found: Found) {
        let span = (found.start, found.end);
        let touched = || document.labels.iter().filter(|label| overlap((label.start, label.end), span));
        if touched()
            .any(|label| (label.start, label.end, label.entity) == (found.start, found.end, found.entity))
        {
            return;
        }
        if SECOND_TIER.contains(&found.entity) {
            let counts = self.second_tier.entities.entry(found.entity).or_default();
            add(&mut counts.false_findings, true);
            return;
        }
        // A number inside a street address belongs to what the second tier is scored for.
        if touched().any(|label| SECOND_TIER.contains(&label.entity)) {
            return;
        }
        add(&mut self.entities.entry(found.entity).or_default().false_findings, true);
        let decoys = document.decoys.iter().filter(|decoy| overlap((decoy.start, decoy.end), span));
        let instead =
            touched().map(|label| label.entity).chain(decoys.map(|decoy| decoy.kind.name())).collect();
        self.examples.push(Example {
            verdict: Verdict::False,
            entity: found.entity,
            variant: None,
            instead,
            text: around(&document.text, span),
        });
    }
}

fn total<'a>(counts: impl IntoIterator<Item = &'a Counts>) -> Counts {
    counts.into_iter().fold(Counts::default(), |sum, one| Counts {
        planted: sum.planted.saturating_add(one.planted),
        found: sum.found.saturating_add(one.found),
        false_findings: sum.false_findings.saturating_add(one.false_findings),
    })
}

/// A span between guillemets, with the text around it on one line.
fn around(text: &str, (start, end): (usize, usize)) -> String {
    let (before, value, after) = (text.get(..start), text.get(start..end), text.get(end..));
    let before: Vec<char> = before.unwrap_or("?").chars().rev().take(CONTEXT_CHARS).collect();
    let before: String = before.into_iter().rev().collect();
    let after: String = after.unwrap_or("?").chars().take(CONTEXT_CHARS).collect();
    format!("{before}«{}»{after}", value.unwrap_or("?")).replace(['\n', '\t'], " ⏎ ")
}

impl Display for Score {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let row = |f: &mut Formatter<'_>, name: &str, counts: Counts| {
            let Counts { planted, found, false_findings } = counts;
            let (precision, recall) = (counts.precision(), counts.recall());
            writeln!(f, "{name:<34}{planted:>8}{found:>8}{false_findings:>8}{precision:>11.4}{recall:>9.4}")
        };
        writeln!(
            f,
            "{:<34}{:>8}{:>8}{:>8}{:>11}{:>9}",
            "entity", "planted", "found", "false", "precision", "recall"
        )?;
        for (entity, counts) in &self.entities {
            row(f, entity, *counts)?;
            for (variant, counts) in self.variants.get(entity).into_iter().flatten() {
                // One variant alone would repeat the row above.
                if self.variants.get(entity).is_some_and(|variants| variants.len() > 1) {
                    let Counts { planted, found, .. } = *counts;
                    let name = format!("  {variant}");
                    writeln!(f, "{name:<34}{planted:>8}{found:>8}{:>28.4}", counts.recall())?;
                }
            }
        }
        for variant in Variant::ALL {
            let counts = self.variant(variant);
            let name = format!("all {}", variant.name());
            writeln!(f, "{name:<34}{:>8}{:>8}{:>28.4}", counts.planted, counts.found, counts.recall())?;
        }
        row(f, "all of the first tier", self.micro())?;
        for (entity, counts) in &self.second_tier.entities {
            row(f, &format!("second tier {entity}"), *counts)?;
        }
        for (kind, seen) in &self.decoys {
            let left = 1.0 - ratio(seen.reported, seen.planted.max(1));
            let name = format!("look-alike {kind}");
            writeln!(f, "{name:<34}{:>8}{:>8} reported{left:>19.4} left alone", seen.planted, seen.reported)?;
        }
        write!(f, "{} documents", self.documents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::corpus;

    fn perfect(document: &Document) -> Vec<Found> {
        let found = document.labels.iter();
        found.map(|label| Found { start: label.start, end: label.end, entity: label.entity }).collect()
    }

    #[test]
    fn a_scanner_that_knows_the_labels_scores_one_and_a_blind_one_finds_nothing() {
        let documents = corpus(9, 200);
        let mut left = documents.iter();
        let full = score(&documents, |_| perfect(left.next().unwrap()));
        assert_eq!(full.micro().found, full.micro().planted);
        assert_eq!((full.micro().false_findings, full.examples.len()), (0, 0));
        assert!(full.decoys.values().all(|seen| seen.reported == 0));
        let blind = score(&documents, |_| Vec::new());
        assert_eq!((blind.micro().found, blind.micro().false_findings), (0, 0));
        assert_eq!(blind.examples.len(), usize::try_from(blind.micro().planted).unwrap());
    }

    #[test]
    fn a_shifted_span_and_a_wrong_entity_are_a_miss_and_a_false_finding_each() {
        let documents = corpus(9, 200);
        let document = documents.iter().find(|d| d.labels.iter().any(|l| l.entity == "PHONE")).unwrap();
        let phone = perfect(document).into_iter().find(|found| found.entity == "PHONE").unwrap();
        for wrong in [
            Found { end: phone.end - 1, ..phone },
            Found { entity: "EMAIL", ..phone },
            Found { entity: "NEWCOMER", ..phone },
        ] {
            let outcome = score(std::slice::from_ref(document), |_| vec![wrong]);
            assert_eq!((outcome.micro().found, outcome.micro().false_findings), (0, 1));
            assert_eq!(outcome.entities[wrong.entity].false_findings, 1);
        }
    }

    #[test]
    fn examples_show_what_was_seen_on_one_line() {
        let text = around("前文\n电话13800138000后文", (13, 24));
        assert_eq!(text, "前文 ⏎ 电话«13800138000»后文");
    }
}
