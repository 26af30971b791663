//! Tokens and keys without a chain: those with a prefix of their issuer, those with a check sum, and what a word calls
//! a key.

use super::Hit;
use crate::Entity;
use crate::fact::Fact;
use base64::Engine as _;
use std::sync::LazyLock;

/// Characters of the longest token that is looked at; a JSON web token may be longer.
const TOKEN_MAX: usize = 256;
/// Characters of the shortest key that a word can tell.
const KEY_MIN: usize = 16;
/// Bits of information in each character of a key, at the least: words and numbers that count have fewer.
const ENTROPY_MIN: f32 = 3.0;
/// Bytes of the header of a JSON web token.
const HEADER_MAX: usize = 2048;
/// Characters of a JSON web token.
const JWT_MAX: usize = 8 * 1024;

/// Looks for every kind of token that the group of letters and digits at `start` can begin or follow.
pub(crate) fn find(bytes: &[u8], start: usize, found: &mut dyn FnMut(Hit)) {
    let Some(run) = Run::around(bytes, start) else { return };
    if run.text.len() >= KEY_MIN {
        let known = github(&run).or_else(|| slack(&run)).or_else(|| crypto(&run)).or_else(|| aws(&run));
        known.or_else(|| api_key(&run)).into_iter().for_each(found);
    }
}

/// A run of the characters that tokens are made of.
#[derive(Debug, Clone, Copy)]
struct Run<'a> {
    text: &'a [u8],
    start: usize,
}

impl<'a> Run<'a> {
    /// The run around `at`; `None` where it is longer than any token.
    fn around(bytes: &'a [u8], at: usize) -> Option<Self> {
        let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let back = bytes.get(..at)?.iter().rev().take(TOKEN_MAX).take_while(inside).count();
        let ahead = bytes.get(at..)?.iter().take(TOKEN_MAX).take_while(inside).count();
        let start = at.checked_sub(back)?;
        let text = bytes.get(start..at.checked_add(ahead)?)?;
        (text.len() <= TOKEN_MAX).then_some(Self { text, start })
    }

    fn hit(&self, entity: Entity, score: f32) -> Hit {
        Hit::new(entity, self.start, self.start.saturating_add(self.text.len()), score)
    }
}

