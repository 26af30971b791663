//! Entries with their proofs, for a stranger without this crate. FORMAT: docs/format.md, "Export".

use crate::{Checkpoint, Log, LookupError, tree};
use serde::Serialize;
use std::{
    io::{self, Write},
    ops::Range,
};
use strongroom_types::Digest;

/// Why an export ended early; what was written until then is whole lines.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The output did not take it.
    #[error("the export could not be written: {0}")]
    Io(#[from] io::Error),
    /// The log did not give it.
    #[error(transparent)]
    Lookup(#[from] LookupError),
}

#[derive(Serialize)]
struct Opening<'a> {
    format: &'static str,
    v: u8,
    checkpoint: &'a str,
}

#[derive(Serialize)]
struct Line<'a> {
    index: u64,
    leaf: &'a str,
    path: Vec<Digest>,
}

impl Log {
    /// Writes JSON Lines: the checkpoint's note, then each entry of the range with the proof that it is in that
    /// checkpoint. Returns how many entries were written.
    pub fn export(
        &self,
        checkpoint: &Checkpoint,
        range: Range<u64>,
        out: &mut dyn Write,
    ) -> Result<u64, ExportError> {
        let size = checkpoint.size();
        let (head, _) = self.view().head()?;
        if range.end > size || size > head.size() {
            return Err(
                LookupError::OutOfRange { needs: range.end.max(size), size: size.min(head.size()) }.into()
            );
        }
        let opening = Opening { format: "strongroom-audit-export", v: 0, checkpoint: checkpoint.note() };
        write_line(out, &opening)?;
        let mut count = 0_u64;
        for index in range {
            let (_, leaf) = self.view().entry(index)?.ok_or(LookupError::Missing { what: "entry", index })?;
            let leaf =
                std::str::from_utf8(&leaf).map_err(|_| LookupError::Damaged { what: "entry", index })?;
            write_line(out, &Line { index, leaf, path: tree::inclusion_path(self.view(), index, size)? })?;
            count = count.saturating_add(1);
        }
        out.flush()?;
        Ok(count)
    }
}

fn write_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
