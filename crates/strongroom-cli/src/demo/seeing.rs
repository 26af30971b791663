//! Acts 3 to 5: who sees what, who finds what, and a document.

use super::{
    Story, find,
    stage::Stage,
    world::{field, kind},
};
use crate::{error::CliError, text::shown};
use strongroom::{Error, Shown, Vault, envelope::sha256};

/// Act 3.
pub(super) fn viewed(story: &Story, vault: &Vault, stage: &mut Stage<'_>) -> Result<(), CliError> {
    stage.act("The right people see, the others hear why not", "各见其所当见")?;
    let known = &story.cast.shown;
    let wang = story.session(vault, "wang", "service")?;
    let record = find(&wang, known)?.record;
    let view = wang.view(record)?;
    let customer = view.customer;
    stage.check(
        "a manager sees the telephone number",
        view.field("phone") == Some(&Shown::Clear(known.phone.clone())),
        format!("wang: {}", shown(view.field("phone"))),
    )?;
    stage.check(
        "but no identity number while the purpose is service",
        view.field("national_id").is_none_or(|field| field.text().is_none()),
        format!("wang: {}", or_nothing(shown(view.field("national_id")))),
    )?;
    let masked = story.session(vault, "zhou", "service")?.view(record)?;
    let phone = masked.field("phone");
    stage.check(
        "support sees the end of the number only",
        matches!(phone, Some(Shown::Masked(text)) if *text != known.phone),
        format!("zhou: {}", shown(phone)),
    )?;
    let refused = story.session(vault, "sun", "service")?.view(record);
    let (ok, words) = match &refused {
        Err(Error::Denied(denial)) => {
            (true, format!("sun: {}\n{}", denial.explain_en(), denial.explain_zh()))
        }
        Err(error) => (false, error.to_string()),
        Ok(_) => (false, "sun saw it".to_owned()),
    };
    stage.check("sales may not look at a customer of others", ok, words)?;
    let chen = story.session(vault, "chen", "legal")?.because("demo");
    let seen = chen.who_saw(customer)?;
    let looks: Vec<String> = seen
        .iter()
        .filter(|one| one.action == "view")
        .map(|one| {
            let name = story.world.staff.name(one.actor);
            format!("{name} {}", if one.allowed == Some(true) { "saw" } else { "was refused" })
        })
        .collect();
    stage.check("the log knows all three", looks.len() == 3, looks.join(", "))?;
    Ok(())
}

/// Act 4.
pub(super) fn searched(story: &Story, vault: &Vault, stage: &mut Stage<'_>) -> Result<(), CliError> {
    stage.act("Found by value, though the store holds no value", "盲索引检索")?;
    let known = &story.cast.shown;
    let customer = kind("customer")?;
    let phone = field("phone")?;
    let spelt = spaced(&known.phone);
    let wang = story.session(vault, "wang", "service")?;
    let found = wang.search(&customer, &phone, &spelt)?;
    let hit = found.iter().any(|view| view.field("customer_no").and_then(Shown::text) == Some(&known.number));
    let words = if hit { format!("wang searches {spelt}: {}", known.number) } else { "not found".to_owned() };
    stage.check("a manager finds a number however it is spelt", hit, words)?;
    let refused = story.session(vault, "zhou", "service")?.search(&customer, &phone, &known.phone);
    let words = match &refused {
        Err(error) => format!("zhou: {error}"),
        Ok(_) => "zhou could search".to_owned(),
    };
    let ok = matches!(refused, Err(Error::FieldWithheld { .. }));
    stage.check("who sees it masked may not guess it by searching", ok, words)?;
    Ok(())
}

/// Act 5.
pub(super) fn document(story: &Story, vault: &Vault, stage: &mut Stage<'_>) -> Result<(), CliError> {
    stage.act("A document, sealed in chunks under the customer's key", "附件加密存取")?;
    let wang = story.session(vault, "wang", "contract")?;
    let customer = find(&wang, &story.cast.leaving)?.customer;
    let line = format!("服务协议 {} {}\n", story.cast.leaving.name, story.cast.leaving.phone);
    let content = line.repeat(200_000_usize.div_ceil(line.len()));
    let attached = wang.attach(customer, "协议.txt", "text/plain", &mut content.as_bytes())?;
    let mut back = Vec::new();
    let opened = wang.open_document(attached.record, &mut back)?;
    let same = sha256(&back) == sha256(content.as_bytes());
    stage.check(
        "what was attached comes back byte for byte",
        same && opened.bytes == attached.bytes,
        format!("wang: {} bytes, SHA-256 {:.16}…", back.len(), sha256(&back).to_string()),
    )?;
    let refused = story.session(vault, "zhou", "service")?.open_document(attached.record, &mut Vec::new());
    let words = match &refused {
        Err(Error::Denied(denial)) => format!("zhou: {}", denial.explain_en()),
        Err(error) => error.to_string(),
        Ok(_) => "zhou opened it".to_owned(),
    };
    stage.check("support may not open it", matches!(refused, Err(Error::Denied(_))), words)?;
    Ok(())
}

/// The same number as somebody else would write it.
fn spaced(phone: &str) -> String {
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let tail = digits.saturating_sub(4);
    let mut seen = 0_usize;
    let mut out = String::new();
    for character in phone.chars().filter(|character| !matches!(character, ' ' | '-')) {
        if character.is_ascii_digit() {
            seen = seen.saturating_add(1);
            if seen == tail.saturating_add(1) {
                out.push('-');
            }
        }
        out.push(character);
    }
    out
}

fn or_nothing(text: String) -> String {
    if text.is_empty() { "nothing".to_owned() } else { text }
}
