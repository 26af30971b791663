//! For backends that have one ordered map: all spaces in it, each a contiguous range.
//!
//! FORMAT: one byte of space id, then the key as it is. No two spaces share an id, and the id decides first, so the
//! keys of a space lie together and in their own order.

use crate::{KEY_BYTES_MAX, KeyRange, Space};

/// The id of the space, then the key: at least two bytes, at most 513.
pub fn encode(space: Space, key: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(key.len().saturating_add(1));
    bytes.push(space.id());
    bytes.extend_from_slice(key);
    bytes
}

/// The key without its space. Nothing shorter than two bytes is ever written.
pub fn decode(bytes: &[u8]) -> Vec<u8> {
    bytes.split_first().map(|(_, key)| key.to_vec()).unwrap_or_default()
}

/// A range of keys of one space as bounds on encoded keys: from the first, up to and without the second.
pub fn bounds(space: Space, range: &KeyRange) -> (Vec<u8>, Vec<u8>) {
    let end = match (&range.end, space.id().checked_add(1)) {
        (Some(end), _) => encode(space, end),
        (None, Some(next)) => vec![next],
        // Longer than any key of the last space can be.
        (None, None) => vec![0xff; KEY_BYTES_MAX.saturating_add(2)],
    };
    (encode(space, &range.start), end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_the_keys_of_the_space_and_no_others() {
        let key = |byte| vec![byte; KEY_BYTES_MAX];
        for id in [0, 1, 0x7f, 0xfe, 0xff] {
            let space = Space::mutable(id, "here");
            let (start, end) = bounds(space, &KeyRange::all());
            let inside = |space, key: &[u8]| {
                let at = encode(space, key);
                start <= at && at < end
            };
            for own in [&[0][..], &[0xff], &key(0), &key(0xff)] {
                assert!(inside(space, own), "space {id}");
                for other in [id.wrapping_add(1), id.wrapping_sub(1)] {
                    assert!(!inside(Space::mutable(other, "next"), own), "space {other} in space {id}");
                }
            }
        }
    }

    #[test]
    fn decode_undoes_encode() {
        for key in [&b"k"[..], &[0], &[0xff, 0xff], &[7; KEY_BYTES_MAX]] {
            assert_eq!(decode(&encode(Space::mutable(9, "any"), key)), key);
        }
    }
}
