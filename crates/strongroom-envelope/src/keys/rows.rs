//! What stands in the key store. FORMAT: `docs/format.md`, "The key store".

use super::{Generation, KeyRole, KeyState};
use crate::{
    Epoch, KeysError, Wrapped,
    codec::{Broken, Reader, list},
};
use strongroom_store::{KeyRange, Space};
use strongroom_types::{CustomerId, FieldName, KeyId, TenantId, Timestamp};

pub(super) const CUSTOMERS: Space = Space::mutable(1, "keys.customers");
pub(super) const TOMBSTONES: Space = Space::append_only(2, "keys.destroyed");
pub(super) const INDEXES: Space = Space::mutable(3, "keys.indexes");
pub(super) const TENANTS: Space = Space::mutable(4, "keys.tenant");
pub(super) const EPOCHS: Space = Space::mutable(5, "keys.epoch");
pub(super) const PENDING: Space = Space::mutable(6, "keys.pending");
pub(super) const TURNS: Space = Space::append_only(7, "keys.turns");

/// The spaces of the key store, for whoever lists or copies all spaces of a store. Ids up to 15 are kept for it.
pub const SPACES: &[Space] = &[CUSTOMERS, TOMBSTONES, INDEXES, TENANTS, EPOCHS, PENDING, TURNS];

/// The spaces whose keys a turn re-wraps, in this order.
pub(super) const WRAPPED: [Space; 3] = [TENANTS, INDEXES, CUSTOMERS];

const VERSION: u8 = 0;
const WRAPPED_BYTES_MAX: usize = 512;

/// Which key it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Customer { customer: CustomerId, role: KeyRole, generation: Generation },
    Index { field: FieldName, version: u32 },
    Tenant { role: KeyRole },
}

impl Place {
    pub(super) const fn space(&self) -> Space {
        match self {
            Self::Customer { .. } => CUSTOMERS,
            Self::Index { .. } => INDEXES,
            Self::Tenant { .. } => TENANTS,
        }
    }

    /// Numbers in keys are big-endian, so that they sort.
    pub(super) fn key(&self, tenant: TenantId) -> Vec<u8> {
        let tenant = tenant.as_bytes().as_slice();
        match self {
            Self::Customer { customer, role, generation } => {
                [tenant, customer.as_bytes(), &[role.code()], &generation.0.to_be_bytes()].concat()
            }
            // No name has a zero byte.
            Self::Index { field, version } => {
                [tenant, field.as_str().as_bytes(), &[0], &version.to_be_bytes()].concat()
            }
            Self::Tenant { role } => [tenant, &[role.code()]].concat(),
        }
    }

    pub(super) fn parse(space: Space, key: &[u8]) -> Result<Self, KeysError> {
        Self::read(space, key).map_err(|_| KeysError::Damaged { what: "a key of another form" })
    }

    fn read(space: Space, key: &[u8]) -> Result<Self, Broken> {
        let mut reader = Reader::new(key);
        reader.take(16)?;
        let place = match space {
            CUSTOMERS => Self::Customer {
                customer: CustomerId::from_bytes(reader.array()?),
                role: role(reader.u8()?)?,
                generation: Generation(u32::from_be_bytes(reader.array()?)),
            },
            INDEXES => {
                let rest = reader.rest();
                let (name, version) = rest.split_at_checked(rest.len().saturating_sub(5)).ok_or(Broken)?;
                let name = std::str::from_utf8(name).map_err(|_| Broken)?;
                let field = FieldName::new(name).map_err(|_| Broken)?;
                reader = Reader::new(version);
                if reader.u8()? != 0 {
                    return Err(Broken);
                }
                Self::Index { field, version: u32::from_be_bytes(reader.array()?) }
            }
            TENANTS => Self::Tenant { role: role(reader.u8()?)? },
            _ => return Err(Broken),
        };
        reader.end()?;
        Ok(place)
    }

    /// What the wrap is bound to. The epoch is not in it, nor is anything of the data.
    pub(super) fn context(&self, tenant: TenantId, id: KeyId) -> Vec<u8> {
        let (tenant, id) = (tenant.as_bytes().as_slice(), id.as_bytes().as_slice());
        match self {
            Self::Customer { customer, role, generation } => list(&[
                b"customer key",
                tenant,
                customer.as_bytes(),
                &[role.code()],
                &generation.0.to_le_bytes(),
                id,
            ]),
            Self::Index { field, version } => {
                list(&[b"index key", tenant, field.as_str().as_bytes(), &version.to_le_bytes(), id])
            }
            Self::Tenant { role } => list(&[b"tenant key", tenant, &[role.code()], id]),
        }
    }
}

/// The keys of a customer, of one role or of all.
pub(super) fn customer_range(tenant: TenantId, customer: CustomerId, role: Option<KeyRole>) -> KeyRange {
    let mut prefix = [tenant.as_bytes().as_slice(), customer.as_bytes()].concat();
    prefix.extend(role.map(KeyRole::code));
    KeyRange::prefix(&prefix)
}

/// A tombstone's key; no generation is the whole customer.
pub(super) fn tombstone_key(
    tenant: TenantId,
    customer: CustomerId,
    role: KeyRole,
    generation: Option<Generation>,
) -> Vec<u8> {
    let generation = generation.map_or(0, |generation| generation.0);
    [tenant.as_bytes().as_slice(), customer.as_bytes(), &[role.code()], &generation.to_be_bytes()].concat()
}

