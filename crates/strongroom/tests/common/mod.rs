//! A vault on a folder, and people to work in it.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(unreachable_pub, reason = "each test binary takes what it needs")]

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};
use strongroom::{Folder, FolderOptions, Session, Texts, Vault};
use strongroom_envelope::{KeyringParams, Passphrase};
use strongroom_policy::{Actor, AuthContext};
use strongroom_types::{ActorId, Clock, FieldName, Kind, Purpose, RoleName, Timestamp};

/// Goes on by a millisecond at each look.
pub struct TestClock(pub AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_micros(self.0.fetch_add(1000, Ordering::Relaxed))
    }
}

const SCHEMA: &str = include_str!("../../../strongroom-policy/examples/crm.schema.toml");
const POLICY: &str = include_str!("../../../strongroom-policy/examples/crm.policy.toml");
const RETENTION: &str = include_str!("../../../strongroom-retention/examples/crm.retention.toml");
const HOUSE: &str = include_str!("../../../strongroom-cli/sample/house.toml");

pub fn options() -> FolderOptions {
    let start: Timestamp = "2026-11-22T02:00:00Z".parse().unwrap();
    FolderOptions {
        params: KeyringParams::weak_for_tests(),
        clock: Arc::new(TestClock(start.unix_micros().into())),
        ..FolderOptions::default()
    }
}

pub fn passphrase() -> Passphrase {
    Passphrase::new("correct horse battery staple")
}

pub fn init(path: &Path, options: &FolderOptions) {
    let texts = Texts { schema: SCHEMA, policy: POLICY, retention: RETENTION, house: HOUSE };
    Folder::init(path, "crm.example/test", texts, &passphrase(), options).unwrap();
}

pub fn person<'v>(
    vault: &'v Vault,
    options: &FolderOptions,
    id: u8,
    role: &str,
    purpose: &str,
) -> Session<'v> {
    let actor = Actor::new(ActorId::from_bytes([id; 16]), [RoleName::new(role).unwrap()]);
    let now = options.clock.now();
    let mut auth = AuthContext::new(now);
    auth.mfa_at = Some(now);
    auth.purpose = Some(Purpose::new(purpose).unwrap());
    vault.session(actor, auth)
}

pub fn field(name: &str) -> FieldName {
    FieldName::new(name).unwrap()
}

pub fn kind(name: &str) -> Kind {
    Kind::new(name).unwrap()
}
