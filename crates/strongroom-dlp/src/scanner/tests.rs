//! Goal: each entity is found where it stands and its near misses are not; offsets are exact; nothing panics.
//! Method: tables with the value between `⟦` and `⟧`, then properties against a slow reference.

use super::*;

mod agreement;
mod around;
mod kinds;
mod properties;
mod slow;
mod writing;

/// Checks that the text, with the marks taken out, has exactly the findings that the marks show, of this entity.
#[track_caller]
fn check(entity: Entity, marked: &str) {
    let (mut text, mut expected, mut open) = (String::new(), Vec::new(), 0);
    for c in marked.chars() {
        match c {
            '⟦' => open = text.len(),
            '⟧' => expected.push((entity.name(), open, text.len())),
            c => text.push(c),
        }
    }
    let findings = Scanner::new().scan(text.as_bytes());
    let found: Vec<_> = findings.iter().map(|f| (f.entity.name(), f.start, f.end)).collect();
    assert_eq!(found, expected, "{text}\n{findings:?}");
}

#[track_caller]
fn all(entity: Entity, table: &[&str]) {
    for marked in table {
        check(entity, marked);
    }
}

#[test]
fn resident_ids() {
    all(
        Entity::CnResidentId,
        &[
            "⟦11010519491231002X⟧",
            "⟦11010519491231002x⟧",
            "⟦440524188001010014⟧",
            "身份证号：⟦11010519491231002X⟧。",
            "张三⟦11010519491231002X⟧男",
            "⟦１１０１０５１９４９１２３１００２Ｘ⟧",
            "⟦110105 19491231 002X⟧",
            "⟦110105-19491231-002X⟧",
            "⟦1101\u{200b}0519491231002X⟧",
            "a,⟦11010519491231002X⟧,b\n",
            "身份证 ⟦130503670401001⟧",
            // The check digit, the month, the day, the year, the length, a longer run.
            "110105194912310021",
            "110105194912310020",
            "110105194913310021",
            "110105194902300020",
            "110105169912310025",
            "11010519491231002",
            "11010519491231002X1",
            "911010519491231002X",
            "A11010519491231002X",
            "110105194912310021X",
            // Fifteen digits without a word, or with an impossible date.
            "130503670401001",
            "身份证 130503671301001",
            // A check digit that holds, but a region that is none, without a word.
            "990105194912310023",
            "订单 110105194912310021",
            "￥110105194912310021.00",
        ],
    );
}

#[test]
fn unified_credit_codes() {
    all(
        Entity::CnUscc,
        &[
            "⟦91350100M000100Y43⟧",
            "⟦91350100m000100y43⟧",
            "统一社会信用代码：⟦91350100M000100Y43⟧",
            "⟦９１３５０１００Ｍ０００１００Ｙ４３⟧",
            "⟦91350100 M000100Y43⟧",
            "91350100M000100Y44",
            "91350100M000100Y34",
            "91350100I000100Y43",
            "B1350100M000100Y41",
            "9135A100M000100Y4Y",
            "91350100M000100Y4",
            "91350100M000100Y433",
            "X91350100M000100Y43",
        ],
    );
}

#[test]
fn mainland_phones() {
    all(
        Entity::Phone,
        &[
            "⟦13800138000⟧",
            "手机⟦13800138000⟧，",
            "tel:⟦138-0013-8000⟧",
            "⟦138 0013 8000⟧",
            "⟦+86 138 0013 8000⟧",
            "⟦+86-13800138000⟧",
            "⟦+8613800138000⟧",
            "⟦(+86)13800138000⟧",
            "⟦008613800138000⟧",
            "⟦86 13800138000⟧",
            "⟦１３８００１３８０００⟧",
            "⟦＋８６　１３８００１３８０００⟧",
            "⟦138·0013·8000⟧",
            "⟦138\u{200b}0013\u{200b}8000⟧",
            "⟦13800138000⟧,⟦13900139000⟧",
            "⟦13800138000⟧/⟦13900139000⟧",
            "⟦13800138000⟧ ⟦13900139000⟧ ⟦13700137000⟧",
            "⟦010-65529988⟧",
            "⟦(010)65529988⟧",
            "⟦（0755）2677 0099⟧",
            "⟦0571-8765432⟧",
            "⟦0755-26770099-801⟧",
            "电话：⟦01065529988⟧",
            "⟦+86 10 6552 9988⟧",
            "⟦+86 (0)10 6552 9988⟧",
            "⟦400-810-8888⟧",
            "电话：⟦65529988⟧",
            // Ranges that are not in use, lengths, longer runs.
            "12800138000",
            "15400138000",
            "19400138000",
            "1380013800",
            "138001380001",
            "A13800138000",
            "13800138000A",
            "65529988",
            "电话会议 20240501",
            "01065529988",
            "0123-65529988",
            "010-15529988",
            // Order numbers, amounts, timestamps, dates, versions.
            "订单号：13800138000",
            "訂單編號 13800138000",
            "Order no. 13800138000",
            "运单号13800138000",
            "金额 13800138000",
            "￥13800138000",
            "13800138000元",
            "13800138000.50",
            "2024-13800138000-01",
            "ORD-13800138000",
            "order_13800138000",
            "/orders/13800138000",
            "1714521600000",
            "1714521600",
            "20240501123000",
            "2024-05-01 12:30:00",
            "2024.05.01",
            "v1.13.8001",
            "1,380,013,800",
            "138 0013 8000 1234",
            "1234 138 0013 8000",
        ],
    );
}

