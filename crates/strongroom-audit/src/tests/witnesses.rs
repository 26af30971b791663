//! Witnesses: a log that was cut or rewritten does not get past one.

use super::*;

fn folder() -> std::path::PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = format!("strongroom-audit-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn grow(bench: &Bench, entries: u64) -> Checkpoint {
    for n in 0..entries {
        bench.log.commit(at(0), one(view().count(n))).unwrap();
    }
    bench.log.checkpoint(at(0)).unwrap()
}

#[test]
fn a_witness_follows_a_log_that_grows() {
    let folder = folder();
    let bench = Bench::new();
    let witness = FileWitness::new(folder.join("witness"), vec![bench.log.verifier_key()]);
    assert_eq!(witness.latest().unwrap(), None);
    for entries in [0, 3, 0, 5, 20] {
        let checkpoint = grow(&bench, entries);
        bench.log.witness(&checkpoint, &witness).unwrap();
        bench.log.witness(&checkpoint, &witness).unwrap();
        assert_eq!(witness.latest_checkpoint().unwrap(), Some(checkpoint));
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_log_cut_or_rewritten_is_refused_and_remembered_as_it_was() {
    let folder = folder();
    let bench = Bench::new();
    let witness = FileWitness::new(folder.join("witness"), vec![bench.log.verifier_key()]);
    grow(&bench, 3);
    let cut = bench.rig.rows();
    let seen = grow(&bench, 4);
    bench.log.witness(&seen, &witness).unwrap();

    let shorter = Bench::on(Rig::holding(&cut), Arc::default());
    assert_eq!(shorter.verify().verdict(), Verdict::Intact, "alone, a shorter log is whole");
    let now = shorter.log.checkpoint(at(1)).unwrap();
    assert!(matches!(shorter.log.witness(&now, &witness), Err(WitnessError::Shrunk { seen: 7, size: 3 })));
    let report = shorter.verify_against(vec![witness.latest_checkpoint().unwrap().unwrap()]);
    assert_eq!((report.verdict(), report.findings[0].index), (Verdict::Missing, Some(3)));

    // Grown again past the witnessed size, with other entries.
    let forked = grow(&shorter, 9);
    assert!(matches!(shorter.log.witness(&forked, &witness), Err(WitnessError::Forked(_))));
    let report = shorter.verify_against(vec![seen.clone()]);
    assert!(matches!(report.findings[0].reason, Reason::CheckpointRoot { size: 7, .. }));
    assert_eq!(witness.latest_checkpoint().unwrap(), Some(seen.clone()));

    let stranger = FileWitness::new(folder.join("other"), vec![Signer::new(9).key()]);
    assert!(matches!(bench.log.witness(&seen, &stranger), Err(WitnessError::Note(NoteError::Unsigned))));
    let proof = ConsistencyProof { old: 6, new: 7, path: Vec::new() };
    assert!(matches!(witness.witness(seen.note(), &proof), Err(WitnessError::WrongProof { .. })));
    std::fs::write(folder.join("witness"), "not a note").unwrap();
    assert!(matches!(witness.latest(), Err(WitnessError::Note(NoteError::MalformedNote))));
    std::fs::remove_dir_all(folder).unwrap();
}