/// `ghp_` and its kin: 30 random characters and six of check sum, CRC-32 in base 62; and `github_pat_`.
fn github(run: &Run<'_>) -> Option<Hit> {
    if let Some(rest) = run.text.strip_prefix(b"github_pat_") {
        let shape = rest.len() == 82 && rest.get(22) == Some(&b'_');
        return shape.then(|| run.hit(Entity::GithubToken, 0.95).with(Fact::GithubPat));
    }
    let rest = [b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"]
        .into_iter()
        .find_map(|head| run.text.strip_prefix(head))?;
    let (random, check) = rest.split_last_chunk::<6>()?;
    let plain = rest.len() == 36 && rest.iter().all(u8::is_ascii_alphanumeric);
    let mut left = crc32fast::hash(random);
    let holds = check.iter().rev().all(|character| {
        let digit = left % 62;
        left /= 62;
        base62(*character) == Some(digit)
    });
    if !plain {
        return None;
    }
    // Tokens of before the check sum, and made-up ones in documents, have the form alone.
    let hit = run.hit(Entity::GithubToken, if holds { 0.99 } else { 0.45 }).with(Fact::GithubPrefix);
    Some(if holds { hit.with(Fact::Crc32Base62) } else { hit })
}

/// The value of a character in base 62: digits, upper case, lower case.
fn base62(character: u8) -> Option<u32> {
    let place = match character {
        b'0'..=b'9' => character.wrapping_sub(b'0'),
        b'A'..=b'Z' => character.wrapping_sub(b'A').wrapping_add(10),
        b'a'..=b'z' => character.wrapping_sub(b'a').wrapping_add(36),
        _ => return None,
    };
    Some(u32::from(place))
}

/// `AKIA` or `ASIA` and 16 characters of base 32, all in upper case.
pub(crate) fn aws_key(bytes: &[u8], at: usize) -> Option<Hit> {
    Run::around(bytes, at).filter(|run| run.start == at).as_ref().and_then(aws)
}

fn aws(run: &Run<'_>) -> Option<Hit> {
    let body = run.text.strip_prefix(b"AKIA").or_else(|| run.text.strip_prefix(b"ASIA"))?;
    let shape = body.len() == 16 && body.iter().all(|c| matches!(c, b'A'..=b'Z' | b'2'..=b'7'));
    shape.then(|| run.hit(Entity::AwsKey, 0.9).with(Fact::AwsPrefix))
}

/// `xoxb-` and its kin: two or three numbers and a secret, joined by dashes.
fn slack(run: &Run<'_>) -> Option<Hit> {
    let rest = run.text.strip_prefix(b"xox")?;
    let (kind, rest) = rest.split_first()?;
    let rest = rest.strip_prefix(b"-")?;
    let parts = rest.split(|byte| *byte == b'-').count();
    let secret = rest.rsplit(|byte| *byte == b'-').next()?;
    let shape = matches!(kind, b'a' | b'b' | b'e' | b'o' | b'p' | b'r' | b's')
        && secret.len() >= 8
        && rest.len() >= 20
        && parts <= 6
        && rest.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    shape.then(|| run.hit(Entity::SlackToken, 0.9).with(Fact::SlackPrefix))
}

/// Bitcoin addresses in `Base58Check` and in Bech32 (BIP 173, BIP 350), Ethereum addresses by their form.
fn crypto(run: &Run<'_>) -> Option<Hit> {
    let hit = |score: f32| run.hit(Entity::CryptoAddress, score);
    match run.text {
        [b'1' | b'3', ..] if (26..=35).contains(&run.text.len()) && base58_check(run.text) => {
            Some(hit(0.95).with(Fact::Base58check))
        }
        [b'b' | b'B', b'c' | b'C', b'1', ..] if bech32(run.text) => Some(hit(0.95).with(Fact::Bech32)),
        [b'0', b'x', rest @ ..] if rest.len() == 40 && rest.iter().all(u8::is_ascii_hexdigit) => {
            Some(hit(0.55).with(Fact::Ethereum))
        }
        _ => None,
    }
}

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// 25 bytes in base 58, a 1 for each that is zero in front, the last four the head of a double SHA-256 of those before.
fn base58_check(text: &[u8]) -> bool {
    let mut payload = [0_u8; 25];
    for character in text {
        let Some(place) = BASE58.iter().position(|known| known == character) else { return false };
        let mut carry = u32::try_from(place).unwrap_or(0);
        for byte in payload.iter_mut().rev() {
            carry = carry.saturating_add(u32::from(*byte).saturating_mul(58));
            let [low, ..] = carry.to_le_bytes();
            *byte = low;
            carry >>= 8;
        }
        if carry != 0 {
            return false;
        }
    }
    let ones = text.iter().take_while(|character| **character == b'1').count();
    let zeros = payload.iter().take_while(|byte| **byte == 0).count();
    let Some((body, check)) = payload.split_last_chunk::<4>().filter(|_| ones == zeros) else { return false };
    let digest = hmac_sha256::Hash::hash(&hmac_sha256::Hash::hash(body));
    matches!(body.first(), Some(0x00 | 0x05)) && digest.starts_with(check)
}

const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// The check sum of BIP 173, and that of BIP 350 for later versions, over `bc` and the data.
fn bech32(text: &[u8]) -> bool {
    let upper = text.iter().any(u8::is_ascii_uppercase);
    let lower = text.iter().any(u8::is_ascii_lowercase);
    let Some(data) = text.get(3..).filter(|_| (14..=74).contains(&text.len()) && upper != lower) else {
        return false;
    };
    let value = |character: &u8| {
        let character = character.to_ascii_lowercase();
        BECH32.iter().position(|known| *known == character).and_then(|place| u32::try_from(place).ok())
    };
    // The name `bc` spread as the standard has it: its high bits, a zero, its low bits.
    let head = [3, 3, 0, 2, 3].into_iter().map(Some);
    let mut sum = 1_u32;
    for value in head.chain(data.iter().map(value)) {
        let Some(value) = value else { return false };
        let top = sum >> 25;
        sum = ((sum & 0x01FF_FFFF) << 5) ^ value;
        for (bit, generator) in
            [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3].iter().enumerate()
        {
            if (top >> bit) & 1 == 1 {
                sum ^= generator;
            }
        }
    }
    // Version, program and six characters of check sum. A program has 2 to 40 bytes, of version 0 just 20 or 32; what is
    // left of its last character is less than five bits, which are zero.
    let Some((Some(version), Some((program, _)))) =
        data.split_first().map(|(first, rest)| (value(first), rest.split_last_chunk::<6>()))
    else {
        return false;
    };
    let (bytes, spare) = (program.len().saturating_mul(5) / 8, program.len().saturating_mul(5) % 8);
    let padding = program.last().and_then(value).map_or(0, |last| last & !(u32::MAX << spare));
    let length = if version == 0 { matches!(bytes, 20 | 32) } else { (2..=40).contains(&bytes) };
    let checksum = if version == 0 { 1 } else { 0x2BC8_30A3 };
    version <= 16 && length && spare < 5 && padding == 0 && sum == checksum
}

/// A run that is random enough to be a key, beside a word that calls it one.
fn api_key(run: &Run<'_>) -> Option<Hit> {
    let digits = run.text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = run.text.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let mixed = digits >= 2 && letters >= 2;
    (mixed && entropy(run.text) >= ENTROPY_MIN)
        .then(|| run.hit(Entity::ApiKey, 0.45).with(Fact::Entropy).with_context_only())
}

/// Shannon's entropy of the characters, in bits for each: log2 of how many there are, less the mean of log2 of how often
/// each occurs.
fn entropy(text: &[u8]) -> f32 {
    let mut counts = [0_u8; 128];
    let mut sum = 0.0;
    for byte in text {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            // What this character adds to the sum of n * log2(n).
            sum += GROWTH.get(usize::from(*count)).copied().unwrap_or(0.0);
            *count = count.saturating_add(1);
        }
    }
    let Ok(total) = u16::try_from(text.len()) else { return 0.0 };
    f32::from(total).log2() - sum / f32::from(total)
}

