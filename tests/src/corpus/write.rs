//! Writes a document piece by piece, and notes where each value is.

use super::decoy::{self, DecoyKind};
use super::draw::Draw;
use super::spec::{Spec, Written};
use super::{Decoy, Document, Label, Language, Style, Variant, people, specs};
use crate::generate::SplitMix;

/// A document under way.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) rng: SplitMix,
    pub(super) language: Language,
    text: String,
    labels: Vec<Label>,
    decoys: Vec<Decoy>,
}

impl Writer {
    pub(super) const fn new(rng: SplitMix, language: Language) -> Self {
        Self { rng, language, text: String::new(), labels: Vec::new(), decoys: Vec::new() }
    }

    pub(super) fn finish(self, style: Style) -> Document {
        let Self { language, text, labels, decoys, .. } = self;
        Document { style, language, text, labels, decoys }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// A value and its label.
    pub(super) fn value(&mut self, entity: &'static str, variant: Variant, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.labels.push(Label { entity, variant, start, end: self.text.len() });
    }

    /// A look-alike and its note.
    pub(super) fn look_alike(&mut self, kind: DecoyKind, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.decoys.push(Decoy { kind, start, end: self.text.len() });
    }

    pub(super) fn written(&mut self, entity: &'static str, written: &Written) {
        self.push(&written.before);
        self.value(entity, written.variant, &written.text);
        self.push(&written.after);
    }

    /// Fills a template. Slots: `{f}` a value beside its word, `{v}` a value that needs none, `{d}` a look-alike, `{p}` a
    /// person in a sentence, `{name}` one behind a label, `{o}` an organisation, `{a}` an address, `{t}` a time of day, `{n}` a small number, and `{phone}`, `{mail}`,
    /// `{id}`, `{card}`, `{iban}`, `{plate}`, `{net}`, `{token}`, `{key}` a value of that kind without a word.
    pub(super) fn fill(&mut self, template: &str) {
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (slot, after) = after.split_once('}').unwrap_or((after, ""));
            self.push(before);
            self.slot(slot);
            rest = after;
        }
        self.push(rest);
    }

    fn slot(&mut self, slot: &str) {
        match slot {
            "f" => self.field(|spec| !spec.has_lines),
            "v" => self.bare(|spec| !spec.has_lines),
            "d" => decoy::phrase(self),
            "p" => people::person(self),
            "name" => people::labelled_person(self),
            "o" => people::organisation(self),
            "a" => people::address(self),
            "t" => {
                let time = format!("{:02}:{:02}", self.rng.between(8, 20), self.rng.between(0, 59));
                self.push(&time);
            }
            "n" => {
                let number = self.rng.between(2, 30).to_string();
                self.push(&number);
            }
            "phone" => self.bare(|spec| spec.entity == "PHONE"),
            "mail" => self.bare(|spec| spec.entity == "EMAIL"),
            "id" => {
                let national = match self.language {
                    Language::Simplified => "CN_RESIDENT_ID",
                    Language::Traditional => "TW_NATIONAL_ID",
                    Language::English => "US_SSN",
                };
                self.bare(|spec| spec.entity == national);
            }
            "card" => self.bare(|spec| spec.entity == "CREDIT_CARD"),
            "iban" => self.bare(|spec| spec.entity == "IBAN"),
            "plate" => self.bare(|spec| spec.entity == "LICENSE_PLATE"),
            "net" => self.bare(|spec| matches!(spec.entity, "IP_ADDRESS" | "MAC_ADDRESS")),
            "token" => {
                self.bare(|spec| {
                    matches!(
                        spec.entity,
                        "JWT" | "AWS_KEY" | "GITHUB_TOKEN" | "SLACK_TOKEN" | "URL_CREDENTIALS"
                    )
                });
            }
            "key" => self.secret(),
            // A misspelt slot shows in the text and in the test that looks for braces.
            other => self.push(&format!("{{{other}}}")),
        }
    }

    /// One of the kinds that fit, by their shares; of all kinds alike now and then, so that rare ones are not too rare.
    pub(super) fn choose(&mut self, fits: impl Fn(&Spec) -> bool) -> Option<&'static Spec> {
        let fitting: Vec<&Spec> =
            specs::all().filter(|spec| fits(spec) && !spec.words.of(self.language).is_empty()).collect();
        if fitting.is_empty() {
            return None;
        }
        if self.rng.chance(35) {
            let at = self.rng.at(fitting.len());
            return fitting.get(at).copied();
        }
        let total: u32 = fitting.iter().map(|spec| spec.share).fold(0, u32::saturating_add);
        let mut left = self.rng.number(total);
        fitting.into_iter().find(|spec| {
            let found = left < spec.share;
            left = left.saturating_sub(spec.share);
            found
        })
    }

    /// A word, something between, and a value.
    pub(super) fn field(&mut self, fits: impl Fn(&Spec) -> bool) {
        let Some(spec) = self.choose(fits) else { return };
        let written = spec.labelled(&mut self.rng, self.language);
        // An abbreviation is a word already; half the time the ordinary word stands before it too.
        let has_acronym = written.variant == Variant::Prefixed && !written.before.is_empty();
        if !has_acronym {
            let word = self.rng.one(spec.words.of(self.language));
            let joint = self.joint(word);
            self.push(word);
            self.push(joint);
        }
        self.written(spec.entity, &written);
    }

    fn joint(&mut self, word: &str) -> &'static str {
        let ends_latin = word.ends_with(|c: char| c.is_ascii_alphanumeric());
        match self.language {
            Language::English if word.ends_with('.') => self.rng.one(&[" ", ": ", " "]),
            Language::English if word.contains('_') => self.rng.one(&["=", ": ", " = ", "="]),
            Language::English => self.rng.one(&[": ", ": ", " ", " is ", " = ", ":", " - ", " #"]),
            _ if ends_latin => self.rng.one(&["：", ": ", "：", " ", "=", "为"]),
            Language::Simplified => self.rng.one(&["：", "：", ":", "", "为", "是", " ", "： "]),
            Language::Traditional => self.rng.one(&["：", "：", ":", "", "為", "是", " ", "： "]),
        }
    }

    /// A value whose form says enough.
    fn bare(&mut self, fits: impl Fn(&Spec) -> bool) {
        let Some(spec) = self.choose(|spec| spec.is_bare() && fits(spec)) else { return };
        let written = spec.alone(&mut self.rng, self.language);
        self.written(spec.entity, &written);
    }

    /// A key or a token on lines of its own.
    fn secret(&mut self) {
        let is_key = self.rng.chance(60);
        self.push("\n");
        if is_key {
            self.bare(|spec| spec.entity == "PRIVATE_KEY");
        } else {
            self.slot("token");
        }
        self.push("\n");
    }
}
