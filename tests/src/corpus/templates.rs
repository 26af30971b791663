//! Sentences with slots, by style and language, and how they make a document.

mod english;
mod simplified;
mod traditional;

use super::draw::Draw;
use super::write::Writer;
use super::{Language, Style};

/// What the documents of a language are made of.
#[derive(Debug, Clone, Copy)]
struct Phrases {
    notes: &'static [&'static str],
    clauses: &'static [&'static str],
    subjects: &'static [&'static str],
    greetings: &'static [&'static str],
    mails: &'static [&'static str],
    signatures: &'static [&'static str],
    speakers: &'static [&'static str],
    chats: &'static [&'static str],
    /// Sentences without anything in them.
    fillers: &'static [&'static str],
    /// What ends a clause's number.
    numbering: fn(u32) -> String,
}

const fn phrases(language: Language) -> &'static Phrases {
    match language {
        Language::Simplified => &simplified::PHRASES,
        Language::Traditional => &traditional::PHRASES,
        Language::English => &english::PHRASES,
    }
}

/// Writes a document that is no table.
pub(super) fn write(writer: &mut Writer, style: Style) {
    let phrases = phrases(writer.language);
    match style {
        Style::Contract => contract(writer, phrases),
        Style::Email => email(writer, phrases),
        Style::Chat => chat(writer, phrases),
        Style::Note | Style::Csv => note(writer, phrases),
    }
}

fn note(writer: &mut Writer, phrases: &Phrases) {
    let apart = writer.rng.one(&["\n", " ", "\n\n", "\n- "]);
    for at in 0..writer.rng.between(2, 4) {
        if at > 0 {
            writer.push(apart);
        }
        sentence(writer, phrases.notes, phrases.fillers);
    }
    writer.push("\n");
}

fn contract(writer: &mut Writer, phrases: &Phrases) {
    for at in 1..=writer.rng.between(3, 5) {
        writer.push(&(phrases.numbering)(at));
        sentence(writer, phrases.clauses, phrases.fillers);
        writer.push("\n");
    }
}

fn email(writer: &mut Writer, phrases: &Phrases) {
    if writer.rng.chance(60) {
        writer.fill("From: {mail}\nTo: {mail}\n");
    }
    let subject = writer.rng.one(phrases.subjects);
    writer.fill(subject);
    writer.push("\n\n");
    let greeting = writer.rng.one(phrases.greetings);
    writer.fill(greeting);
    writer.push("\n\n");
    for _ in 0..writer.rng.between(2, 3) {
        sentence(writer, phrases.mails, phrases.fillers);
        writer.push("\n");
    }
    writer.push("\n");
    let signature = writer.rng.one(phrases.signatures);
    writer.fill(signature);
    writer.push("\n");
}

fn chat(writer: &mut Writer, phrases: &Phrases) {
    let form = writer.rng.one(&["[{t}] %", "% {t}\n", "%", "{t} %"]);
    for _ in 0..writer.rng.between(3, 6) {
        let speaker = writer.rng.one(phrases.speakers);
        writer.fill(&form.replace('%', speaker));
        sentence(writer, phrases.chats, phrases.fillers);
        writer.push("\n");
    }
}

/// One sentence of a pool; now and then one that holds nothing.
fn sentence(writer: &mut Writer, pool: &[&'static str], fillers: &[&'static str]) {
    let pool = if writer.rng.chance(10) { fillers } else { pool };
    let template = writer.rng.one(pool);
    writer.fill(template);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::SplitMix;

    #[test]
    fn every_pool_is_wide_and_every_slot_is_known() {
        for language in [Language::Simplified, Language::Traditional, Language::English] {
            let phrases = phrases(language);
            for pool in [phrases.notes, phrases.clauses, phrases.mails, phrases.chats] {
                assert!(pool.len() >= 8, "{language:?}");
            }
            let pools = [
                phrases.notes,
                phrases.clauses,
                phrases.subjects,
                phrases.greetings,
                phrases.mails,
                phrases.signatures,
                phrases.speakers,
                phrases.chats,
                phrases.fillers,
            ];
            for template in pools.into_iter().flatten() {
                let mut writer = Writer::new(SplitMix::new(1), language);
                writer.fill(template);
                let document = writer.finish(Style::Note);
                assert!(!document.text.contains("{}"), "{template}");
                for slot in template.split('{').skip(1) {
                    let slot = slot.split('}').next().unwrap();
                    let known = [
                        "f", "v", "d", "p", "name", "net", "token", "o", "a", "t", "n", "phone", "mail",
                        "id", "card", "iban", "plate", "key",
                    ];
                    assert!(known.contains(&slot), "{template}");
                }
            }
        }
    }
}
