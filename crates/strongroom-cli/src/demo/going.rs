//! Acts 9 to 11: a hold stops a purge, two customers go, and one of them is nowhere any more.

use super::{
    Story, find,
    given::{Given, Known},
    needle,
    stage::Stage,
};
use crate::{error::CliError, text::count};
use strongroom::{
    Error, ExitPlan, NoticeKind, Vault,
    audit::VerifierKey,
    cases::{ExitReason, ExitTrigger},
    retention::{Certificate, Outcome, PlanLine, ReasonCode, Scope, Status},
    types::Digest,
};
use strongroom_types::{CaseId, CustomerId, RecordId, TenantId};

/// Act 9.
pub(super) fn held(story: &mut Story, vault: &Vault, stage: &mut Stage<'_>) -> Result<(), CliError> {
    stage.act("A legal hold stops a purge", "诉讼保留阻止删除")?;
    let customer = customer(story, vault, &story.cast.leaving)?;
    let legal = story.session(vault, "legal", "legal")?;
    let reason = ReasonCode::new("litigation").map_err(|error| CliError::input(error.to_string()))?;
    let hold = legal.place_hold(Scope::Customer(customer), reason)?;
    let chen = story.session(vault, "chen", "legal")?.because("the customer asked to leave");
    let told = chen.notices()?.iter().any(|notice| {
        notice.actor == legal.actor()
            && matches!(&notice.kind, NoticeKind::Notify { role, .. } if role.as_str() == "dpo")
    });
    stage.check("legal places it, the officer is told", told, format!("hold {:.8}…", hold.to_string()))?;
    let case = chen.open_exit(customer, ExitTrigger::Manual, ExitReason::Service, Some("不再需要服务"))?;
    let plan = chen.plan_exit(case)?.plan;
    stage.check(
        "the plan of the exit erases nothing",
        plan.erase().is_empty() && !plan.held().is_empty(),
        format!("{} held, {} to erase", count_of(plan.held()), count_of(plan.erase())),
    )?;
    let run = chen.run_exit(case);
    let words = run.as_ref().err().map_or_else(|| "it ran".to_owned(), ToString::to_string);
    stage.check("and it does not run", matches!(run, Err(Error::Held)), format!("chen: {words}"))?;
    legal.release_hold(hold)?;
    let plan = chen.plan_exit(case)?.plan;
    stage.check(
        "released, everything of the customer would go",
        plan.whole_customer() && plan.held().is_empty(),
        format!("{} to erase", count(count_of(plan.erase()), "record")),
    )?;
    story.leaving_case = Some(case);
    Ok(())
}

