//! Commands about records and documents.

use clap::Args;
use std::{path::PathBuf, str::FromStr};
use strongroom::types::{Action, ApprovalId, CustomerId, FieldName, Kind, RecordId};
use strongroom_dlp::Encoding;

/// `import`
#[derive(Debug, Clone, Args)]
pub(crate) struct ImportArgs {
    /// CSV files. Their headings are matched with the schema's.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The kind of record that each row is, such as `customer`.
    #[arg(long)]
    pub(crate) kind: Kind,
    /// The files' encoding: auto, utf-8, gb18030, big5, utf-16le, utf-16be.
    #[arg(long, default_value = "auto", value_name = "NAME")]
    pub(crate) encoding: ChosenEncoding,
    /// Where refused rows are listed: line, column and reason, never values; CSV where the name ends in .csv, else JSON
    /// lines [default: FILE.rejects.jsonl in the present folder]. Must lie outside the vault's folder.
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Who will own the records: a person from `actors.toml` [default: the one who imports].
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: Option<String>,
}

/// `create`
#[derive(Debug, Clone, Args)]
pub(crate) struct CreateArgs {
    /// The kind of record.
    pub(crate) kind: Kind,
    /// A value, as `field=value`. May be repeated.
    #[arg(long = "set", value_name = "FIELD=VALUE", required = true)]
    pub(crate) set: Vec<Assignment>,
    /// The customer that the record belongs to [default: a new customer].
    #[arg(long, value_name = "ID")]
    pub(crate) customer: Option<CustomerId>,
}

/// `list`
#[derive(Debug, Clone, Args)]
pub(crate) struct ListArgs {
    /// The kind of record.
    pub(crate) kind: Kind,
    /// How many at most.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    /// Go on after this record, which the previous page names.
    #[arg(long, value_name = "RECORD")]
    pub(crate) after: Option<RecordId>,
}

/// `show`
#[derive(Debug, Clone, Args)]
pub(crate) struct ShowArgs {
    /// The record.
    pub(crate) record: RecordId,
}

/// `search`
#[derive(Debug, Clone, Args)]
pub(crate) struct SearchArgs {
    /// The kind of record.
    pub(crate) kind: Kind,
    /// An indexed field.
    pub(crate) field: FieldName,
    /// The value. Spaces and country codes of phones do not matter.
    #[arg(allow_hyphen_values = true)]
    pub(crate) value: String,
}

/// `update`
#[derive(Debug, Clone, Args)]
pub(crate) struct UpdateArgs {
    /// The record.
    pub(crate) record: RecordId,
    /// A new value, as `field=value`. May be repeated.
    #[arg(long = "set", value_name = "FIELD=VALUE", required_unless_present = "unset")]
    pub(crate) set: Vec<Assignment>,
    /// A field whose value goes. May be repeated.
    #[arg(long, value_name = "FIELD")]
    pub(crate) unset: Vec<FieldName>,
    /// The version that you read; refused if there is a newer one.
    #[arg(long, value_name = "N")]
    pub(crate) version: Option<u64>,
}

/// `attach`
#[derive(Debug, Clone, Args)]
pub(crate) struct AttachArgs {
    /// The customer.
    pub(crate) customer: CustomerId,
    /// The file; only its name goes into the record.
    pub(crate) file: PathBuf,
    /// The media type.
    #[arg(long, default_value = "application/octet-stream")]
    pub(crate) media_type: String,
}

/// `open`
#[derive(Debug, Clone, Args)]
pub(crate) struct OpenArgs {
    /// The document's record.
    pub(crate) record: RecordId,
    /// The new file, made readable for you alone. An existing file is not overwritten.
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
}

/// `export`
#[derive(Debug, Clone, Args)]
pub(crate) struct ExportArgs {
    /// The kind of record.
    pub(crate) kind: Kind,
    /// What kind of recipient, as the egress rules name them: Internal, Partner, External.
    #[arg(long, value_name = "NAME", default_value = "Internal")]
    pub(crate) to_kind: String,
    /// Who exactly gets it. Part of what is approved. May be repeated.
    #[arg(long, value_name = "WHO", required = true)]
    pub(crate) recipient: Vec<String>,
    /// Which fields, in this order [default: all].
    #[arg(long, value_delimiter = ',', value_name = "FIELD,..")]
    pub(crate) fields: Vec<FieldName>,
    /// Which records [default: all that you may take out].
    #[arg(long, value_delimiter = ',', value_name = "RECORD,..")]
    pub(crate) records: Vec<RecordId>,
    /// Replace what the scanner finds before anything else is decided.
    #[arg(long)]
    pub(crate) redact: bool,
    /// How it leaves: export, print, send or share.
    #[arg(long, default_value_t = Action::Export, value_name = "ACTION")]
    pub(crate) action: Action,
    /// Where to write it if nothing stands in its way. An existing file is not overwritten.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `release`
#[derive(Debug, Clone, Args)]
pub(crate) struct ReleaseArgs {
    /// The granted approval.
    pub(crate) approval: ApprovalId,
    /// The new file, made readable for you alone. An existing file is not overwritten.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// `demo`
#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArgs {
    /// The folder to play in; new or empty [default: a fresh one among the temporary files].
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// A CSV file of customers [default: the sample].
    #[arg(long, value_name = "FILE")]
    pub(crate) customers: Option<PathBuf>,
    /// Bring in a tenth of the sample only.
    #[arg(long, conflicts_with = "customers")]
    pub(crate) fast: bool,
}

/// An encoding, or `auto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ChosenEncoding(pub(crate) Option<Encoding>);

impl FromStr for ChosenEncoding {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "auto" => Ok(Self(None)),
            _ => name
                .parse()
                .map(|encoding| Self(Some(encoding)))
                .map_err(|_| "write auto, utf-8, gb18030, big5, utf-16le or utf-16be".to_owned()),
        }
    }
}

/// `field=value` on the command line.
#[derive(Clone)]
pub(crate) struct Assignment {
    pub(crate) field: FieldName,
    pub(crate) value: String,
}

// The value is a customer's; whatever prints arguments must not print it.
impl std::fmt::Debug for Assignment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}=[redacted]", self.field)
    }
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (field, value) = text.split_once('=').ok_or("write it as field=value")?;
        let field = FieldName::new(field.trim()).map_err(|error| error.to_string())?;
        Ok(Self { field, value: value.to_owned() })
    }
}
