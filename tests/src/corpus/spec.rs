//! How one kind of value is made, written and named.

use super::draw::Draw;
use super::{Language, Variant};
use crate::generate::SplitMix;

/// The words that people put beside a value, by language. No word, no value in documents of that language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub(super) simplified: &'static [&'static str],
    pub(super) traditional: &'static [&'static str],
    pub(super) english: &'static [&'static str],
}

impl Words {
    pub(super) const fn of(self, language: Language) -> &'static [&'static str] {
        match language {
            Language::Simplified => self.simplified,
            Language::Traditional => self.traditional,
            Language::English => self.english,
        }
    }
}

/// One kind of value: an entity may have several, such as the phones of several countries.
///
/// A way of writing is a mask: `#` takes the next character of the value, anything else stands for itself, and `~`
/// followed by a separator groups the whole value by four. Masks of another length than the value are left out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spec {
    pub(super) entity: &'static str,
    pub(super) make: fn(&mut SplitMix) -> String,
    pub(super) words: Words,
    /// How often it is drawn, compared with the others.
    pub(super) share: u32,
    plain: &'static [&'static str],
    spaced: &'static [&'static str],
    dashed: &'static [&'static str],
    prefixed: &'static [&'static str],
    /// Abbreviations that stand right before the value, outside its label.
    acronyms: &'static [&'static str],
    numerals: bool,
    wide: bool,
    /// In which variants it may stand without a word.
    bare: &'static [Variant],
    /// What stands around the value where no word does, such as the scheme and host of a URL.
    pub(super) frame: Option<(&'static [&'static str], &'static [&'static str])>,
    pub(super) has_lines: bool,
}

/// A value as it is written: the text of the label and what stands right before and after it.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) before: String,
    pub(super) text: String,
    pub(super) after: String,
    pub(super) variant: Variant,
}

impl Spec {
    pub(super) const fn new(
        entity: &'static str,
        make: fn(&mut SplitMix) -> String,
        simplified: &'static [&'static str],
        traditional: &'static [&'static str],
        english: &'static [&'static str],
    ) -> Self {
        Self {
            entity,
            make,
            words: Words { simplified, traditional, english },
            share: 10,
            plain: &[],
            spaced: &[],
            dashed: &[],
            prefixed: &[],
            acronyms: &[],
            numerals: false,
            wide: true,
            bare: &[],
            frame: None,
            has_lines: false,
        }
    }

    pub(super) const fn share(self, share: u32) -> Self {
        Self { share, ..self }
    }

    pub(super) const fn plain(self, plain: &'static [&'static str]) -> Self {
        Self { plain, ..self }
    }

    pub(super) const fn spaced(self, spaced: &'static [&'static str]) -> Self {
        Self { spaced, ..self }
    }

    pub(super) const fn dashed(self, dashed: &'static [&'static str]) -> Self {
        Self { dashed, ..self }
    }

    pub(super) const fn prefixed(self, prefixed: &'static [&'static str]) -> Self {
        Self { prefixed, ..self }
    }

    pub(super) const fn acronyms(self, acronyms: &'static [&'static str]) -> Self {
        Self { acronyms, ..self }
    }

    pub(super) const fn bare(self, bare: &'static [Variant]) -> Self {
        Self { bare, ..self }
    }

    pub(super) const fn numerals(self) -> Self {
        Self { numerals: true, ..self }
    }

    /// Never written in full width: mail addresses, tokens and the like are copied, not typed.
    pub(super) const fn copied(self) -> Self {
        Self { wide: false, ..self }
    }

    pub(super) const fn framed(
        self,
        before: &'static [&'static str],
        after: &'static [&'static str],
    ) -> Self {
        Self { frame: Some((before, after)), ..self }
    }

    /// Spans lines, so that it has no place in a table.
    pub(super) const fn lines(self) -> Self {
        Self { has_lines: true, ..self }
    }

    pub(super) const fn is_bare(&self) -> bool {
        !self.bare.is_empty()
    }

    /// A value to stand beside a word.
    pub(super) fn labelled(&self, rng: &mut SplitMix, language: Language) -> Written {
        let mut variants = vec![Variant::Spaced, Variant::Dashed, Variant::Prefixed];
        if language != Language::English {
            // Twice, since only two entities have numerals.
            variants.extend([Variant::FullWidth, Variant::ChineseNumerals, Variant::ChineseNumerals]);
        }
        variants.retain(|variant| self.has(*variant, true));
        let variant =
            if variants.is_empty() || rng.chance(45) { Variant::Plain } else { rng.copy(&variants) };
        self.write(rng, language, variant, true)
    }

    /// A value to stand alone; where only some variants are strong enough for that, one of them.
    pub(super) fn alone(&self, rng: &mut SplitMix, language: Language) -> Written {
        let fits = |variant: &&Variant| language != Language::English || **variant != Variant::FullWidth;
        let variants: Vec<&Variant> = self.bare.iter().filter(fits).collect();
        let variant = if variants.is_empty() { Variant::Plain } else { *rng.copy(&variants) };
        self.write(rng, language, variant, false)
    }

    /// A value for a cell under a header that names it.
    pub(super) fn cell(&self, rng: &mut SplitMix, language: Language) -> Written {
        let mut variants = vec![Variant::Spaced, Variant::Dashed, Variant::Prefixed, Variant::FullWidth];
        variants.retain(|variant| self.has(*variant, false));
        if language == Language::English {
            variants.retain(|variant| *variant != Variant::FullWidth);
        }
        let variant =
            if variants.is_empty() || rng.chance(60) { Variant::Plain } else { rng.copy(&variants) };
        self.write(rng, language, variant, false)
    }

    fn has(&self, variant: Variant, with_acronyms: bool) -> bool {
        match variant {
            Variant::Plain => true,
            Variant::FullWidth => self.wide,
            Variant::Spaced => !self.spaced.is_empty(),
            Variant::Dashed => !self.dashed.is_empty(),
            Variant::Prefixed => !self.prefixed.is_empty() || (with_acronyms && !self.acronyms.is_empty()),
            Variant::ChineseNumerals => self.numerals,
        }
    }

    fn write(&self, rng: &mut SplitMix, language: Language, variant: Variant, acronyms: bool) -> Written {
        let value = (self.make)(rng);
        let mut before = String::new();
        let masked = |rng: &mut SplitMix, masks: &[&str]| mask(rng, &value, masks);
        let text = match variant {
            Variant::Plain => masked(rng, self.plain),
            Variant::Spaced => masked(rng, self.spaced),
            Variant::Dashed => masked(rng, self.dashed),
            Variant::Prefixed
                if acronyms && !self.acronyms.is_empty() && (self.prefixed.is_empty() || rng.chance(30)) =>
            {
                before = acronym(rng, &value, self.acronyms);
                masked(rng, self.plain)
            }
            Variant::Prefixed => masked(rng, self.prefixed),
            Variant::FullWidth => {
                let masks = if rng.chance(30) && !self.dashed.is_empty() { self.dashed } else { self.plain };
                let text = masked(rng, masks);
                full_width(&text, rng.chance(50))
            }
            Variant::ChineseNumerals => numerals(rng, &value, language),
        };
        let after = match self.frame {
            Some((befores, afters)) => {
                before = rng.one(befores).to_string();
                rng.one(afters).to_string()
            }
            None => String::new(),
        };
        Written { before, text, after, variant }
    }
}