#[test]
fn other_phones() {
    all(
        Entity::Phone,
        &[
            "⟦0912-345-678⟧",
            "⟦0912345678⟧",
            "⟦+886 912 345 678⟧",
            "⟦(02) 2345-6789⟧",
            "⟦02-2345-6789⟧",
            "⟦037-123456⟧".replace("123456", "223456").as_str(),
            "⟦+886-2-2345-6789⟧",
            "⟦+852 9123 4567⟧",
            "⟦+85291234567⟧",
            "電話：⟦9123 4567⟧",
            "Tel ⟦2345 6789⟧",
            "⟦+853 6612 3456⟧",
            "⟦+1 (415) 555-2671⟧",
            "⟦+14155552671⟧",
            "⟦(415) 555-2671⟧",
            "⟦415-555-2671⟧",
            "⟦+44 20 7946 0958⟧",
            "⟦+81 3 1234 5678⟧",
            "9123 4567",
            "+852 1123 4567",
            "+853 1612 3456",
            "+1 (115) 555-2671",
            "+1 911 555 2671",
            "+999 1234 5678",
            "+12345",
            "0812-345-678",
            "115-555-2671",
            "1+1=2, 3+4567",
        ],
    );
}

#[test]
fn cards() {
    all(
        Entity::CreditCard,
        &[
            "⟦4111111111111111⟧",
            "⟦4111 1111 1111 1111⟧",
            "⟦4111-1111-1111-1111⟧",
            "⟦４１１１１１１１１１１１１１１１⟧",
            "⟦5500005555555559⟧",
            "⟦378282246310005⟧",
            "⟦3782-822463-10005⟧",
            "⟦6011111111111117⟧",
            "⟦3530111333300000⟧",
            "⟦30569309025904⟧",
            "⟦6222021234567890128⟧",
            "银行卡号⟦6222 0212 3456 7890 128⟧",
            "4111111111111112",
            "4111 1111 1111 1112",
            "41111111111111111",
            "1111111111111117",
            "9111111111111111",
            "0000000000000000",
            "订单号 4111111111111111",
            "ORD-4111111111111111",
            "4111111111111111.50",
            "￥4111111111111111",
            "550e8400-e29b-41d4-a716-446655440000",
        ],
    );
}

#[test]
fn emails() {
    all(
        Entity::Email,
        &[
            "⟦a@example.com⟧",
            "邮箱⟦zhang.san+crm@mail.example.com.cn⟧，谢谢",
            "<⟦zhang_san@example.com⟧>",
            "mailto:⟦a-b@ex-ample.org⟧.",
            "⟦ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ⟧",
            "⟦zhang\u{200b}@example.com⟧",
            "⟦a@example.com⟧;⟦b@example.com⟧",
            "..⟦a@example.com⟧..",
            "⟦13800138000@qq.com⟧",
            "⟦a@b.xn--fiqs8s⟧",
            "a@example",
            "@example.com",
            "a@.com",
            "a@-example.com",
            "a@example.c",
            "a@1.2",
            "icon@2x.png",
            "a@@b",
            "a @example.com",
            "git clone user@host:path",
        ],
    );
    let long = format!("{}@example.com", "a".repeat(65));
    check(Entity::Email, &long);
    check(Entity::Email, &format!("⟦{}@example.com⟧", "a".repeat(64)));
    check(Entity::Email, &format!("a@{}.com", "b".repeat(64)));
}

