//! One row, one encoding: what is written is read back, and nothing else is.

use super::*;
use proptest::prelude::*;

fn config() -> ProptestConfig {
    let effort = std::env::var("STRONGROOM_EFFORT").ok().and_then(|text| text.parse().ok()).unwrap_or(1_u32);
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(effort.saturating_mul(200)) }
}

prop_compose! {
    fn head()(
        customer in any::<[u8; 16]>(),
        kind in "[a-z][a-z0-9_-]{0,20}",
        (version, schema_version) in any::<(u64, u32)>(),
        (rank, categories) in (0_u8..16, proptest::collection::vec(0_usize..Category::ALL.len(), 0..4)),
        owner in any::<Option<[u8; 16]>>(),
        (team, state) in (any::<Option<bool>>(), any::<Option<bool>>()),
        restricted in any::<bool>(),
        triggers in proptest::collection::btree_map("[a-z-]{1,12}", any::<i32>(), 0..4),
        tokens in proptest::collection::vec(("[a-z][a-z_]{0,8}", any::<[u8; 16]>()), 0..4),
    ) -> Head {
        let categories = categories.into_iter().map(|at| Category::ALL[at]).collect();
        Head {
            customer: CustomerId::from_bytes(customer),
            kind: Kind::new(&kind).unwrap(),
            version,
            schema_version,
            label: Label { level: Level::from_rank(rank), categories },
            owner: owner.map(ActorId::from_bytes),
            team: team.map(|one| if one { "北京" } else { "taipei" }.to_owned()),
            state: state.map(|one| if one { "draft" } else { "signed" }.to_owned()),
            restricted,
            triggers: triggers.into_iter().map(|(name, at)| (name, Timestamp::from_unix_micros(at.into()))).collect(),
            tokens: tokens
                .into_iter()
                .map(|(name, token)| (FieldName::new(&name).unwrap(), IndexToken::from_bytes(token)))
                .collect(),
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_row_comes_back(head in head(), generation in any::<u32>(), sealed in any::<Vec<u8>>()) {
        let row = Row { head, generation, sealed };
        prop_assert_eq!(Row::decode(&row.encode()).unwrap(), row);
    }

    #[test]
    fn every_cut_and_every_addition_is_refused(head in head(), more in any::<u8>()) {
        let bytes = head.encode();
        for end in 0..bytes.len() {
            prop_assert!(Head::decode(&bytes[..end]).is_err());
        }
        prop_assert!(Head::decode(&[bytes.as_slice(), &[more]].concat()).is_err());
    }

    #[test]
    fn whatever_is_accepted_is_written_the_same_way(bytes in any::<Vec<u8>>(), head in head(), at in any::<usize>(), to in any::<u8>()) {
        // Arbitrary bytes are mostly refused; one changed byte of a real head often is not.
        let mut near = head.encode();
        let at = at.checked_rem(near.len()).unwrap();
        near[at] = to;
        for candidate in [bytes, near] {
            if let Ok(head) = Head::decode(&candidate) {
                prop_assert_eq!(head.encode(), candidate);
            }
        }
    }
}