/// Act 10. Answers the record that the law keeps.
pub(super) fn gone(
    story: &Story,
    vault: &Vault,
    stage: &mut Stage<'_>,
) -> Result<Option<RecordId>, CliError> {
    stage.act("Two customers go; the law keeps something of one", "客户退出：一人全清，一人依法留存")?;
    let chen = story.session(vault, "chen", "legal")?.because("the customer asked to leave");
    let lin = story.session(vault, "lin", "legal")?.because("second pair of eyes");
    let leaving = story.leaving_case.ok_or_else(|| CliError::input("the exit was not opened"))?;
    let kept_customer = customer(story, vault, &story.cast.kept)?;
    let kept = chen.open_exit(kept_customer, ExitTrigger::Manual, ExitReason::Price, None)?;
    let ExitPlan { plan, review_needed, .. } = chen.plan_exit(kept)?;
    let line = plan.restrict().first();
    let kept_record = line.map(|line| line.record);
    stage.check(
        "the plan keeps what commercial law keeps, sealed",
        !plan.restrict().is_empty() && !plan.erase().is_empty(),
        format!(
            "{}: {} go, {} until {}",
            story.cast.kept.number,
            count_of(plan.erase()),
            stays(plan.restrict()),
            line.map_or_else(String::new, until),
        ),
    )?;
    let own = chen.approve_exit(leaving);
    let words = own.as_ref().err().map_or_else(|| "it was".to_owned(), ToString::to_string);
    stage.check("no exit is approved by who opened it", own.is_err(), format!("chen: {words}"))?;
    if review_needed {
        lin.review_exit(kept)?;
    }
    for case in [leaving, kept] {
        lin.approve_exit(case)?;
        let certificate = chen.run_exit(case)?;
        stage.check(
            "keys destroyed first, then erased, then certified",
            matches!(certificate.status, Status::Provisional),
            told(&certificate),
        )?;
    }
    let turned = story.session(vault, "admin", "service")?.turn_epoch(&mut |_| ())?;
    stage.check(
        "the key epoch turns, the certificates become final",
        turned.finalised.len() == 2,
        format!("{} keys wrapped anew, epoch {} destroyed", turned.rewrapped, turned.from),
    )?;
    let view = kept_record.map(|record| chen.view(record));
    let closed = matches!(view, Some(Err(Error::Restricted { .. })));
    stage.check(
        "what the law keeps nobody reads in passing",
        closed,
        match view {
            Some(Err(error)) => format!("chen: {error}"),
            Some(Ok(_)) => "chen read it".to_owned(),
            None => "nothing was kept".to_owned(),
        },
    )?;
    let leaver = chen.certificate(leaving)?;
    offline(story, vault, &leaver, &chen.certificate(kept)?, stage)?;
    Ok(kept_record)
}

/// Both certificates, read back from files, against keys read back from a file.
fn offline(
    story: &Story,
    vault: &Vault,
    leaving: &Certificate,
    kept: &Certificate,
    stage: &mut Stage<'_>,
) -> Result<(), CliError> {
    let log_key = vault.log_key().to_string();
    let certificate_key = Digest::from_bytes(vault.certificate_key()?).to_string();
    story.world.put_out("pinned-keys.txt", format!("{log_key}\n{certificate_key}\n").as_bytes())?;
    let mut good = true;
    for (name, certificate) in [("leaving", leaving), ("kept", kept)] {
        story.world.put_out(&format!("certificate-{name}.json"), certificate.to_json().as_bytes())?;
        let words = format!("{}\n{}", certificate.render_en(), certificate.render_zh());
        story.world.put_out(&format!("certificate-{name}.txt"), words.as_bytes())?;
        good &= check(&certificate.to_json(), &log_key, &certificate_key)?;
    }
    stage.check(
        "both verify offline, with two pinned keys alone",
        good,
        "out/certificate-*.json, out/pinned-keys.txt",
    )?;
    let records = format!("\"records\":{}", leaving.body.records);
    let more = format!("\"records\":{}", leaving.body.records.saturating_add(1));
    let forged = leaving.to_json().replacen(&records, &more, 1);
    stage.check(
        "one that claims one record more does not",
        forged != leaving.to_json() && !check(&forged, &log_key, &certificate_key)?,
        "the signature does not verify",
    )?;
    Ok(())
}

fn check(json: &str, log_key: &str, certificate_key: &str) -> Result<bool, CliError> {
    let failed = |error: &dyn std::fmt::Display| CliError::input(error.to_string());
    let log_key: VerifierKey = log_key.parse().map_err(|error| failed(&error))?;
    let key: Digest = certificate_key.parse().map_err(|error| failed(&error))?;
    let Ok(certificate) = Certificate::from_json(json) else { return Ok(false) };
    Ok(strongroom::verify_certificate(&certificate, key.as_bytes(), log_key).is_ok())
}

