//! `certificate`

use super::{exit::status, file::NewFile};
use crate::{
    args::{CertificateCommand, CertificateVerifyArgs},
    context::Context,
    error::{CliError, Failure},
    output::Outcome,
    text::count,
};
use serde::Serialize;
use std::{fs, path::Path};
use strongroom::{
    retention::Certificate,
    types::{CaseId, CustomerId},
};

pub(super) fn run(command: &CertificateCommand, ctx: &Context) -> Result<Outcome, CliError> {
    match command {
        CertificateCommand::Show { case, out, zh } => show(*case, out.as_deref(), *zh, ctx),
        CertificateCommand::Verify(args) => verify(args, ctx),
    }
}

fn show(case: CaseId, to: Option<&Path>, zh: bool, ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    let certificate = opened.session()?.certificate(case)?;
    if let Some(path) = to {
        NewFile::create(path)?.write(certificate.to_json().as_bytes())?;
    }
    ctx.out.show(&certificate, |out| {
        let text = if zh { certificate.render_zh() } else { certificate.render_en() };
        writeln!(out, "{text}")?;
        match to {
            Some(path) => writeln!(out, "Written as JSON to `{}`.", path.display()),
            None => Ok(()),
        }
    })?;
    Ok(Outcome::Done)
}

#[derive(Debug, Serialize)]
struct Verified {
    sound: bool,
    case: CaseId,
    customer: CustomerId,
    records: u64,
    status: String,
}

fn verify(args: &CertificateVerifyArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let text = fs::read_to_string(&args.file).map_err(|error| CliError::file(&args.file, &error))?;
    let shown = args.file.display();
    let certificate = Certificate::from_json(text.trim_end())
        .map_err(|error| CliError::input(format!("`{shown}` is no certificate: {error}")))?;
    let key = args.certificate_key.as_bytes();
    strongroom::verify_certificate(&certificate, key, args.log_key.clone())
        .map_err(|error| CliError::new(Failure::Check, format!("`{shown}` does not verify: {error}")))?;
    let body = &certificate.body;
    let verified = Verified {
        sound: true,
        case: body.case,
        customer: body.subject,
        records: body.records,
        status: status(&certificate),
    };
    ctx.out.show(&verified, |out| {
        writeln!(
            out,
            "Sound: case {}, customer {}, {} erased, {}.",
            verified.case,
            verified.customer,
            count(verified.records, "record"),
            verified.status
        )?;
        writeln!(
            out,
            "The signature is by the pinned key, and the log under the pinned key holds the purge's"
        )?;
        writeln!(out, "intent and its result with this very content.")
    })?;
    Ok(Outcome::Done)
}
