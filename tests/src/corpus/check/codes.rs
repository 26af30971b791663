//! Payment cards, accounts, addresses of cryptocurrencies and tokens.
#![expect(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "sums of a few digits")]

use super::{digits, values};
use ring::digest::{SHA256, digest};

/// ISO/IEC 7812-1, annex B: the sum of the digits, every second from the right doubled, is a multiple of ten.
pub fn luhn(text: &str) -> bool {
    let Some(number) = digits(text, text.len()) else { return false };
    let sum: u32 = number
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    text.len() > 1 && sum.is_multiple_of(10)
}

/// A payment card number of the large schemes: issuer range, length, Luhn.
pub fn credit_card(text: &str) -> bool {
    let head = |len: usize| text.get(..len).and_then(|head| head.parse::<u32>().ok()).unwrap_or(0);
    let is_issued = match text.len() {
        15 => matches!(head(2), 34 | 37),
        16 => {
            matches!(head(1), 4)
                || matches!(head(2), 51..=55 | 62 | 65)
                || matches!(head(4), 2221..=2720 | 3528..=3589 | 6011)
        }
        17..=19 => head(2) == 62,
        _ => false,
    };
    is_issued && luhn(text)
}

/// ISO 13616: the country and check digits moved to the end, letters as numbers from 10, modulo 97.
pub fn iban(text: &str) -> bool {
    let moved: Vec<u32> = text.get(4..).into_iter().chain(text.get(..4)).flat_map(values).collect();
    let rest = moved.iter().fold(0, |rest, value| match value {
        0..=9 => (rest * 10 + value) % 97,
        _ => (rest * 100 + value) % 97,
    });
    let is_formed = text.get(..2).is_some_and(|country| country.bytes().all(|b| b.is_ascii_uppercase()));
    is_formed && (15..=34).contains(&text.len()) && rest == 1
}

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

fn double_hash(bytes: &[u8]) -> [u8; 4] {
    let twice = digest(&SHA256, digest(&SHA256, bytes).as_ref());
    let mut head = [0; 4];
    head.iter_mut().zip(twice.as_ref()).for_each(|(to, from)| *to = *from);
    head
}

/// `Base58Check`: a payload (the version first), four bytes of its double SHA-256, in base 58.
pub fn base58_encode(payload: &[u8]) -> String {
    let bytes = [payload, &double_hash(payload)].concat();
    // Little-endian digits of base 58.
    let mut number: Vec<u32> = Vec::new();
    for byte in &bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut number {
            carry += *digit * 256;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            number.push(carry % 58);
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|byte| **byte == 0).map(|_| '1');
    let text = number.iter().rev().map(|at| char::from(BASE58[usize::try_from(*at).unwrap_or(0)]));
    zeros.chain(text).collect()
}

/// Whether a text is the `Base58Check` form of 21 bytes.
pub fn base58_check(text: &str) -> bool {
    let mut bytes = [0_u8; 25];
    for byte in text.bytes() {
        let Some(at) = BASE58.iter().position(|other| *other == byte) else { return false };
        let mut carry = u32::try_from(at).unwrap_or(0);
        for digit in bytes.iter_mut().rev() {
            carry += u32::from(*digit) * 58;
            *digit = u8::try_from(carry % 256).unwrap_or(0);
            carry /= 256;
        }
    }
    double_hash(&bytes[..21]) == bytes[21..] && base58_encode(&bytes[..21]) == text
}

const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

fn polymod(values: impl IntoIterator<Item = u32>) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.into_iter().fold(1, |checksum, value| {
        let top = checksum >> 25;
        GENERATOR
            .iter()
            .enumerate()
            .filter(|(bit, _)| top >> bit & 1 == 1)
            .fold((checksum & 0x1ff_ffff) << 5 ^ value, |sum, (_, generator)| sum ^ generator)
    })
}

fn expanded(prefix: &str) -> impl Iterator<Item = u32> {
    let high = prefix.bytes().map(|byte| u32::from(byte >> 5));
    high.chain([0]).chain(prefix.bytes().map(|byte| u32::from(byte & 31))).collect::<Vec<_>>().into_iter()
}

/// BIP 173, and BIP 350 for witness versions from 1: groups of five bits, the version first, and a checksum of six.
pub fn bech32_encode(prefix: &str, groups: &[u32]) -> String {
    let target = if groups.first() == Some(&0) { 1 } else { 0x2bc8_30a3 };
    let sum = polymod(expanded(prefix).chain(groups.iter().copied()).chain([0; 6])) ^ target;
    let checksum = (0..6).rev().map(|at| sum >> (5 * at) & 31);
    let letters = groups.iter().copied().chain(checksum);
    let text: String = letters.map(|group| char::from(BECH32[usize::try_from(group).unwrap_or(0)])).collect();
    format!("{prefix}1{text}")
}

/// Whether a text has the checksum of BIP 173 or 350.
pub fn bech32(text: &str) -> bool {
    let Some((prefix, data)) = text.rsplit_once('1') else { return false };
    let groups: Option<Vec<u32>> = data
        .bytes()
        .map(|byte| BECH32.iter().position(|other| *other == byte).and_then(|at| u32::try_from(at).ok()))
        .collect();
    groups
        .and_then(|groups| groups.len().checked_sub(6).map(|len| bech32_encode(prefix, &groups[..len])))
        .is_some_and(|encoded| encoded == text)
}

/// The last six characters of a GitHub token: CRC-32 of the thirty before them, in base 62.
pub fn github_checksum(random: &str) -> String {
    const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut crc = !random.bytes().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| {
                if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
            },
        )
    });
    let mut text = Vec::new();
    for _ in 0..6 {
        text.push(char::from(BASE62[usize::try_from(crc % 62).unwrap_or(0)]));
        crc /= 62;
    }
    text.iter().rev().collect()
}

/// A personal access token of GitHub in the form of 2021.
pub fn github_token(text: &str) -> bool {
    let body = text.strip_prefix("ghp_").filter(|body| body.len() == 36 && body.is_ascii());
    body.and_then(|body| body.split_at_checked(30))
        .is_some_and(|(random, checksum)| github_checksum(random) == checksum)
}
