//! Accounts, banks, cards and coins.

use hmac_sha256::Hash;

use super::{DIGITS, LETTERS, digits, in_pieces_of_bits, luhn, number, remainder};

/// A payment card number (ISO/IEC 7812-1): the Luhn digit, and a range that an issuer has published. Lengths and ranges
/// are those of the schemes' own rules; wide and old ranges, which the product does not take at their word, are left out.
pub(in super::super) fn card(text: &str) -> bool {
    if digits(text, text.len()).is_none() || text.len() < 13 || text.len() > 19 {
        return false;
    }
    let head = |length: usize| number(&text[..length]);
    let scheme = match text.len() {
        // Diners Club.
        14 => matches!(head(3), 300..=305 | 309) || matches!(head(2), 36 | 38 | 39),
        // American Express.
        15 => matches!(head(2), 34 | 37),
        // Mastercard, Mir and most of Visa.
        16 if matches!(head(2), 51..=55) || matches!(head(4), 2221..=2720 | 2200..=2204) || head(1) == 4 => {
            true
        }
        // Visa with 19, and Discover, JCB and UnionPay with any length from 16 on.
        16..=19 => {
            matches!(head(4), 3528..=3589 | 6011)
                || matches!(head(3), 644..=649)
                || matches!(head(2), 62 | 65)
                || (text.len() == 19 && head(1) == 4)
        }
        _ => false,
    };
    scheme && luhn(text)
}

/// Whether a number with the Luhn digit is in one of the ranges that are so wide or so old that the product wants more
/// evidence: Maestro, `RuPay`, and the Visa cards of thirteen digits.
pub(in super::super) fn is_of_a_wide_range(text: &str) -> bool {
    (12..=19).contains(&text.len())
        && (matches!(number(&text[..2]), 50 | 56..=61 | 63 | 66..=69 | 81 | 82) || text.starts_with('4'))
        && luhn(text)
}

/// An IBAN (ISO 13616-1; SWIFT, IBAN Registry): the country with its length, and check digits from 02 to 98 so that the
/// number with its first four characters at the end, and letters as 10 to 35, leaves 1 modulo 97 (ISO/IEC 7064).
pub(in super::super) fn iban(text: &str) -> bool {
    let registry = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 \
                    EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 \
                    IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 \
                    NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 \
                    SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";
    let known = registry.split_whitespace().any(|entry| {
        text.starts_with(&entry[..2]) && text.len() == usize::try_from(number(&entry[2..])).unwrap()
    });
    if !known || !text.chars().all(|c| LETTERS.contains(c) || DIGITS.contains(c)) {
        return false;
    }
    let moved = format!("{}{}", &text[4..], &text[..4]);
    let decimal: String = moved.chars().map(|c| c.to_digit(36).unwrap().to_string()).collect();
    digits(&text[2..4], 2).is_some()
        && (2..=98).contains(&number(&text[2..4]))
        && remainder(&decimal, 97) == 1
}

/// ISO 3166-1 alpha-2, all 249, and XK, which the registries of banks use for Kosovo.
pub(in super::super) const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD \
     CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE \
     GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI \
     KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX \
     MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD \
     SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ \
     VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK";

/// A business identifier code (ISO 9362): four letters, a country, two characters of a place, and none or three of a
/// branch, which begin with X only as XXX.
pub(in super::super) fn bic(code: &str) -> bool {
    if (code.len() != 8 && code.len() != 11)
        || !code.chars().all(|c| LETTERS.contains(c) || DIGITS.contains(c))
    {
        return false;
    }
    let branch = &code[8..];
    code[..4].chars().all(|c| LETTERS.contains(c))
        && COUNTRIES.split(' ').any(|country| country == &code[4..6])
        && (!branch.starts_with('X') || branch == "XXX")
}

/// An address of Bitcoin or Ethereum, as it is written: letters are told apart.
pub(in super::super) fn coin_address(text: &str) -> bool {
    base58_address(text) || segwit_address(text) || is_hexadecimal_address(text)
}

/// `0x` and forty hexadecimal digits. Which of them are capitals may be a check (EIP-55) that not all programs write.
fn is_hexadecimal_address(text: &str) -> bool {
    text.len() == 42 && text.starts_with("0x") && text[2..].chars().all(|c| c.is_ascii_hexdigit())
}

