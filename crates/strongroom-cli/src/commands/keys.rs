//! `keys`, `passphrase`

use crate::{
    args::{KeysCommand, PassphraseCommand},
    context::Context,
    error::{CliError, of_keyring},
    output::Outcome,
    text::count,
};
use serde::Serialize;
use std::{path::PathBuf, sync::Arc};
use strongroom::{
    envelope::{Keyring, KeyringParams, OsRandom},
    types::Digest,
};

pub(super) fn run(command: &KeysCommand, ctx: &Context) -> Result<Outcome, CliError> {
    match command {
        KeysCommand::Show => show(ctx),
        KeysCommand::Rotate => rotate(ctx),
    }
}

pub(super) fn passphrase(command: &PassphraseCommand, ctx: &Context) -> Result<Outcome, CliError> {
    let PassphraseCommand::Change { new_passphrase_file } = command;
    let path = ctx.keyring();
    let current = ctx.passphrase()?;
    let keyring = Keyring::open(&path, &current, Arc::new(OsRandom)).map_err(|error| of_keyring(&error))?;
    let next = Context::new_passphrase(new_passphrase_file.as_deref(), "STRONGROOM_PASSPHRASE_NEW")?;
    keyring
        .change_passphrase(&current, &next, KeyringParams::default())
        .map_err(|error| of_keyring(&error))?;
    ctx.out.show(&Changed { keyring: path.clone() }, |out| {
        writeln!(out, "The passphrase of `{}` is changed.", path.display())?;
        writeln!(out, "Old copies of that file still open with the old one: destroy them.")
    })?;
    Ok(Outcome::Done)
}

#[derive(Debug, Serialize)]
struct Changed {
    keyring: PathBuf,
}

#[derive(Debug, Serialize)]
struct PublicKeys {
    log_key: String,
    certificate_key: String,
}

fn show(ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    let keys = PublicKeys {
        log_key: opened.vault.log_key().to_string(),
        certificate_key: Digest::from_bytes(opened.vault.certificate_key()?).to_string(),
    };
    ctx.out.show(&keys, |out| {
        writeln!(out, "log key          {}", keys.log_key)?;
        writeln!(out, "certificate key  {}", keys.certificate_key)?;
        writeln!(out, "Keep both outside the vault: checkpoints and certificates are checked against them.")
    })?;
    Ok(Outcome::Done)
}

fn rotate(ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    let bar = ctx.out.progress(0, "wrapping keys anew");
    let turned = opened.session()?.turn_epoch(&mut |progress| bar.set_position(progress.rewrapped));
    bar.finish_and_clear();
    let turned = turned?;
    ctx.out.show(&turned, |out| {
        writeln!(out, "Epoch {} is in force; {} wrapped anew.", turned.to, count(turned.rewrapped, "key"))?;
        writeln!(
            out,
            "Epoch {} and all before it are destroyed in this keyring file. An old copy of the file with",
            turned.from
        )?;
        writeln!(out, "its passphrase still opens what that epoch wrapped: destroy such copies.")?;
        for case in &turned.finalised {
            writeln!(out, "The certificate of case {case} is final.")?;
        }
        Ok(())
    })?;
    Ok(Outcome::Done)
}
