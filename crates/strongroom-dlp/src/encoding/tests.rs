//! Goal: every offset leads back to the very bytes a character came from. Method: text is encoded by another hand
//! (`encoding_rs`, or the standard library for UTF-16), decoded here, and each character compared with its bytes.

use super::detect::SAMPLE_BYTES;
use super::*;
use crate::testing::{ENCODINGS, cases, encode};
use crate::{Entity, Scanner};
use proptest::prelude::*;

#[test]
fn findings_point_into_the_original_bytes() {
    let text = "客戶張三，電話：13800138000；身份證11010519491231002X，郵箱zs＠example.com。";
    for encoding in ENCODINGS {
        let bytes = encode(text, encoding);
        let found = Scanner::new().scan_encoded(&bytes, encoding);
        let values: Vec<_> =
            found.iter().map(|f| (f.entity, decode(&bytes[f.range()], encoding).into_text())).collect();
        let expected = [
            (Entity::Phone, "13800138000".to_owned()),
            (Entity::CnResidentId, "11010519491231002X".to_owned()),
            (Entity::Email, "zs＠example.com".to_owned()),
        ];
        assert_eq!(values, expected, "{encoding}");
    }
}

#[test]
fn encodings_are_detected() {
    let simplified = "客户张三的联系电话是13800138000，请在工作日与他联系，谢谢合作。合同已经签署完毕。";
    let traditional = "客戶張三的聯絡電話是0912345678，請在工作日與他聯絡，謝謝合作。合約已經簽署完畢。";
    for (text, encoding) in [
        (simplified, Encoding::Utf8),
        (simplified, Encoding::Gb18030),
        (traditional, Encoding::Big5),
        ("name,phone\nzhang,13800138000\n", Encoding::Utf8),
        ("name,phone\nzhang,13800138000\n", Encoding::Utf16Le),
        ("name,phone\nzhang,13800138000\n", Encoding::Utf16Be),
        ("", Encoding::Utf8),
    ] {
        assert_eq!(detect(&encode(text, encoding)), encoding, "{text}");
    }
    assert_eq!(detect(&encode(&format!("\u{feff}{simplified}"), Encoding::Utf16Le)), Encoding::Utf16Le);
    assert_eq!(detect(&encode(&format!("\u{feff}{simplified}"), Encoding::Utf16Be)), Encoding::Utf16Be);
    // A character cut in two by the end of the sample is no reason to doubt UTF-8.
    let long = format!("a{}", "中".repeat(SAMPLE_BYTES));
    assert_eq!(detect(long.as_bytes()), Encoding::Utf8);
}

#[test]
fn short_texts_in_utf_16_are_detected_without_a_mark() {
    for text in [
        "1\n",
        "ok",
        "abc",
        "a,b\r\n1,2\r\n",
        "手机：13800138000",
        "电话\t姓名\n1\t王\n",
        "你好，世界。\n",
        "客户张三\n",
        "姓名　电话\n",
        "zhang 张",
        "一二三四五六七八九十 1",
        "naïve café – “déjà vu”",
        "전화 번호는 010-1234-5678 입니다",
        "телефон клиента 13800138000",
    ] {
        for encoding in [Encoding::Utf16Le, Encoding::Utf16Be] {
            assert_eq!(detect(&encode(text, encoding)), encoding, "{text}");
        }
    }
}

#[test]
fn zero_bytes_in_other_text_are_not_utf_16() {
    for text in [
        "\0",
        "a\0",
        "\0a",
        "ab\0c",
        "abc\0def",
        "abc\0defg",
        "\0\0\0\0",
        "AB\0\0\0\0CD\0\0\0\0",
        "13800138000\0",
        "one\0two\0six\0",
        "./a.txt\0./bc.txt\0./def.txt\0",
        "name=zhang\0phone=13800138000\0",
        "姓名\0电话",
    ] {
        assert_eq!(detect(text.as_bytes()), Encoding::Utf8, "{text:?}");
    }
    let simplified =
        "客户张三的联系电话是13800138000，请在工作日与他联系。\0客户李四的合同已经签署完毕，谢谢合作。";
    assert_eq!(detect(&encode(simplified, Encoding::Gb18030)), Encoding::Gb18030);
    let traditional =
        "客戶張三的聯絡電話是0912345678，請在工作日與他聯絡。\0客戶李四的合約已經簽署完畢，謝謝合作。";
    assert_eq!(detect(&encode(traditional, Encoding::Big5)), Encoding::Big5);
    let code =
        "let phone = \"13800138000\"; // 客户的联系电话\nlet name = \"zhang\"; // 客户的姓名\0\n".repeat(4);
    assert_eq!(detect(&encode(&code, Encoding::Gb18030)), Encoding::Gb18030);
}