/// Act 11.
pub(super) fn nowhere(
    story: &Story,
    given: &Given,
    tenant: TenantId,
    stage: &mut Stage<'_>,
) -> Result<(), CliError> {
    stage.act("Who has gone is nowhere in the folder's bytes", "原始字节中查无此人")?;
    let known = &story.cast.leaving;
    let digits: String = known.phone.chars().filter(char::is_ascii_digit).collect();
    let mut values = vec![known.name.clone(), known.phone.clone(), digits];
    values.extend(known.more.iter().map(|(_, value)| value.clone()));
    values.dedup();
    // The search must find what is there, or finding nothing says nothing.
    let source = given.customers().and_then(std::path::Path::parent);
    let there = match source {
        Some(source) => needle::search(&[source], &values)?,
        None => needle::Searched::default(),
    };
    stage.check(
        "the search finds the customer in what came in",
        !there.sightings.is_empty(),
        format!("{} in {}", count(u64::try_from(values.len()).unwrap_or(0), "value"), sighted(&there)),
    )?;
    let (vault, rejects) = (story.world.vault_dir(), story.world.dir.join("rejects"));
    let elsewhere = story.world.dir.join("brought-here");
    let mut places: Vec<&std::path::Path> = vec![&vault, &rejects];
    if story.world.is_elsewhere()? {
        // What no folder of ours holds is brought here, pair by pair.
        story.world.copy(tenant, "brought-here")?;
        places.push(&elsewhere);
    }
    let searched = needle::search(&places, &values)?;
    if places.contains(&elsewhere.as_path()) {
        std::fs::remove_dir_all(&elsewhere).map_err(|error| CliError::file(&elsewhere, &error))?;
    }
    stage.check(
        "and nowhere in vault and rejects",
        searched.sightings.is_empty() && searched.bytes > 0,
        format!(
            "{} in {}, {} spellings:\nUTF-8, UTF-16, GB18030, Big5, hex, base64: {}",
            size(searched.bytes),
            count(searched.files, "file"),
            searched.spellings,
            sighted(&searched),
        ),
    )?;
    Ok(())
}

fn sighted(searched: &needle::Searched) -> String {
    if searched.sightings.is_empty() {
        return "nothing".to_owned();
    }
    let mut files: Vec<String> = searched
        .sightings
        .iter()
        .map(|one| {
            let file = one.file.rsplit('/').next().unwrap_or_default();
            format!("{file} ({})", one.spelling)
        })
        .collect();
    files.dedup();
    let left_out = files.len().saturating_sub(2);
    files.truncate(2);
    if left_out > 0 {
        files.push(format!("{left_out} more"));
    }
    files.join(", ")
}

fn customer(story: &Story, vault: &Vault, known: &Known) -> Result<CustomerId, CliError> {
    let chen = story.session(vault, "chen", "legal")?.because("the customer asked to leave");
    Ok(find(&chen, known)?.customer)
}

fn told(certificate: &Certificate) -> String {
    let body = &certificate.body;
    let case: CaseId = body.case;
    let whole = if body.whole_subject { "nothing stays" } else { "the law keeps the rest" };
    let keys = u64::try_from(body.keys.len()).unwrap_or(u64::MAX);
    let stays: u64 = body.exceptions.iter().map(|exception| exception.count).sum();
    format!(
        "case {:.8}…: {} gone, {stays} kept, {} destroyed; {whole}",
        case.to_string(),
        count(body.records, "record"),
        count(keys, "key"),
    )
}

fn stays(lines: &[PlanLine]) -> String {
    let first = lines.first();
    let rules = first
        .map(|line| line.rules.iter().map(|rule| rule.id.as_str().to_owned()).collect::<Vec<_>>().join(", "));
    let kind = first.map_or("record", |line| line.kind.as_str());
    format!("{} by {}", count(count_of(lines), kind), rules.unwrap_or_default())
}

fn until(line: &PlanLine) -> String {
    match &line.outcome {
        Outcome::Restrict { until: Some(until) } | Outcome::Keep { until } => {
            until.to_utc().date().to_string()
        }
        Outcome::Erase { .. }
        | Outcome::Hold { .. }
        | Outcome::Pending { .. }
        | Outcome::Restrict { until: None }
        | Outcome::Review { .. } => "further notice".to_owned(),
    }
}

fn count_of(lines: &[PlanLine]) -> u64 {
    u64::try_from(lines.len()).unwrap_or(u64::MAX)
}

fn size(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1024 * 1024))
}
