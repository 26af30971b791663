//! Goal: what hosts have written stays readable. Method: files that no test writes, read and compared with values built
//! in code.
#![cfg(feature = "serde")]

use strongroom_dlp::recipient::{EXTERNAL, INTERNAL, PARTNER};
use strongroom_dlp::{Confidence, Entity, Response, Rule, Rules};

#[test]
fn rules_are_read_from_toml() {
    let read: Rules = toml::from_str(include_str!("golden/rules.toml")).unwrap();
    let sure = |value| Confidence::new(value).unwrap();
    let built = Rules::new()
        .unmatched(INTERNAL, Response::Warn)
        .unmatched("Regulator", Response::Allow)
        .rule(
            Rule::new("resident ids never leave", Response::Block)
                .recipients([EXTERNAL, PARTNER])
                .entities(&[Entity::CnResidentId]),
        )
        .rule(
            Rule::new("phones leave masked", Response::Redact)
                .entities(&[Entity::Phone])
                .confidence_min(Entity::Phone, sure(0.75)),
        )
        .rule(
            Rule::new("many contacts", Response::Block)
                .entities(&[Entity::Email, Entity::Phone])
                .confidence_min(Entity::Email, sure(1.0))
                .confidence_min(Entity::Phone, sure(0.5))
                .count_min(3)
                .level_min(2)
                .overridable(),
        );
    assert_eq!(read, built);
    assert_eq!(read.validate(), Ok(()));
    let again: Rules = toml::from_str(&toml::to_string(&read).unwrap()).unwrap();
    assert_eq!(again, read);
}

#[test]
fn rules_refuse_what_they_do_not_know() {
    let file = include_str!("golden/rules.toml");
    for (known, unknown) in [
        ("level_min", "level_max"),
        ("unmatched_other", "unmatched_others"),
        ("\"Block\"", "\"Refuse\""),
        ("\"CN_RESIDENT_ID\"", "\"CN_ID\""),
        ("PHONE = 0.75", "TELEPHONE = 0.75"),
        ("PHONE = 0.75", "PHONE = 1.5"),
        ("PHONE = 0.75", "PHONE = -0.5"),
        ("PHONE = 0.75", "PHONE = nan"),
        ("level_min = 2", "level_min = 256"),
        ("count_min = 3", "count_min = -1"),
        ("overridable = true", "overridable = 1"),
        ("name = \"many contacts\"\n", ""),
    ] {
        let changed = file.replacen(known, unknown, 1);
        assert_ne!(changed, file);
        assert!(toml::from_str::<Rules>(&changed).is_err(), "{unknown}");
    }
}

#[cfg(feature = "pseudonyms")]
mod keyed {
    use strongroom_dlp::{Baseline, Entity, Pseudonyms, Scanner, Suppressions, ValueKey, mask};

    /// The key of the golden files, which were made by another implementation of HMAC.
    fn key() -> ValueKey {
        ValueKey::new(&std::array::from_fn(|at| u8::try_from(at).unwrap_or_default()))
    }

    #[test]
    fn suppressions_are_read_from_toml() {
        let file = include_str!("golden/suppressions.toml");
        let read: Suppressions = toml::from_str(file).unwrap();
        let again: Suppressions = toml::from_str(&toml::to_string(&read).unwrap()).unwrap();
        assert_eq!(again, read);
        let text = "电话１３８-００１３-８０００，手机13900139000，邮箱zs@example.com";
        let found = Scanner::new().scan(text.as_bytes());
        let today = "2027-01-30".parse().unwrap();
        for (place, kept) in [
            ("docs/a.md", &[Entity::Phone, Entity::Email][..]),
            ("docs/team.md", &[Entity::Phone]),
            ("src/a.rs", &[Entity::Phone, Entity::Phone, Entity::Email]),
        ] {
            let applied = read.apply(place, text, &found, Some(&key()), today);
            assert_eq!(
                applied.kept.iter().map(|finding| finding.entity).collect::<Vec<_>>(),
                kept,
                "{place}"
            );
        }
        for (known, unknown) in [
            ("version = 1", "version = 2"),
            ("version = 1", ""),
            ("expires = \"2027-01-31\"", "expires = \"2027-02-30\""),
            ("expires = \"2027-01-31\"\n", ""),
            ("reason = \"the number of the help desk\"\n", ""),
            ("reason = \"the number of the help desk\"", "reason = \"\""),
            ("place = \"docs/\"", "path = \"docs/\""),
            ("fingerprint = \"", "fingerprint = \"13800138000"),
            ("place = \"docs/team.md\"\n", ""),
        ] {
            let changed = file.replacen(known, unknown, 1);
            assert_ne!(changed, file);
            assert!(toml::from_str::<Suppressions>(&changed).is_err(), "{unknown}");
        }
    }

    #[test]
    fn a_baseline_is_read_from_json_and_written_the_same() {
        let file = include_str!("golden/baseline.json");
        let read: Baseline = serde_json::from_str(file).unwrap();
        let mut built = Baseline::new(&key());
        // In another order than the file's.
        for (place, text) in [
            ("b.csv", "手机139 0013 9000"),
            ("a.csv", "手机13800138000，手机１３８-００１３-８０００，邮箱zs＠example.com"),
        ] {
            built.accept(place, text, &Scanner::new().scan(text.as_bytes()), &key()).unwrap();
        }
        assert_eq!(built, read);
        assert_eq!(serde_json::to_string_pretty(&built).unwrap(), file.trim_end());
        for (known, unknown) in [
            ("\"version\": 1", "\"version\": 2"),
            ("\"count\": 2", "\"count\": 0"),
            ("\"count\": 2", "\"count\": 2, \"offset\": 1"),
            ("\"a.csv\"", "\"b.csv\", \"place\": \"b.csv\""),
            ("\"key\": \"", "\"key\": \"0"),
        ] {
            let changed = file.replacen(known, unknown, 1);
            assert_ne!(changed, file);
            assert!(serde_json::from_str::<Baseline>(&changed).is_err(), "{unknown}");
        }
        let entry = file.get(file.find("    {").unwrap()..).and_then(|rest| rest.split_once("},")).unwrap().0;
        let twice = file.replacen(entry, &format!("{entry}}},{entry}"), 1);
        assert!(serde_json::from_str::<Baseline>(&twice).is_err());
    }

    #[test]
    fn a_pseudonym_stays() {
        let text = "手机138-0013-8000";
        let masked = mask(text, &Scanner::new().scan(text.as_bytes()), &Pseudonyms::new(key())).unwrap();
        assert_eq!(masked.text, "手机[PHONE:70b015242065a444]");
    }
}
