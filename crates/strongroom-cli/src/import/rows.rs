//! The rows of a file, one by one, each either fit for the vault or with what is wrong with it.

use super::{
    HeadingError, ImportError,
    columns::{Columns, Slot},
    rejects::Fault,
    text::{Charset, Decoding, HEAD_BYTES, Tally},
};
use std::{
    fs::File,
    io::{self, Cursor, Read},
    path::Path,
    rc::Rc,
};
use strongroom::{Fields, policy::Schema};
use strongroom_types::{FieldName, Kind};

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The row's number, the first below the headings being 1.
    pub(crate) row: u64,
    /// The line on which it begins, the first of the file being 1.
    pub(crate) line: u64,
}

/// A row that fits the schema.
#[derive(Debug)]
pub(crate) struct GoodRow {
    pub(crate) place: Place,
    /// The key of the customer that it belongs to, where the kind belongs to one.
    pub(crate) parent: Option<String>,
    pub(crate) fields: Fields,
    /// How long it is.
    pub(crate) bytes: usize,
}

/// A row that does not.
#[derive(Debug)]
pub(crate) struct BadRow {
    pub(crate) place: Place,
    pub(crate) faults: Vec<Fault>,
}

/// Why there is no next row.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(io::Error),
    /// A row does not end.
    #[error("line {line}: the row that begins here does not end")]
    TooLong {
        /// Where the row begins.
        line: u64,
    },
}

type Source = Decoding<io::Chain<Cursor<Vec<u8>>, File>>;

/// The rows of a CSV file (RFC 4180) of one kind.
pub(crate) struct Rows<'s> {
    schema: &'s Schema,
    kind: Kind,
    charset: Charset,
    columns: Columns,
    csv: csv::Reader<Source>,
    tally: Rc<Tally>,
    bytes_total: Option<u64>,
    record: csv::StringRecord,
    row: u64,
}

impl<'s> Rows<'s> {
    /// Opens a file, and checks its encoding, as far as its start tells, and its headings.
    pub(crate) fn open(
        path: &Path,
        schema: &'s Schema,
        kind: &Kind,
        charset: Option<Charset>,
    ) -> Result<Self, ImportError> {
        let failed = |source| ImportError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(failed)?;
        let bytes_total = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|data| data.len());
        let mut head = Vec::with_capacity(HEAD_BYTES);
        let most = u64::try_from(HEAD_BYTES).unwrap_or(u64::MAX);
        file.by_ref().take(most).read_to_end(&mut head).map_err(failed)?;
        let charset = charset.unwrap_or_else(|| Charset::detect(&head));
        charset
            .check(&head, head.len() < HEAD_BYTES)
            .map_err(|source| ImportError::Encoding { path: path.to_owned(), source })?;

        let tally = Rc::new(Tally::default());
        let source = Decoding::new(Cursor::new(head).chain(file), charset, Rc::clone(&tally));
        let mut csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(HEAD_BYTES)
            .from_reader(source);
        let mut record = csv::StringRecord::new();
        csv.read_record(&mut record).map_err(|error| failed(error.into()))?;
        let line = record.position().map_or(1, csv::Position::line);
        let headings: Vec<&str> = record.iter().collect();
        let columns = Columns::of(schema, kind, &headings)
            .map_err(|source: HeadingError| ImportError::Headings { path: path.to_owned(), line, source })?;
        Ok(Self { schema, kind: kind.clone(), charset, columns, csv, tally, bytes_total, record, row: 0 })
    }

    pub(crate) fn charset(&self) -> Charset {
        self.charset
    }

    /// The field by which rows name their customer, where the kind belongs to one.
    pub(super) fn parent_key(&self) -> Option<&FieldName> {
        self.columns.parent_key.as_ref()
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.tally.bytes_read()
    }

    pub(super) fn bytes_total(&self) -> Option<u64> {
        self.bytes_total
    }

    /// The next row, `None` at the end.
    pub(crate) fn next_row(&mut self) -> Result<Option<Result<GoodRow, BadRow>>, ReadError> {
        self.tally.begin_row(self.csv.position().byte());
        let line = self.csv.position().line();
        match self.csv.read_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(_) if self.tally.row_too_long() => return Err(ReadError::TooLong { line }),
            Err(error) => return Err(ReadError::Io(error.into())),
        }
        self.row = self.row.saturating_add(1);
        let place = Place { row: self.row, line: self.record.position().map_or(line, csv::Position::line) };
        let malformed = self.tally.malformed_before(self.csv.position().byte());
        if malformed {
            let words = format!("has bytes that are not {}", self.charset);
            return Ok(Some(Err(BadRow { place, faults: vec![Fault::of_row("bad_encoding", words)] })));
        }
        Ok(Some(self.sort(place)))
    }

    fn sort(&self, place: Place) -> Result<GoodRow, BadRow> {
        let (has, wants) = (self.record.len(), self.columns.slots.len());
        if has != wants {
            let code = if has < wants { "missing_value" } else { "extra_value" };
            let words = format!("has {has} values under {wants} headings");
            return Err(BadRow { place, faults: vec![Fault::of_row(code, words)] });
        }
        let (mut parent, mut fields) = (None, Fields::new());
        for (slot, value) in self.columns.slots.iter().zip(&self.record) {
            match slot {
                Slot::Parent => parent = Some(value.to_owned()),
                Slot::Field(_) if value.is_empty() => {}
                Slot::Field(field) => fields.set(field.clone(), value),
            }
        }
        let mut faults = Vec::new();
        if let (Some(key), Some("")) = (&self.columns.parent_key, parent.as_deref().map(str::trim)) {
            faults.push(Fault::of_field(
                Some(key.as_str().to_owned()),
                "empty_required",
                "names no customer".to_owned(),
            ));
        }
        let texts = fields.iter().map(|(name, value)| (name.as_str(), value));
        if let Err(problems) = self.schema.check_record(&self.kind, texts) {
            faults.extend(problems.iter().map(Fault::of_problem));
        }
        for fault in &mut faults {
            fault.column = self.column(fault.field.as_deref());
        }
        if faults.is_empty() {
            Ok(GoodRow { place, parent, fields, bytes: self.record.as_slice().len() })
        } else {
            Err(BadRow { place, faults })
        }
    }

    /// The number of a field's column, the first being 1.
    fn column(&self, field: Option<&str>) -> Option<usize> {
        let field = field?;
        let at = self.columns.slots.iter().position(|slot| match slot {
            Slot::Field(name) => name.as_str() == field,
            Slot::Parent => self.columns.parent_key.as_ref().is_some_and(|key| key.as_str() == field),
        })?;
        at.checked_add(1)
    }
}