#[test]
fn malformed_bytes_are_counted_and_passed_over() {
    for (bytes, encoding, text, malformed) in [
        (&b"a\xFFb"[..], Encoding::Utf8, "a\u{FFFD}b", 1),
        (b"a\xFFb", Encoding::Gb18030, "a\u{FFFD}b", 1),
        (b"a\xFFb", Encoding::Big5, "a\u{FFFD}b", 1),
        (b"\x80A", Encoding::Gb18030, "€A", 0),
        (b"\xD6", Encoding::Gb18030, "\u{FFFD}", 1),
        (b"\xD6\xD0\xD6", Encoding::Gb18030, "中\u{FFFD}", 1),
        (b"\xA4\xA4\xA4", Encoding::Big5, "中\u{FFFD}", 1),
        (b"\x00\xD8a\x00", Encoding::Utf16Le, "\u{FFFD}a", 2),
        (b"a\x00b", Encoding::Utf16Le, "a\u{FFFD}", 1),
        // Letter and combining mark from one code.
        (b"\x88\x62a", Encoding::Big5, "\u{CA}\u{304}a", 0),
    ] {
        let decoded = decode(bytes, encoding);
        assert_eq!((decoded.text(), decoded.malformed()), (text, malformed), "{bytes:?} {encoding}");
        assert_eq!(decoded.source_offset(decoded.text().len()), Some(bytes.len()));
    }
    assert_eq!(decode(b"\x88\x62a", Encoding::Big5).source_offset(4), Some(2));
}

#[test]
fn names_parse_back() {
    for encoding in ENCODINGS {
        assert_eq!(encoding.to_string().parse(), Ok(encoding));
        assert_eq!(encoding.to_string().to_uppercase().parse(), Ok(encoding));
    }
    assert_eq!("gbk".parse(), Ok(Encoding::Gb18030));
    assert!("latin1".parse::<Encoding>().is_err());
}

#[test]
fn decoded_text_does_not_show_in_debug_output() {
    let shown = format!("{:?}", decode("13800138000".as_bytes(), Encoding::Utf8));
    assert!(!shown.contains("138") && shown.contains("[redacted]"));
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn each_character_leads_back_to_its_bytes(text in "[ -~中文電話号码０-９𠀀-𠀏é€]{0,40}") {
        for encoding in ENCODINGS {
            if encoding == Encoding::Big5 && encoding_rs::BIG5.encode(&text).2 {
                continue;
            }
            let bytes = encode(&text, encoding);
            let decoded = decode(&bytes, encoding);
            prop_assert_eq!(decoded.text(), &text);
            for (at, c) in text.char_indices() {
                let start = decoded.source_offset(at).unwrap();
                let end = decoded.source_offset(at.saturating_add(c.len_utf8())).unwrap();
                let own = encode(&c.to_string(), encoding);
                prop_assert_eq!(&bytes[start..end], &own[..]);
            }
        }
    }

    #[test]
    fn texts_with_ascii_are_detected_in_utf_16(text in "[ -~\\n]{2,40}|[一-龥，。：]{1,20}[0-9]{4,11}\\n") {
        for encoding in [Encoding::Utf16Le, Encoding::Utf16Be] {
            prop_assert_eq!(detect(&encode(&text, encoding)), encoding, "{}", text);
        }
    }

    #[test]
    fn text_with_one_zero_byte_is_not_utf_16(before in "[ -~]{0,20}", after in "[ -~]{0,20}") {
        prop_assert_eq!(detect(format!("{before}\0{after}").as_bytes()), Encoding::Utf8);
    }

    #[test]
    fn any_bytes_decode_with_offsets_in_order(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        for encoding in ENCODINGS {
            let decoded = decode(&bytes, encoding);
            let mut last = 0;
            for (at, _) in decoded.text().char_indices() {
                let offset = decoded.source_offset(at).unwrap();
                prop_assert!(offset >= last && offset <= bytes.len());
                last = offset;
            }
            prop_assert_eq!(decoded.source_offset(decoded.text().len()), Some(bytes.len()));
            prop_assert_eq!(decoded.source_offset(decoded.text().len().saturating_add(1)), None);
            let _ = detect(&bytes);
        }
    }
}
