//! Machines and their tokens. Every value is taken as it is written.

use std::fmt::Write;
use std::net::Ipv6Addr;

use super::in_pieces_of_bits;

/// An IPv4 address (RFC 791) as four numbers up to 255 without zeros in front (RFC 6943, section 3.1.1). Those of
/// 0.0.0.0/8 name no host (RFC 6890).
pub(in super::super) fn ipv4(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 4
        && parts[0] != "0"
        && parts.iter().all(|part| (0..=255).any(|number: u8| number.to_string() == *part))
}

/// An IPv6 address in a form of RFC 4291, section 2.2.
pub(in super::super) fn ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

/// A hardware address (IEEE 802): six pairs of hexadecimal digits joined by dashes, or by colons as most systems do, or
/// three groups of four joined by dots. All zeros and all ones name no interface. One
/// in a hundred thousand has no decimal digit, and is not looked for.
pub(in super::super) fn mac(text: &str) -> bool {
    let is_groups = |sign: char, count: usize, length: usize| {
        let groups: Vec<&str> = text.split(sign).collect();
        groups.len() == count
            && groups
                .iter()
                .all(|group| group.len() == length && group.chars().all(|c| c.is_ascii_hexdigit()))
    };
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    let named = digits.chars().any(|c| ('1'..='9').contains(&c))
        || (digits.contains('0') && digits.chars().any(|c| c != '0'));
    named && (is_groups(':', 6, 2) || is_groups('-', 6, 2) || is_groups('.', 3, 4))
}

/// An access key id of Amazon Web Services (IAM, unique identifiers): `AKIA` or `ASIA` and sixteen characters of base 32.
pub(in super::super) fn aws_key(text: &str) -> bool {
    let base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    text.len() == 20
        && (text.starts_with("AKIA") || text.starts_with("ASIA"))
        && text[4..].chars().all(|c| base32.contains(c))
}

const BASE62: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A token of GitHub (GitHub, Behind GitHub's new authentication token formats, 2021): `ghp_`, `gho_`, `ghu_`, `ghs_` or
/// `ghr_`, thirty random characters, and their CRC-32 as six characters in base 62. Those of `github_pat_` have 22
/// characters, a line and 59 more, about whose check nothing is published.
pub(in super::super) fn github_token(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix("github_pat_") {
        return rest.len() == 82
            && rest.chars().enumerate().all(|(at, c)| if at == 22 { c == '_' } else { BASE62.contains(c) });
    }
    let known = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].iter().any(|prefix| text.starts_with(prefix));
    known
        && text.len() == 40
        && text[4..].chars().all(|c| BASE62.contains(c))
        && text[34..] == github_check(&text[4..34])
}

/// The check of thirty characters.
pub(in super::super) fn github_check(random: &str) -> String {
    // CRC-32 of IEEE 802.3, bit by bit.
    let mut crc = u32::MAX;
    for byte in random.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc.is_multiple_of(2) { crc / 2 } else { (crc / 2) ^ 0xEDB8_8320 };
        }
    }
    let mut rest = !crc;
    let mut text = String::new();
    while text.len() < 6 {
        text.insert(0, BASE62.chars().nth(usize::try_from(rest % 62).unwrap()).unwrap());
        rest /= 62;
    }
    text
}

const BASE64URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A JSON web token in compact form (RFC 7519, RFC 7515): header, payload and signature in base64url without padding,
/// joined by dots. The header is a JSON object with the member `alg`; the signature is empty where that is `none`.
pub(in super::super) fn jwt(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() != 3 || !parts.iter().all(|part| part.chars().all(|c| BASE64URL.contains(c))) {
        return false;
    }
    let (mut bits, mut bytes) = (String::new(), Vec::new());
    for c in parts[0].chars() {
        write!(bits, "{:06b}", BASE64URL.find(c).unwrap()).unwrap();
    }
    while bits.len() >= 8 {
        let rest = bits.split_off(8);
        bytes.push(u8::from_str_radix(&bits, 2).unwrap());
        bits = rest;
    }
    let header = serde_json::from_slice::<serde_json::Value>(&bytes);
    !parts[1].is_empty() && header.is_ok_and(|header| header.get("alg").is_some())
}

/// Bytes in base64url without padding.
pub(in super::super) fn base64url(bytes: &[u8]) -> String {
    let values = in_pieces_of_bits(bytes, 6);
    values.map(|value| BASE64URL.chars().nth(usize::try_from(value).unwrap()).unwrap()).collect()
}