#[test]
fn ibans() {
    all(
        Entity::Iban,
        &[
            "⟦GB82WEST12345698765432⟧",
            "⟦GB82 WEST 1234 5698 7654 32⟧",
            "⟦DE89370400440532013000⟧",
            "IBAN: ⟦DE89 3704 0044 0532 0130 00⟧.",
            "⟦MT84 MALT 0110 0001 2345 MTLC AST0 01S⟧",
            "⟦ＤＥ８９３７０４００４４０５３２０１３０００⟧",
            "⟦NO9386011117947⟧",
            "GB82WEST12345698765433",
            "GB28WEST12345698765432",
            "GB82WEST1234569876543",
            "GB82WEST123456987654321",
            "XX82WEST12345698765432",
        ],
    );
}

#[test]
fn hong_kong_and_taiwan_ids() {
    all(
        Entity::HkHkid,
        &[
            "⟦A123456(3)⟧",
            "⟦a123456(3)⟧",
            "⟦A123456（3）⟧",
            "⟦A123456 (3)⟧",
            "⟦Ａ１２３４５６（３）⟧",
            "⟦AB987654(3)⟧",
            "身份證號碼：⟦A1234563⟧",
            "⟦A123456-3⟧",
            "⟦G123456(A)⟧",
            "A123456(4)",
            "A123456(B)",
            "A1234563",
            "A12345(6)",
            "ABC123456(3)",
            "A123456(3",
        ],
    );
    all(
        Entity::TwNationalId,
        &[
            "⟦A123456789⟧",
            "身分證字號⟦A123456789⟧",
            "⟦Ａ１２３４５６７８９⟧",
            "A123456788",
            "A323456789",
            "A12345678",
            "A1234567890",
            "AA123456789",
        ],
    );
}

#[test]
fn by_word_only() {
    all(Entity::TwUbn, &["統一編號：⟦04595257⟧", "統編 ⟦04595257⟧", "統一編號：04595258", "04595257"]);
    all(Entity::Passport, &["护照号：⟦E12345678⟧", "passport no ⟦EA1234567⟧", "E12345678", "护照号：E123"]);
    all(Entity::CnBankAccount, &["开户账号：⟦110060149018150012345⟧", "110060149018150012345"]);
}

#[test]
fn numbers_of_the_net() {
    all(
        Entity::UsSsn,
        &["⟦123-45-6789⟧", "SSN ⟦123 45 6789⟧", "000-45-6789", "666-45-6789", "912-45-6789", "123-00-6789"],
    );
    all(
        Entity::IpAddress,
        &[
            "⟦192.168.1.10⟧",
            "host ⟦10.0.0.1⟧:8080",
            "256.1.1.1",
            "1.2.3",
            "1.2.3.4",
            "10.0.0.1.5",
            "10.0.0.01",
            "版本 10.1.2.3",
        ],
    );
    all(
        Entity::UrlCredentials,
        &[
            "postgres://⟦admin:s3cret!⟧@db.example.com/crm",
            "https://example.com/@user",
            "ssh://git@example.com",
        ],
    );
    all(
        Entity::AwsKey,
        &[
            "⟦AKIAIOSFODNN7EXAMPLE⟧",
            "(1) ⟦AKIAIOSFODNN7EXAMPLE⟧",
            "akiaiosfodnn7example",
            "AKIAIOSFODNN7EXAMPLEX",
            "AKIAIOSFODNN7EXAMPL1",
        ],
    );
    all(
        Entity::Jwt,
        &[
            "⟦eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U⟧",
            "401 Bearer eyJ, 401 ⟦eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.⟧",
            "eyJhbGciOiJIUzI1NiJ9.abc",
        ],
    );
    all(
        Entity::PrivateKey,
        &[
            "⟦-----BEGIN PRIVATE KEY-----\nMIIE138\n-----END PRIVATE KEY-----⟧\n",
            "⟦-----BEGIN RSA PRIVATE KEY-----⟧\nMII",
            "-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----",
            "--------------",
        ],
    );
}

#[test]
fn several_kinds_in_one_text() {
    let text = "客户张三，身份证11010519491231002X，手机１３８００１３８０００，邮箱zs@example.com，卡4111 1111 1111 1111。";
    let found: Vec<_> = Scanner::new()
        .scan(text.as_bytes())
        .iter()
        .map(|f| (f.entity, text.get(f.range()).unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            (Entity::CnResidentId, "11010519491231002X"),
            (Entity::Phone, "１３８００１３８０００"),
            (Entity::Email, "zs@example.com"),
            (Entity::CreditCard, "4111 1111 1111 1111"),
        ]
    );
}

