//! Secrets: keys, tokens, and credentials in URLs.

use super::Hit;
use crate::Entity;
use crate::fact::Fact;

/// Bytes of a URL before its at sign that are looked at.
const CREDENTIALS_MAX: usize = 256;
/// Bytes of a private key that are looked at for its closing line.
const KEY_MAX: usize = 16 * 1024;
/// Letters of the name in the lines around a private key: `ENCRYPTED`, `OPENSSH`.
const LABEL_MAX: usize = 32;

/// The user and password before the at sign at `at`: `scheme://user:password@`.
pub(crate) fn url_credentials(bytes: &[u8], at: usize) -> Option<Hit> {
    let from = at.saturating_sub(CREDENTIALS_MAX);
    let before = bytes.get(from..at)?;
    let length = before
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_graphic() && !matches!(**byte, b'/' | b'@'))
        .count();
    let start = at.checked_sub(length)?;
    let credentials = bytes.get(start..at)?;
    let scheme = bytes.get(..start)?.strip_suffix(b"://")?.last()?;
    let colon = credentials.iter().position(|byte| *byte == b':')?;
    let host =
        bytes.get(at.saturating_add(1)).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'[');
    let password = colon.saturating_add(1) < credentials.len();
    (scheme.is_ascii_alphanumeric() && host && password)
        .then(|| Hit::new(Entity::UrlCredentials, start, at, 0.9).with(Fact::Userinfo))
}

/// The private key whose opening line begins with the five dashes at `start`.
pub(crate) fn private_key(bytes: &[u8], start: usize) -> Option<Hit> {
    let opened = bytes.get(start..)?.strip_prefix(b"-----BEGIN ")?;
    let label = opened.get(..opened.len().min(LABEL_MAX))?.split(|byte| *byte == b'-').next()?;
    let line = opened.get(label.len()..)?.strip_prefix(b"-----")?;
    if !label.ends_with(b"PRIVATE KEY")
        || !label.iter().all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b' '))
    {
        return None;
    }
    let body = line.get(..line.len().min(KEY_MAX))?;
    let opening_end = bytes.len().checked_sub(line.len())?;
    // The next five dashes are the closing line, or the key was cut off and its opening line alone is known. Malformed
    // bytes, and what they became where the input was decoded, cut it off too: a finding holds none, or it could not be
    // masked.
    let is_text = |end: &usize| {
        let key = bytes.get(opening_end..*end).and_then(|key| std::str::from_utf8(key).ok());
        key.is_some_and(|key| !key.contains(char::REPLACEMENT_CHARACTER))
    };
    let closing = body.windows(5).position(|five| five == b"-----").and_then(|place| {
        let tail =
            body.get(place..)?.strip_prefix(b"-----END ")?.strip_prefix(label)?.strip_prefix(b"-----")?;
        opening_end.checked_add(body.len().checked_sub(tail.len())?).filter(is_text)
    });
    let hit = Hit::new(Entity::PrivateKey, start, closing.unwrap_or(opening_end), 0.95);
    Some(hit.with(Fact::PemLabel))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole key once was a finding whatever stood in it, and no file with such a key could be masked.
    #[test]
    fn malformed_bytes_cut_a_key_off() {
        let opening = b"-----BEGIN PRIVATE KEY-----";
        for (body, whole) in [
            (&b"\nMIIB\n"[..], true),
            ("\n钥\n".as_bytes(), true),
            (b"\nMI\x84IB\n", false),
            ("\nMI\u{fffd}IB\n".as_bytes(), false),
        ] {
            let key = [opening, body, b"-----END PRIVATE KEY-----"].concat();
            let end = if whole { key.len() } else { opening.len() };
            assert_eq!(private_key(&key, 0).map(|hit| hit.end), Some(end), "{body:X?}");
        }
    }
}
