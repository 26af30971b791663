//! The second tier: persons, organisations and addresses, which have no proof. They are told by surnames, titles,
//! suffixes, names of divisions and the words before them, and their confidence stays below that of numbers.

mod address;
mod organisation;
mod person;
mod text;

use super::{Hit, bic, email, token};
use crate::Entity;
use crate::fact::Fact;
use std::ops::Range;

pub(crate) use address::around as address;
pub(super) use text::character_before;

/// Looks behind or before the label at `at`, as [`crate::trigger`] found it.
pub(crate) fn find(bytes: &[u8], at: usize, found: &mut dyn FnMut(Hit)) {
    let Some(rest) = bytes.get(at..) else { return };
    match rest {
        [b'S' | b's' | b'B' | b'b', ..] => bic::find(bytes, at).into_iter().for_each(found),
        [b'A', ..] => token::aws_key(bytes, at).into_iter().for_each(found),
        [b'L' | b'I' | b'G' | b'P' | b'C', ..] => {
            organisation::english(bytes, at).into_iter().for_each(found);
        }
        [b'(' | b'[' | b' ', ..] => email::spelled::find(bytes, at).into_iter().for_each(found),
        [b':' | b',' | b'r' | b't', ..] => person::after_label(bytes, at).into_iter().for_each(found),
        [b'M' | b'D', ..] => person::titled_english(bytes, at).into_iter().for_each(found),
        _ if rest.starts_with("公司".as_bytes()) => {
            organisation::chinese(bytes, at).into_iter().for_each(found);
        }
        _ if rest.starts_with("代".as_bytes()) => bic::find(bytes, at).into_iter().for_each(found),
        _ if rest.starts_with("户".as_bytes()) || rest.starts_with("戶".as_bytes()) => {
            person::client(bytes, at).into_iter().for_each(found);
        }
        _ if rest.starts_with("我是".as_bytes()) => {
            person::introduced(bytes, at.saturating_add("我是".len())).into_iter().for_each(found);
        }
        _ if rest.starts_with("人".as_bytes()) || rest.starts_with("名".as_bytes()) => {
            person::labelled(bytes, at).into_iter().for_each(found);
        }
        _ => person::titled_chinese(bytes, at).into_iter().for_each(found),
    }
}

/// The name in a cell of a table whose header says what it is.
pub(crate) fn cell(bytes: &[u8], entity: Entity, cell: Range<usize>) -> Option<Hit> {
    let hit = |score: f32| Some(Hit::new(entity, cell.start, cell.end, score).with(Fact::Column));
    let length = cell.end.saturating_sub(cell.start);
    match entity {
        Entity::SwiftBic => bic::whole(bytes, cell.clone()).then(|| hit(0.7))?,
        Entity::Person => person::whole(bytes, cell.clone()).then(|| hit(0.65))?,
        Entity::Org | Entity::Address => (6..=160).contains(&length).then(|| hit(0.6))?,
        _ => None,
    }
}

#[cfg(test)]
mod tests;
