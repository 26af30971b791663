//! Roots and proofs of the log against a naive tree over its leaves.

use super::*;
use proptest::prelude::*;

fn path_by_hand(index: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut path, sibling) = if index < middle {
        (path_by_hand(index, left), right)
    } else {
        (path_by_hand(index - middle, right), left)
    };
    path.push(root_by_hand(sibling));
    path
}

fn leaves(log: &Log) -> Vec<Digest> {
    (0..log.size().unwrap()).map(|index| leaf_hash(&log.leaf_bytes(index).unwrap().unwrap())).collect()
}

fn grow(bench: &Bench, entries: u64) {
    let mut left = entries;
    while left > 0 {
        let now = left.min(97);
        let commit =
            (0..now).fold(Commit::new(Durability::Process), |commit, n| commit.event(view().count(n)));
        bench.log.commit(at(0), commit).unwrap();
        left -= now;
    }
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn proofs_are_those_of_the_naive_tree(entries in 1_u64..600, seeds in prop::collection::vec(any::<u64>(), 12)) {
        let bench = Bench::new();
        grow(&bench, entries);
        let leaves = leaves(&bench.log);
        let of = |size: u64| &leaves[..usize::try_from(size).unwrap()];
        for seed in seeds {
            let size = 1 + seed % entries;
            let index = (seed >> 20) % size;
            let root = root_by_hand(of(size));
            let proof = bench.log.prove_inclusion(index, size).unwrap();
            prop_assert_eq!(&proof.path, &path_by_hand(usize::try_from(index).unwrap(), of(size)));
            let leaf = &leaves[usize::try_from(index).unwrap()];
            prop_assert_eq!(verify_inclusion(leaf, &proof, &root), Ok(()));
            let other = InclusionProof { index: (index + 1) % (size + 1), ..proof };
            prop_assert!(verify_inclusion(leaf, &other, &root).is_err());

            let old = 1 + (seed >> 40) % size;
            let proof = bench.log.prove_consistency(old, size).unwrap();
            prop_assert_eq!(verify_consistency(&root_by_hand(of(old)), &root, &proof), Ok(()));
            prop_assert!(proof.path.len() <= 2 * 11);
            let mut forged = of(old).to_vec();
            forged[usize::try_from(index % old).unwrap()] = sha256(b"another leaf");
            prop_assert!(verify_consistency(&root_by_hand(&forged), &root, &proof).is_err());
        }
        let checkpoint = bench.log.checkpoint(at(1)).unwrap();
        prop_assert_eq!(checkpoint.root(), root_by_hand(&leaves));
        prop_assert_eq!(bench.verify().root, Some(checkpoint.root()));
    }
}

#[test]
fn every_small_tree_proves_everything() {
    let bench = Bench::new();
    for size in 1..=70 {
        grow(&bench, 1);
        let leaves = leaves(&bench.log);
        let root = root_by_hand(&leaves);
        for index in 0..size {
            let proof = bench.log.prove_inclusion(index, size).unwrap();
            verify_inclusion(&leaves[usize::try_from(index).unwrap()], &proof, &root).unwrap();
            let old = index + 1;
            let proof = bench.log.prove_consistency(old, size).unwrap();
            verify_consistency(&root_by_hand(&leaves[..usize::try_from(old).unwrap()]), &root, &proof)
                .unwrap();
        }
    }
}

#[test]
fn a_proof_beyond_the_log_is_refused() {
    let bench = Bench::new();
    grow(&bench, 5);
    for (index, size) in [(0, 6), (5, 5), (7, 5), (u64::MAX, u64::MAX)] {
        assert!(
            matches!(bench.log.prove_inclusion(index, size), Err(LookupError::OutOfRange { .. })),
            "{index} {size}"
        );
    }
    assert!(matches!(bench.log.prove_consistency(3, 6), Err(LookupError::OutOfRange { .. })));
    assert!(matches!(bench.log.prove_consistency(4, 3), Err(LookupError::OutOfRange { .. })));
}

#[test]
fn an_export_proves_itself_to_a_stranger() {
    let bench = Bench::new();
    grow(&bench, 21);
    let checkpoint = bench.log.checkpoint(at(1)).unwrap();
    grow(&bench, 3);
    let mut out = Vec::new();
    assert_eq!(bench.log.export(&checkpoint, 4..21, &mut out).unwrap(), 17);
    let text = String::from_utf8(out).unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let opening = lines.next().unwrap();
    let stated =
        Checkpoint::open(opening["checkpoint"].as_str().unwrap(), &[bench.log.verifier_key()]).unwrap();
    for (line, index) in lines.by_ref().zip(4..21) {
        assert_eq!(line["index"], index);
        let path = serde_json::from_value(line["path"].clone()).unwrap();
        let proof = InclusionProof { index, size: stated.size(), path };
        verify_inclusion(&leaf_hash(line["leaf"].as_str().unwrap().as_bytes()), &proof, &stated.root())
            .unwrap();
    }
    assert!(matches!(
        bench.log.export(&checkpoint, 0..22, &mut Vec::new()),
        Err(ExportError::Lookup(LookupError::OutOfRange { .. }))
    ));
}
