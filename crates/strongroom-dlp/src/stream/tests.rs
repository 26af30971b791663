//! Goal: the findings of a stream are those of the whole, wherever it is cut, and what it holds is bounded.
//! Method: long texts of random pieces that matter to the scanner, cut at random and around every place where it stops.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::testing::cases;

const FRAGMENTS: &[&str] = &[
    "手机号：13800138000，",
    "11010519491231002X",
    "订单号",
    "13900139000\n",
    "4111 1111 1111 1111 ",
    "name@example.com",
    ",",
    "一三八〇〇一三八〇〇〇",
    "１３８-００１３-８０００",
    "(020) 8888 6666",
    "https://user:secret@host/",
    "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----",
    "-",
    "1 ",
    "1",
    "a1",
    "GB82 WEST 1234 5698 7654 32",
    "银行账号 6222020200112233",
    "\u{200b}",
    "客户反映上次沟通的交付计划需要调整。",
    "\n",
    "the customer asked for a revised schedule ",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "@",
    "🙂",
    "\u{3000}",
    "电话",
    "，",
];

fn fragment() -> impl Strategy<Value = String> {
    (select(FRAGMENTS), prop_oneof![8 => 1_usize..3, 1 => 50_usize..400])
        .prop_map(|(fragment, times)| fragment.repeat(times))
}

fn in_pieces(scanner: &Scanner, text: &[u8], mut sizes: impl Iterator<Item = usize>) -> Vec<Finding> {
    let (mut stream, mut found, mut rest) = (scanner.stream(), Vec::new(), text);
    while !rest.is_empty() {
        let size = sizes.next().unwrap_or(1).clamp(1, rest.len());
        let (piece, after) = rest.split_at(size);
        found.extend(stream.push(piece));
        assert!(stream.held.len() < 256 * 1024, "{}", stream.held.len());
        rest = after;
    }
    found.extend(stream.finish());
    found
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn cuts_change_nothing(
        fragments in proptest::collection::vec(fragment(), 200..700),
        header in select(vec!["", "客户姓名,手机,身份证号,订单号\n"]),
        sizes in proptest::collection::vec(prop_oneof![1_usize..40, 1000_usize..90_000], 1..12),
    ) {
        let text = format!("{header}{}", fragments.concat());
        let scanner = Scanner::new();
        let whole = scanner.scan(text.as_bytes());
        prop_assert_eq!(in_pieces(&scanner, text.as_bytes(), sizes.iter().copied().cycle()), whole);
    }

    #[test]
    fn cut_characters_are_whole_again(bytes in proptest::collection::vec(any::<u8>(), 0..4000), size in 1_usize..4000) {
        let scanner = Scanner::builder().threshold(0.0).build().unwrap();
        let text = [bytes.as_slice(), "１３８００１３８０００".as_bytes()].concat().repeat(40);
        prop_assert_eq!(in_pieces(&scanner, &text, std::iter::repeat(size)), scanner.scan(&text));
    }
}

#[cfg(feature = "patterns")]
#[test]
fn patterns_are_found_wherever_a_stream_is_cut() {
    let pattern = crate::Pattern::new("BADGE_TEST", "[bB]-[0-9]+").unwrap();
    let scanner = Scanner::builder().with_entities(&[]).detector(pattern).build().unwrap();
    let long = format!("B-{}", "7".repeat(9000));
    let text = format!("b-1 {long} {}B-22 ", "x".repeat(300)).repeat(40);
    let whole = scanner.scan(text.as_bytes());
    assert!(whole.len() >= 80);
    for size in [1000, 4097, 30_000, 65_536, 70_001] {
        assert_eq!(in_pieces(&scanner, text.as_bytes(), std::iter::repeat(size)), whole, "{size}");
    }
}

/// Where nothing has a digit or an at sign, the search runs ahead of what looks at lines and patterns.
#[test]
fn lines_and_patterns_without_a_digit_are_found_wherever_a_stream_is_cut() {
    let builder = Scanner::builder().with_entities(&[crate::Entity::Person]);
    #[cfg(feature = "patterns")]
    let builder = builder.detector(crate::Pattern::new("CODEWORD_TEST", "q[a-p]{3,40}z").unwrap());
    let scanner = builder.build().unwrap();
    let row = format!("Mary Walker,qabcdefghijklmnopz,{}\n", "the customer agreed ".repeat(7));
    let text = format!("name,code,note\n{}", row.repeat(2000));
    let whole = scanner.scan(text.as_bytes());
    assert_eq!(whole.len(), if cfg!(feature = "patterns") { 4000 } else { 2000 });
    for size in [1000, 4097, 30_000, 65_536, 70_001] {
        assert_eq!(in_pieces(&scanner, text.as_bytes(), std::iter::repeat(size)), whole, "{size}");
    }
}

#[test]
fn no_place_to_stop_is_a_bad_one() {
    // The same text moved by one byte after the other past the place where the search first stops.
    let scanner = Scanner::new();
    let hit =
        "\n张三，手机：一三八 〇〇一三 八〇〇〇，邮箱：zhang.san@example.com，卡号 4111 1111 1111 1111。";
    for shift in (0..hit.len()).step_by(7) {
        let text = format!("{}{}{}", "a".repeat(shift), hit.repeat(400), "客户".repeat(20_000));
        let whole = scanner.scan(text.as_bytes());
        assert_eq!(whole.len(), 1200);
        assert_eq!(in_pieces(&scanner, text.as_bytes(), [64 * 1024].into_iter().cycle()), whole, "{shift}");
    }
}

/// Where nothing triggers, the search comes close to the end of what is held, and a label may begin just there.
#[test]
fn a_label_that_a_search_ends_in_is_found() {
    let scanner = Scanner::new();
    for (place, filler) in (65_456..65_544).flat_map(|place| [(place, "."), (place, "7")]) {
        let text = format!("{} SWIFT: DEUTDEFF {}", filler.repeat(place), filler.repeat(60_000));
        let whole = scanner.scan(text.as_bytes());
        assert_eq!(whole.len(), 1);
        let sizes = [65_536, 60_000].into_iter();
        assert_eq!(in_pieces(&scanner, text.as_bytes(), sizes), whole, "{place} {filler}");
    }
}
