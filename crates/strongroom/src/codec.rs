//! Little-endian, length-prefixed, canonical bytes for the vault's own rows. `docs/format.md` is the contract.

/// A row is not one that this version writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored row has an unknown form")]
pub(crate) struct BadRow;

/// Appends parts to a row.
#[derive(Debug, Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn byte(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    pub(crate) fn u32(mut self, value: u32) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn u64(mut self, value: u64) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn i64(mut self, value: i64) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn id(mut self, value: &[u8; 16]) -> Self {
        self.0.extend(value);
        self
    }

    /// A length of four bytes, then the bytes. Rows are bounded by the store far below 4 GiB, so a longer part
    /// cannot be written anyway; it is cut to an empty one, which the reader then refuses by its content.
    pub(crate) fn bytes(self, value: &[u8]) -> Self {
        let (length, value) = u32::try_from(value.len()).map_or((0, &[][..]), |length| (length, value));
        let mut this = self.u32(length);
        this.0.extend(value);
        this
    }

    pub(crate) fn text(self, value: &str) -> Self {
        self.bytes(value.as_bytes())
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Takes parts off a row; every part that is not there is [`BadRow`].
#[derive(Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], BadRow> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(BadRow)?;
        self.0 = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BadRow> {
        self.take(N)?.try_into().map_err(|_| BadRow)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, BadRow> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, BadRow> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, BadRow> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, BadRow> {
        self.array().map(i64::from_le_bytes)
    }

    pub(crate) fn id(&mut self) -> Result<[u8; 16], BadRow> {
        self.array()
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], BadRow> {
        let length = self.u32()?;
        self.take(usize::try_from(length).map_err(|_| BadRow)?)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, BadRow> {
        std::str::from_utf8(self.bytes()?).map_err(|_| BadRow)
    }

    /// Nothing may be left: one value, one encoding.
    pub(crate) fn finish(self) -> Result<(), BadRow> {
        if self.0.is_empty() { Ok(()) } else { Err(BadRow) }
    }
}