/// (n + 1) * log2(n + 1) - n * log2(n), by n.
static GROWTH: LazyLock<[f32; TOKEN_MAX]> = LazyLock::new(|| {
    let product = |count: usize| {
        let count = u16::try_from(count).map_or(0.0, f32::from);
        if count > 0.0 { count * count.log2() } else { 0.0 }
    };
    std::array::from_fn(|count| product(count.saturating_add(1)) - product(count))
});

/// The JSON web token whose first part begins at `start`: three parts of base64url, the first of which decodes to a
/// JSON object that names its algorithm (RFC 7519, RFC 7515).
pub(crate) fn jwt(bytes: &[u8], start: usize) -> Option<Hit> {
    let glued = start
        .checked_sub(1)
        .and_then(|before| bytes.get(before))
        .is_some_and(|b| is_base64url(*b) || *b == b'.');
    let rest = bytes.get(start..)?;
    if glued || !rest.starts_with(b"eyJ") {
        return None;
    }
    let token = rest.get(..rest.len().min(JWT_MAX))?;
    let end = token.iter().position(|byte| !is_base64url(*byte) && *byte != b'.').unwrap_or(token.len());
    let mut parts = token.get(..end)?.splitn(4, |byte| *byte == b'.');
    let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if claims.len() < 8 || !is_header(header) {
        return None;
    }
    let length = header.len().saturating_add(claims.len()).saturating_add(signature.len()).saturating_add(2);
    Some(Hit::new(Entity::Jwt, start, start.saturating_add(length), 0.9).with(Fact::JoseHeader))
}

fn is_header(part: &[u8]) -> bool {
    let mut decoded = [0; HEADER_MAX];
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let Ok(length) = engine.decode_slice(part, &mut decoded) else { return false };
    let json = decoded.get(..length).unwrap_or_default().trim_ascii();
    json.starts_with(b"{") && json.ends_with(b"}") && json.windows(5).any(|five| five == b"\"alg\"")
}

const fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