const BASE58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// `Base58Check` (Bitcoin, `base58.cpp` and the wiki's page of that name): 25 bytes as one large number in base 58 with a
/// 1 for each zero byte in front; the version 0 or 5, twenty bytes, and four of the double SHA-256 of all before.
fn base58_address(text: &str) -> bool {
    let mut bytes = Vec::<u8>::new();
    for c in text.chars() {
        let Some(value) = BASE58.find(c) else { return false };
        let mut carry = u32::try_from(value).unwrap();
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = u8::try_from(carry % 256).unwrap();
            carry /= 256;
        }
        if carry > 0 {
            bytes.insert(0, u8::try_from(carry).unwrap());
        }
    }
    let zeros = text.chars().take_while(|c| *c == '1').count();
    let mut all = vec![0; zeros];
    all.extend(bytes);
    all.len() == 25 && (all[0] == 0 || all[0] == 5) && all[21..] == Hash::hash(&Hash::hash(&all[..21]))[..4]
}

/// The other way: the address of a version and twenty bytes.
pub(in super::super) fn base58_of(version: u8, payload: &[u8]) -> String {
    let mut all = vec![version];
    all.extend(payload);
    let check = Hash::hash(&Hash::hash(&all));
    all.extend(&check[..4]);
    let zeros = all.iter().take_while(|byte| **byte == 0).count();
    let mut text = String::new();
    while all.iter().any(|byte| *byte != 0) {
        let mut rest = 0;
        for byte in &mut all {
            rest = rest * 256 + u32::from(*byte);
            *byte = u8::try_from(rest / 58).unwrap();
            rest %= 58;
        }
        text.insert(0, BASE58.chars().nth(usize::try_from(rest).unwrap()).unwrap());
    }
    format!("{}{text}", "1".repeat(zeros))
}

const BECH32: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// A product in the field of 32 elements, of polynomials over two elements modulo a^5 + a^3 + 1 (BIP 173).
fn product(a: u32, b: u32) -> u32 {
    let mut long = 0;
    for bit in 0..5 {
        if b >> bit & 1 == 1 {
            long ^= a << bit;
        }
    }
    for bit in (5..9).rev() {
        if long >> bit & 1 == 1 {
            long ^= 0b10_1001 << (bit - 5);
        }
    }
    long
}

/// The remainder of the polynomial with these coefficients, and 1 before them, by the generator of BIP 173.
fn bech32_remainder(values: &[u32]) -> Vec<u32> {
    let generator = [29, 22, 20, 21, 29, 18];
    let mut rest = vec![1];
    rest.extend(values);
    for at in 0..rest.len().saturating_sub(6) {
        let lead = rest[at];
        for (place, coefficient) in generator.iter().enumerate() {
            rest[at + 1 + place] ^= product(lead, *coefficient);
        }
    }
    rest.split_off(rest.len() - 6)
}

/// What the remainder of all with the check sum is: 1 for version 0 (BIP 173), `0x2bc830a3` for those after (BIP 350).
fn bech32_final(version: u32) -> [u32; 6] {
    if version == 0 { [0, 0, 0, 0, 0, 1] } else { [21, 28, 16, 12, 5, 3] }
}

/// What stands before the data: the letters of `bc`, their upper bits, a zero, and their lower bits.
const HUMAN_READABLE: [u32; 5] = [3, 3, 0, 2, 3];

/// A Bech32 address of the main network: all in one case, a version up to 16, a program of 2 to 40 bytes, of version 0 of
/// 20 or 32, and six characters of check sum. Addresses of less than sixteen characters hold the key of nobody, and are not
/// looked for.
fn segwit_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    let Some(data) = lower.strip_prefix("bc1") else { return false };
    if (text != lower && text != text.to_uppercase()) || data.len() < 9 {
        return false;
    }
    let values: Option<Vec<u32>> =
        data.chars().map(|c| BECH32.find(c).and_then(|value| u32::try_from(value).ok())).collect();
    let Some(values) = values else { return false };
    let program = &values[1..values.len() - 6];
    let (bytes, padding) = (program.len() * 5 / 8, program.len() * 5 % 8);
    let last = *program.last().unwrap();
    let padded = padding < 5 && last.is_multiple_of(1 << padding);
    let mut all = HUMAN_READABLE.to_vec();
    all.extend(&values);
    text.len() >= 16
        && values[0] <= 16
        && (2..=40).contains(&bytes)
        && (values[0] != 0 || bytes == 20 || bytes == 32)
        && padded
        && bech32_remainder(&all) == bech32_final(values[0])
}

/// The other way: the address of a version and a program.
pub(in super::super) fn segwit_of(version: u32, program: &[u8]) -> String {
    let mut values = vec![version];
    values.extend(in_pieces_of_bits(program, 5));
    let mut all = HUMAN_READABLE.to_vec();
    all.extend(&values);
    all.extend([0; 6]);
    let rest = bech32_remainder(&all);
    values.extend(rest.iter().zip(bech32_final(version)).map(|(a, b)| a ^ b));
    let text: String =
        values.iter().map(|value| BECH32.chars().nth(usize::try_from(*value).unwrap()).unwrap()).collect();
    format!("bc1{text}")
}