#[test]
fn evidence_names_checks_and_words_of_our_own() {
    let found = Scanner::new().scan("身份证号 11010519491231002X".as_bytes());
    let evidence: Vec<_> = found.iter().map(|f| f.evidence.to_string()).collect();
    assert_eq!(evidence, ["checksum:iso7064_mod11_2,structure:birth_date,structure:region,context:身份证号"]);
    assert!(found[0].confidence > 0.9 && found[0].confidence <= 1.0);
}

#[test]
fn detectors_thresholds_and_allowed_values_are_chosen() {
    let text = "13800138000 a@example.com 138-0013-8001".as_bytes();
    let names = |scanner: Scanner| scanner.scan(text).iter().map(|f| f.entity.name()).collect::<Vec<_>>();
    let build = |builder: ScannerBuilder| builder.build().unwrap();
    assert_eq!(names(build(Scanner::builder())), ["PHONE", "EMAIL", "PHONE"]);
    assert_eq!(names(build(Scanner::builder().with_entities(&[Entity::Email]))), ["EMAIL"]);
    assert_eq!(names(build(Scanner::builder().without(&[Entity::Email]))), ["PHONE", "PHONE"]);
    assert_eq!(names(build(Scanner::builder().threshold(0.85))), ["EMAIL"]);
    assert_eq!(names(build(Scanner::builder().threshold_of(Entity::Phone, 0.99))), ["EMAIL"]);
    assert_eq!(names(build(Scanner::builder().allow("１３８ ００１３８０００"))), ["EMAIL", "PHONE"]);
    assert_eq!(names(build(Scanner::builder().allow("A@Example.com").allow("13800138001"))), ["PHONE"]);
    let scanner = build(Scanner::builder().with_entities(&[Entity::Email]));
    assert!(scanner.entities().eq([Entity::Email]));
}

#[test]
fn a_scanner_of_nonsense_is_not_built() {
    for confidence in [-0.1, 1.1, f32::NAN, f32::INFINITY] {
        assert!(Scanner::builder().threshold(confidence).build().is_err());
        let one = Scanner::builder().threshold_of(Entity::Iban, confidence).build();
        assert_eq!(one.map(|_| ()), Err(BuildError::Threshold { entity: Entity::Iban }));
    }
    assert_eq!(Scanner::builder().allow(" - ").build().map(|_| ()), Err(BuildError::EmptyValue));
}

#[test]
fn allowed_values_do_not_show_in_debug_output() {
    let builder = Scanner::builder().allow("13800138000");
    assert!(!format!("{builder:?}").contains("49"));
    assert!(!format!("{:?}", builder.build().unwrap()).contains("49"));
}

#[test]
fn what_only_looks_like_data_is_left_alone() {
    for text in [
        "ISBN 978-7-302-12345-6",
        "2024-05-01T12:30:00.123456Z +0800",
        "39.9042,116.4074",
        "39.904200 116.407400",
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "d41d8cd98f00b204e9800998ecf8427e",
        "550e8400-e29b-41d4-a716-446655440000",
        "SF1234567890123",
        "v10.12.300.4-rc1",
        "第1章 1.1.1 节 2024年05月01日 12时30分",
        "共 1234567 件，合计 ￥98,765,432.10 元",
        "width: 1920px; height: 1080px; color: #12345678",
        "192.168.0.0.1",
        "00:1A:2B:3C:4D",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20",
        "2019 2020 2021 2022 2023 2024",
        "100-200-3000",
        "Q1 12,345 Q2 67,890",
        "订单编号：202405011234567890，运单号：75312345678901",
        "1714521600000,1714521600123,1714521600",
    ] {
        assert_eq!(Scanner::new().scan(text.as_bytes()), [], "{text}");
    }
}

#[test]
fn a_scanner_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Scanner>();
    shared::<Finding>();
}

#[test]
fn values_are_found_across_the_cut_of_a_long_chain() {
    // Spaces join all of it into one chain, which is cut every so many groups.
    let text = "7 ".repeat(50) + &"4111 1111 1111 1111 13800138000 ".repeat(40);
    let found = Scanner::new().scan(text.as_bytes());
    let cards = found.iter().filter(|f| f.entity == Entity::CreditCard).count();
    let phones = found.iter().filter(|f| f.entity == Entity::Phone).count();
    assert_eq!(phones, 40);
    assert_eq!(cards, 40);
}
