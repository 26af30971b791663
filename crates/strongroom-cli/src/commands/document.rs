//! `attach`, `open`

use super::file::NewFile;
use crate::{
    args::{AttachArgs, OpenArgs},
    context::Context,
    error::CliError,
    output::Outcome,
    text::count,
};
use std::{fs::File, io::BufReader};

pub(super) fn attach(args: &AttachArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let path = &args.file;
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| CliError::input(format!("`{}` has no name in UTF-8", path.display())))?;
    let file = File::open(path).map_err(|error| CliError::file(path, &error))?;
    let opened = ctx.open()?;
    let mut content = BufReader::new(file);
    let info = opened.session()?.attach(args.customer, name, &args.media_type, &mut content)?;
    ctx.out.show(&info, |out| {
        writeln!(out, "Attached {} as document {}", count(info.bytes, "byte"), info.record)
    })?;
    Ok(Outcome::Done)
}

pub(super) fn open(args: &OpenArgs, ctx: &Context) -> Result<Outcome, CliError> {
    let opened = ctx.open()?;
    let mut file = NewFile::create(&args.to)?;
    let info = opened.session()?.open_document(args.record, &mut file)?;
    file.keep()?;
    ctx.out.show(&info, |out| {
        writeln!(
            out,
            "Wrote {} to `{}`. It is in the clear there.",
            count(info.bytes, "byte"),
            args.to.display()
        )
    })?;
    Ok(Outcome::Done)
}