/// The value in one of the masks that fit its length, or as it is.
fn mask(rng: &mut SplitMix, value: &str, masks: &[&str]) -> String {
    let len = value.chars().count();
    let fits = |mask: &&&str| mask.starts_with('~') || mask.matches('#').count() == len;
    let masks: Vec<&&str> = masks.iter().filter(fits).collect();
    if masks.is_empty() {
        return value.to_owned();
    }
    let mask = rng.copy(&masks);
    if let Some(separator) = mask.strip_prefix('~') {
        let groups: Vec<String> =
            value.chars().collect::<Vec<_>>().chunks(4).map(|group| group.iter().collect()).collect();
        return groups.join(separator);
    }
    let mut rest = value.chars();
    mask.chars().map(|c| if c == '#' { rest.next().unwrap_or(c) } else { c }).collect()
}

fn acronym(rng: &mut SplitMix, value: &str, acronyms: &[&'static str]) -> String {
    // Glued only to digits: between letters nobody, reader or program, could tell where the value begins.
    let glue = if rng.chance(10) && value.starts_with(|c: char| c.is_ascii_digit()) {
        ""
    } else {
        rng.one(&[":", " ", ": ", "#", "=", "："])
    };
    format!("{}{glue}", rng.one(acronyms))
}

/// Letters, digits and signs in full width; dashes and spaces only on request, as people mix them.
fn full_width(text: &str, signs: bool) -> String {
    text.chars()
        .map(|c| match c {
            ' ' | '-' if !signs => c,
            ' ' => '\u{3000}',
            '!'..='~' => char::from_u32(u32::from(c).wrapping_add(0xfee0)).unwrap_or(c),
            c => c,
        })
        .collect()
}

/// Digits as Chinese numerals: of daily use, or those of accounts that cannot be altered.
fn numerals(rng: &mut SplitMix, value: &str, language: Language) -> String {
    let digits: Vec<char> = match (rng.number(5), language) {
        (0 | 1, _) => "〇一二三四五六七八九",
        (2, _) => "零一二三四五六七八九",
        (_, Language::Traditional) => "零壹貳參肆伍陸柒捌玖",
        (_, Language::Simplified | Language::English) => "零壹贰叁肆伍陆柒捌玖",
    }
    .chars()
    .collect();
    let numeral = |c: char| c.to_digit(10).and_then(|at| digits.get(usize::try_from(at).ok()?).copied());
    value.chars().map(|c| numeral(c).unwrap_or(c)).collect()
}
