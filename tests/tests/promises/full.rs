//! A full disk: nothing new goes in, and whoever leaves is still purged and certified.

use crate::{NOW, customer, exit};
use std::{
    env, fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};
use strongroom::{Error, Fields, NewRecord, Whose};
use strongroom_audit::LogError;
use strongroom_retention::{ReasonCode, Scope};
use strongroom_tests::{House, Person, field, kind, vault_folder};

const VOLUME: &str = "STRONGROOM_TEST_SMALL_VOLUME";
const SAID: &str = "every promise of a full disk was kept";

/// Takes every byte that is left.
fn fill(path: &Path) {
    let mut file = fs::File::create(path).unwrap();
    let mut piece = 1 << 20;
    while piece > 0 {
        if file.write_all(&vec![0xff; piece]).is_err() {
            piece /= 4;
        }
    }
}

/// The story, when this binary was started on a small volume; otherwise the proof that it does nothing elsewhere.
#[test]
fn on_a_small_volume() {
    let Some(volume) = env::var_os(VOLUME) else { return };
    let volume = Path::new(&volume);
    let house = House::init(&volume.join("vault"), NOW);
    let vault = house.open();
    let manager = Person::MANAGER.at(&vault, &house);
    let (leaver, stayer) = (customer(&manager, "C-leaver"), customer(&manager, "C-stayer"));
    let create = |number: &str| {
        let fields = Fields::new().with(field("customer_no"), number).with(field("name"), "李四");
        manager.create(NewRecord::new(kind("customer"), Whose::New, fields))
    };
    let full = |answer: Result<(), Error>, what: &str| match answer {
        Err(Error::Log(LogError::Full(reason))) => assert!(reason.contains("KiB left"), "{reason}"),
        Err(Error::Keys(error)) => assert!(error.to_string().contains("KiB left"), "{error}"),
        answer => panic!("{what}: expected to hear that the disk is full, got {answer:?}"),
    };

    fill(&volume.join("junk"));
    full(create("C-1").map(drop), "a create");
    // A read that cannot be logged is not answered.
    full(manager.view(leaver.record).map(drop), "a view");

    let dpo = Person::DPO.at(&vault, &house);
    let hold = dpo.place_hold(Scope::Customer(stayer.customer), ReasonCode::new("litigation").unwrap());
    let hold = hold.unwrap();
    let case = exit(&vault, &house, leaver.customer, "moved away");
    let turned = Person::ADMIN.at(&vault, &house).turn_epoch(&mut |_| ()).unwrap();
    assert_eq!(turned.finalised.len(), 1, "{turned:?}");
    full(create("C-1").map(drop), "a create, after the purge");
    let certificate = dpo.certificate(case).unwrap();
    let key = vault.certificate_key().unwrap();
    strongroom::verify_certificate(&certificate, &key, vault.log_key()).unwrap();
    dpo.release_hold(hold).unwrap();
    drop((manager, dpo));
    drop(vault);

    let vault = house.open();
    let found = vault.verify(Vec::new(), &mut |_| ()).unwrap();
    assert!(found.is_sound(), "{found:?}");
    // Room again.
    fs::remove_file(volume.join("junk")).unwrap();
    let manager = Person::MANAGER.at(&vault, &house);
    assert!(manager.view(leaver.record).is_err());
    manager.view(stayer.record).unwrap();
    customer(&manager, "C-1");
    assert!(vault.verify(Vec::new(), &mut |_| ()).unwrap().is_sound());
    let mut out = std::io::stdout().lock();
    out.write_all(SAID.as_bytes()).unwrap();
}

#[test]
fn a_full_disk_blocks_no_exit_and_reveals_nothing_unlogged() {
    let mount = vault_folder().unwrap();
    let script = "mount -t tmpfs -o size=416m tmpfs \"$STRONGROOM_TEST_SMALL_VOLUME\" && exec \"$0\" \"$@\"";
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", script]).env(VOLUME, mount.path());
        command
    };
    if !unshare().arg("true").stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        let mut out = std::io::stdout().lock();
        out.write_all(b"skipped: no mount namespace can be had here\n").unwrap();
        return;
    }
    let mut child = unshare();
    child.arg(env::current_exe().unwrap());
    child.args(["full::on_a_small_volume", "--exact", "--nocapture", "--test-threads=1"]);
    let output = child.output().unwrap();
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains(SAID), "{said}\n{complained}");
}