pub(super) const fn role(code: u8) -> Result<KeyRole, Broken> {
    match code {
        1 => Ok(KeyRole::Data),
        2 => Ok(KeyRole::LogDetail),
        _ => Err(Broken),
    }
}

/// A wrapped key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyRow {
    pub(super) id: KeyId,
    pub(super) state: KeyState,
    pub(super) created: Timestamp,
    pub(super) wrapped: Wrapped,
}

impl KeyRow {
    pub(super) fn encode(&self) -> Result<Vec<u8>, KeysError> {
        let state = match self.state {
            KeyState::Enabled => 1,
            KeyState::DecryptOnly => 2,
        };
        let wrapped =
            u16::try_from(self.wrapped.bytes.len()).ok().filter(|len| usize::from(*len) <= WRAPPED_BYTES_MAX);
        let wrapped = wrapped.ok_or(KeysError::Invariant("a provider wraps a key in at most 512 bytes"))?;
        Ok([
            &[VERSION, state],
            self.id.as_bytes().as_slice(),
            &self.created.unix_micros().to_le_bytes(),
            &self.wrapped.epoch.0.to_le_bytes(),
            &wrapped.to_le_bytes(),
            &self.wrapped.bytes,
        ]
        .concat())
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, KeysError> {
        Self::read(bytes).map_err(|_| KeysError::Damaged { what: "a wrapped key of another form" })
    }

    fn read(bytes: &[u8]) -> Result<Self, Broken> {
        let mut reader = Reader::new(bytes);
        version(&mut reader)?;
        let state = match reader.u8()? {
            1 => KeyState::Enabled,
            2 => KeyState::DecryptOnly,
            _ => return Err(Broken),
        };
        let id = KeyId::from_bytes(reader.array()?);
        let created = reader.instant()?;
        let epoch = Epoch(reader.u32()?);
        let length = usize::from(reader.u16()?);
        if length > WRAPPED_BYTES_MAX {
            return Err(Broken);
        }
        let wrapped = Wrapped { epoch, bytes: reader.take(length)?.to_vec() };
        reader.end()?;
        Ok(Self { id, state, created, wrapped })
    }
}

/// Which epoch the tenant's keys are wrapped under, and whether a turn is on its way.
///
/// Every batch that brings a new wrap has this row as a precondition: no key can slip in under an epoch that a turn is about to
/// destroy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EpochRow {
    pub(super) turning: bool,
    pub(super) from: Epoch,
    /// New wraps are under this epoch or a later one.
    pub(super) to: Epoch,
    /// When the turn began, or when the last one ended.
    pub(super) begun: Timestamp,
}

impl EpochRow {
    pub(super) fn encode(self) -> Vec<u8> {
        let head = [VERSION, u8::from(self.turning)];
        let begun = self.begun.unix_micros().to_le_bytes();
        [&head[..], &self.from.0.to_le_bytes(), &self.to.0.to_le_bytes(), &begun].concat()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, KeysError> {
        Self::read(bytes).map_err(|_| KeysError::Damaged { what: "the tenant's epoch" })
    }

    fn read(bytes: &[u8]) -> Result<Self, Broken> {
        let mut reader = Reader::new(bytes);
        version(&mut reader)?;
        let turning = match reader.u8()? {
            0 => false,
            1 => true,
            _ => return Err(Broken),
        };
        let row =
            Self { turning, from: Epoch(reader.u32()?), to: Epoch(reader.u32()?), begun: reader.instant()? };
        reader.end()?;
        Ok(row)
    }
}

pub(super) fn version(reader: &mut Reader<'_>) -> Result<(), Broken> {
    if reader.u8()? == VERSION { Ok(()) } else { Err(Broken) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_key_and_a_key_one_place() {
        let tenant = TenantId::from_bytes([1; 16]);
        let customer = CustomerId::from_bytes([2; 16]);
        let field = FieldName::new("phone").unwrap();
        for place in [
            Place::Customer { customer, role: KeyRole::LogDetail, generation: Generation(258) },
            Place::Index { field, version: 7 },
            Place::Tenant { role: KeyRole::Data },
        ] {
            let key = place.key(tenant);
            assert_eq!(Place::parse(place.space(), &key).unwrap(), place);
            for cut in 0..key.len() {
                if let Ok(other) = Place::parse(place.space(), &key[..cut]) {
                    assert_eq!(other.key(tenant), key[..cut]);
                }
            }
        }
    }

    #[test]
    fn rows_have_one_encoding() {
        let row = KeyRow {
            id: KeyId::from_bytes([3; 16]),
            state: KeyState::DecryptOnly,
            created: Timestamp::from_unix_micros(-5),
            wrapped: Wrapped { epoch: Epoch(9), bytes: vec![4; WRAPPED_BYTES_MAX] },
        };
        let bytes = row.encode().unwrap();
        assert_eq!(KeyRow::decode(&bytes).unwrap(), row);
        for cut in 0..bytes.len() {
            assert!(KeyRow::decode(&bytes[..cut]).is_err());
        }
        assert!(KeyRow::decode(&[&bytes[..], &[0]].concat()).is_err());
        let long = Wrapped { epoch: Epoch(9), bytes: vec![4; WRAPPED_BYTES_MAX + 1] };
        assert!(KeyRow { wrapped: long, ..row }.encode().is_err());
        let begun = Timestamp::from_unix_micros(8);
        let epochs = EpochRow { turning: true, from: Epoch(1), to: Epoch(2), begun };
        assert_eq!(EpochRow::decode(&epochs.encode()).unwrap(), epochs);
        assert!(EpochRow::decode(&epochs.encode()[1..]).is_err());
    }
}
