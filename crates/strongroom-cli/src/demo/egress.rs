//! Acts 6 to 8: what may leave, what may not, and somebody who looks at too much.

use super::{
    Story, find,
    stage::Stage,
    world::{field, kind},
};
use crate::error::CliError;
use std::collections::BTreeMap;
use strongroom::{Error, Export, ExportRequest, NoticeKind, Selection, Vault, envelope::sha256};
use strongroom_dlp::{Entity, Scanner};
use strongroom_types::Action;

/// Act 6.
pub(super) fn blocked(story: &Story, vault: &Vault, stage: &mut Stage<'_>) -> Result<(), CliError> {
    stage.act("Identity numbers do not leave the house", "外发被拦截")?;
    let wang = story.session(vault, "wang", "contract")?.because("onboarding of a partner");
    let expected = "an export to a partner is scanned and blocked";
    match wang.export(&request(story, vault, false)?)? {
        Export::Blocked { findings, verdict } => {
            let rules: Vec<&str> =
                verdict.reasons.iter().filter_map(|reason| reason.rule.as_deref()).collect();
            let mut rules: Vec<String> = rules.into_iter().map(|rule| format!("rule: {rule}")).collect();
            rules.sort();
            rules.dedup();
            stage.check(expected, true, format!("blocked: {}\n{}", counted(&findings), rules.join("\n")))?;
        }
        Export::NeedsApproval { approval, .. } if !holds_identity(story) => {
            wang.withdraw(approval.approval)?;
            stage.skip(expected, "these customers have no identity or card number that is blocked")?;
        }
        Export::NeedsApproval { findings, .. } => {
            stage.check(
                expected,
                false,
                format!("only an approval was asked for: {}", counted(&findings)),
            )?;
        }
        Export::Released(_) => stage.check(expected, false, "it left")?,
    }
    let zhou = story.session(vault, "zhou", "service")?.because("demo");
    let refused = zhou.export(&request(story, vault, false)?);
    let words = match &refused {
        Err(Error::Denied(denial)) => format!("zhou: {}", denial.explain_en()),
        Err(error) => error.to_string(),
        Ok(_) => "zhou took it out".to_owned(),
    };
    stage.check("support may take nothing out at all", matches!(refused, Err(Error::Denied(_))), words)?;
    Ok(())
}

/// Act 7.
pub(super) fn approved(story: &Story, vault: &Vault, stage: &mut Stage<'_>) -> Result<(), CliError> {
    stage.act("Redacted, and approved by somebody else, it goes", "脱敏加审批后放行")?;
    let wang = story.session(vault, "wang", "contract")?.because("onboarding of a partner");
    let Export::NeedsApproval { approval, records, .. } = wang.export(&request(story, vault, true)?)? else {
        return Ok(stage.check("the redacted file waits for approval", false, "it did not wait")?);
    };
    let id = approval.approval;
    stage.check(
        "the redacted file waits for approval, sealed",
        approval.state == "open",
        format!("{records} records, waiting for a person with the role of approver"),
    )?;
    let own = wang.approve(id);
    stage.check("nobody approves their own request", own.is_err(), said("wang", own.as_ref().err()))?;
    let early = wang.release(id);
    stage.check("nor does it leave before", early.is_err(), said("wang", early.as_ref().err()))?;
    let voted = story.session(vault, "lin", "legal")?.because("checked").approve(id)?;
    stage.check("a second person approves exactly this content", voted.state == "granted", {
        format!("lin: bound to {:.16}…", voted.binding.to_string())
    })?;
    let released = wang.release(id)?;
    let path = story.world.put_out("partner.csv", &released.content)?;
    let (clean, line) = without_findings(&released.content);
    let salted = [released.salt.as_slice(), &released.content].concat();
    stage.check(
        "it leaves once, without what was found",
        sha256(&salted) == released.digest && clean,
        format!("{}\n{line}", path.display()),
    )?;
    let again = wang.release(id);
    stage.check("the approval is used up", again.is_err(), said("wang", again.as_ref().err()))?;
    Ok(())
}

/// Act 8.
pub(super) fn alert(story: &Story, vault: &Vault, stage: &mut Stage<'_>) -> Result<(), CliError> {
    stage.act("Somebody looks at very many customers", "批量查看告警")?;
    let zhou = story.session(vault, "zhou", "service")?;
    let page = zhou.list(&kind("customer")?, None, 150)?;
    let chen = story.session(vault, "chen", "legal")?.because("demo");
    let notices = chen.notices()?;
    let raised = notices.iter().find_map(|notice| match &notice.kind {
        NoticeKind::BulkAccess { rule, threshold, severity, .. } if notice.actor == zhou.actor() => {
            Some(format!("{severity} alert by `{rule}`: more than {threshold} customers"))
        }
        _ => None,
    });
    let expected = "an alert for whoever must know, and in the log";
    if raised.is_none() && page.views.len() <= 20 {
        return Ok(stage.skip(expected, "too few customers to look at very many")?);
    }
    let seen = page.views.len();
    let words = raised.clone().unwrap_or_else(|| "no alert".to_owned());
    stage.check(expected, raised.is_some(), format!("zhou lists {seen}\n{words}"))?;
    Ok(())
}

/// Whether the scanner finds nothing in any value of a released file, and its first row. The mark at the end of each
/// row, which says whom to ask when the file turns up elsewhere, is no value.
fn without_findings(content: &[u8]) -> (bool, String) {
    let scanner = Scanner::new();
    let (mut clean, mut first) = (true, None);
    for row in csv::Reader::from_reader(content).into_records() {
        let Ok(row) = row else { return (false, String::new()) };
        let values: Vec<&str> = row.iter().take(row.len().saturating_sub(1)).collect();
        clean &= values.iter().all(|value| scanner.scan(value.as_bytes()).is_empty());
        first.get_or_insert_with(|| values.join(","));
    }
    (clean && first.is_some(), first.unwrap_or_default())
}

fn request(story: &Story, vault: &Vault, redact: bool) -> Result<ExportRequest, CliError> {
    let finder = story.session(vault, "wang", "contract")?;
    let wanted = &story.cast.wanted;
    let records = wanted.iter().map(|known| Ok(find(&finder, known)?.record));
    let fields = ["customer_no", "phone", "email", "national_id", "bank_card"];
    Ok(ExportRequest {
        action: Action::Export,
        kind: kind("customer")?,
        selection: Selection::Records(records.collect::<Result<_, CliError>>()?),
        fields: fields.into_iter().map(field).collect::<Result<_, _>>()?,
        recipient: "Partner".to_owned(),
        recipients: vec!["partner@example.com".to_owned()],
        redact,
    })
}

fn holds_identity(story: &Story) -> bool {
    let identity = |name: &str| matches!(name, "national_id" | "bank_card");
    story.cast.wanted.iter().flat_map(|known| &known.more).any(|(name, _)| identity(name))
}

fn counted(findings: &BTreeMap<Entity, u64>) -> String {
    findings.iter().map(|(entity, n)| format!("{n} {entity}")).collect::<Vec<_>>().join(", ")
}

fn said(who: &str, error: Option<&Error>) -> String {
    error.map_or_else(|| format!("{who} could"), |error| format!("{who}: {error}"))
}
