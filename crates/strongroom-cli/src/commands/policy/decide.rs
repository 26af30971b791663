//! `policy explain`, and the requests of `policy check`.

use super::request::{Line, Question, Reader};
use super::{Loaded, staff};
use crate::{
    args::ExplainArgs, context::Context, error::CliError, output::Outcome, staff::Staff, text::one_line,
};
use serde::Serialize;
use std::io::{self, Write};
use strongroom::{
    policy::{CompiledPolicy, Considered, Explanation, Obligation},
    types::{Action, Kind, Level, LevelScale, RoleName, RuleId},
};

/// The answer to one request.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    /// The line of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    who: String,
    action: Action,
    kind: Kind,
    allowed: bool,
    code: &'static str,
    rule: Option<RuleId>,
    en: String,
    zh: String,
    obligations: Vec<Obligation>,
    ceiling: Option<String>,
    lowered_by: Vec<RuleId>,
    denies: Vec<RuleId>,
    grants: Vec<Weighed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_expected: Option<bool>,
}

/// A grant that was considered.
#[derive(Debug, Serialize)]
struct Weighed {
    rule: RuleId,
    through: Vec<RoleName>,
    lent_by: Option<String>,
    misses: Vec<Missing>,
}

#[derive(Debug, Serialize)]
struct Missing {
    rule: RuleId,
    code: &'static str,
    en: String,
    zh: String,
}

impl Answer {
    fn of(
        policy: &CompiledPolicy,
        scale: &LevelScale,
        people: &Staff,
        who: &str,
        question: &Question,
    ) -> Self {
        let told = question.ask(|request| policy.explain(request));
        let level = |level: Level| scale.name(level).unwrap_or("?").to_owned();
        let Explanation {
            allowed, code, en, zh, rule, obligations, ceiling, lowered_by, grants, denies, ..
        } = told;
        let weighed = |one: Considered| Weighed {
            rule: one.rule,
            through: one.through,
            lent_by: one.lender.map(|lender| people.name(lender)),
            misses: one
                .misses
                .into_iter()
                .map(|(rule, miss)| Missing {
                    rule,
                    code: miss.code(),
                    en: miss.explain_en(scale),
                    zh: miss.explain_zh(scale),
                })
                .collect(),
        };
        Self {
            line: None,
            who: who.to_owned(),
            action: question.action,
            kind: question.kind.clone(),
            allowed,
            code,
            rule,
            en,
            zh,
            obligations,
            ceiling: ceiling.map(level),
            lowered_by,
            denies,
            grants: grants.into_iter().map(weighed).collect(),
            expected: None,
            as_expected: None,
        }
    }

    fn of_line(
        policy: &CompiledPolicy,
        scale: &LevelScale,
        people: &Staff,
        (number, line, question): &(usize, Line, Question),
    ) -> Self {
        let mut answer = Self::of(policy, scale, people, &line.who, question);
        answer.line = Some(*number);
        answer.as_expected = line.expect.as_deref().map(|expected| answer.is(expected));
        answer.expected.clone_from(&line.expect);
        answer
    }

    fn is(&self, expected: &str) -> bool {
        match expected {
            "allow" => self.allowed,
            "deny" => !self.allowed,
            other => self.code == other || self.rule.as_ref().is_some_and(|rule| rule.as_str() == other),
        }
    }

    fn write(&self, out: &mut dyn Write, zh: bool) -> io::Result<()> {
        let answer = if self.allowed { "yes" } else { "no" };
        writeln!(out, "{answer}: {} {}", one_line(&self.who), if zh { &self.zh } else { &self.en })?;
        for obligation in &self.obligations {
            writeln!(out, "  must: {}", serde_json::to_string(obligation).unwrap_or_default())?;
        }
        if let Some(ceiling) = &self.ceiling {
            writeln!(out, "  reveals up to: {ceiling}")?;
        }
        for rule in &self.lowered_by {
            writeln!(out, "  lowered by: {rule}")?;
        }
        for rule in &self.denies {
            writeln!(out, "  denied by: {rule}")?;
        }
        for grant in &self.grants {
            let through: Vec<&str> = grant.through.iter().map(RoleName::as_str).collect();
            write!(out, "  {} through {}", grant.rule, through.join(" > "))?;
            if let Some(lender) = &grant.lent_by {
                write!(out, ", lent by {}", one_line(lender))?;
            }
            let misses: Vec<&str> = grant
                .misses
                .iter()
                .map(|miss| if zh { miss.zh.as_str() } else { miss.en.as_str() })
                .collect();
            writeln!(out, ": {}", if misses.is_empty() { "allows".to_owned() } else { misses.join("; ") })?;
        }
        Ok(())
    }
}

pub(super) fn explain(args: &ExplainArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let loaded = Loaded::read(&args.files, ctx)?;
    let people = staff(args.files.directory.as_deref(), ctx)?;
    let reader = Reader { schema: &loaded.schema, policy: &loaded.policy, staff: &people, now: ctx.now() };
    let scale = loaded.schema.scale();
    if let Some(path) = &args.requests {
        let lines = reader.file(path)?;
        let answers: Vec<Answer> =
            lines.iter().map(|line| Answer::of_line(&loaded.policy, scale, &people, line)).collect();
        ctx.out.list(&answers, |out| answers.iter().try_for_each(|answer| answer.write(out, args.zh)))?;
        return Ok(outcome(&answers));
    }
    let (Some(who), Some(action)) = (&args.who, args.action) else {
        return Err(CliError::usage(
            "name who asks and to do what: `--who NAME --action ACTION --kind KIND`",
        ));
    };
    let question = reader.options(Some(who), action, &args.request, ctx)?;
    let answer = Answer::of(&loaded.policy, scale, &people, who, &question);
    ctx.out.show(&answer, |out| answer.write(out, args.zh))?;
    Ok(Outcome::Done)
}

/// The answers to a file of requests, those that are not as expected first.
pub(super) fn of_file(
    path: &std::path::Path,
    loaded: &Loaded,
    people: &Staff,
    ctx: &Context,
) -> Result<Vec<Answer>, CliError> {
    let reader = Reader { schema: &loaded.schema, policy: &loaded.policy, staff: people, now: ctx.now() };
    let lines = reader.file(path)?;
    let scale = loaded.schema.scale();
    Ok(lines.iter().map(|line| Answer::of_line(&loaded.policy, scale, people, line)).collect())
}

impl Answer {
    /// What to say of an answer that is not as expected.
    pub(super) fn surprise(&self) -> Option<String> {
        let expected = self.expected.as_deref().filter(|_| self.as_expected == Some(false))?;
        let line = self.line.unwrap_or_default();
        Some(format!("request {line}: expected `{expected}`, found `{}`: {}", self.code, self.en))
    }
}

fn outcome(answers: &[Answer]) -> Outcome {
    let all = answers.iter().all(|answer| answer.as_expected != Some(false));
    if all { Outcome::Done } else { Outcome::Found }
}
