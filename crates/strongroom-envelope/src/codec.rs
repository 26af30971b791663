//! Writing and reading bytes: little-endian, length-prefixed, canonical.

use strongroom_types::Timestamp;

/// Bytes that are not what their format says, or a broken promise between our own functions. Each caller turns it
/// into its own error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Broken;

/// Reads from the front of a slice; every read past its end is refused.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Broken> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Broken)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        self.take(N)?.try_into().map_err(|_| Broken)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Broken> {
        self.array().map(u8::from_le_bytes)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Broken> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Broken> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Broken> {
        self.array().map(u64::from_le_bytes)
    }

    /// Microseconds since 1970; outside the years 0001 to 9999 is no instant, and would read as another one.
    pub(crate) fn instant(&mut self) -> Result<Timestamp, Broken> {
        let micros = i64::from_le_bytes(self.array()?);
        let instant = Timestamp::from_unix_micros(micros);
        if instant.unix_micros() == micros { Ok(instant) } else { Err(Broken) }
    }

    pub(crate) const fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Canonical formats have nothing after their end.
    pub(crate) const fn end(&self) -> Result<(), Broken> {
        if self.0.is_empty() { Ok(()) } else { Err(Broken) }
    }
}

/// Appends `part` behind its length, so that no two lists of parts have the same bytes.
pub(crate) fn prefixed(out: &mut Vec<u8>, part: &[u8]) {
    // Parts are ids, names and labels; callers bound the one that a host gives (`aad`), 64 bits hold any length.
    let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(part);
}

/// The length-prefixed list of `parts`.
pub(crate) fn list(parts: &[&[u8]]) -> Vec<u8> {
    let bytes = parts.iter().fold(0_usize, |sum, part| sum.saturating_add(part.len()).saturating_add(8));
    let mut out = Vec::with_capacity(bytes);
    for part in parts {
        prefixed(&mut out, part);
    }
    out
}
