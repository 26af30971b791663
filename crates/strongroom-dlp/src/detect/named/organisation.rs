//! Names of organisations by their legal form.

use super::text::{capitalised_before, character_before, ends_with};
use crate::Entity;
use crate::detect::Hit;
use crate::fact::Fact;

/// Characters of a Chinese name before its legal form.
const CHARACTERS_MAX: usize = 28;
/// Legal forms, the longest first.
const FORMS: [&str; 9] = [
    "股份有限公司",
    "有限责任公司",
    "有限責任公司",
    "集团有限公司",
    "集團有限公司",
    "有限公司",
    "集团公司",
    "集團公司",
    "分公司",
];
/// What ends a clause or introduces a name, so that the name begins after it.
const BEFORE: [&str; 34] = [
    "户名",
    "戶名",
    "名称",
    "名稱",
    "抬头",
    "抬頭",
    "收款人",
    "付款人",
    "收款方",
    "付款方",
    "承租方",
    "委托方",
    "单位",
    "單位",
    "与",
    "與",
    "和",
    "由",
    "向",
    "为",
    "為",
    "是",
    "在",
    "及",
    "给",
    "給",
    "从",
    "從",
    "代表",
    "供应商",
    "客户",
    "客戶",
    "甲方",
    "乙方",
];
const ENGLISH_FORMS: [&[u8]; 9] =
    [b"Ltd", b"Limited", b"Inc", b"LLC", b"LLP", b"GmbH", b"PLC", b"Corporation", b"Corp"];

/// The name that ends with the 公司 at `at`.
pub(super) fn chinese(bytes: &[u8], at: usize) -> Option<Hit> {
    let end = at.checked_add(6)?;
    let form = ends_with(bytes, end, &FORMS)?;
    let mut start = end.checked_sub(form.len())?;
    let mut characters = 0_usize;
    while characters < CHARACTERS_MAX && ends_with(bytes, start, &BEFORE).is_none() {
        start = match character_before(bytes, start) {
            Some(_) => start.checked_sub(3)?,
            None => match ends_with(bytes, start, &["（", "）", "(", ")"]) {
                Some(bracket) => start.checked_sub(bracket.len())?,
                None => break,
            },
        };
        characters = characters.saturating_add(1);
    }
    // A bracket before the name is none of its own.
    while let Some(bracket) = ["（", "(", "）", ")"]
        .into_iter()
        .find(|b| bytes.get(start..).is_some_and(|r| r.starts_with(b.as_bytes())))
    {
        start = start.saturating_add(bracket.len());
        characters = characters.saturating_sub(1);
    }
    let whole = (2..CHARACTERS_MAX).contains(&characters);
    whole.then(|| Hit::new(Entity::Org, start, end, 0.65).with(Fact::LegalForm))
}

/// The name that ends with the legal form at `at`: `Acme Trading Ltd`, `Example (Hong Kong) Co., Ltd.`.
pub(super) fn english(bytes: &[u8], at: usize) -> Option<Hit> {
    let rest = bytes.get(at..)?;
    let form = ENGLISH_FORMS.into_iter().find(|form| {
        rest.starts_with(form) && !rest.get(form.len()).is_some_and(u8::is_ascii_alphanumeric)
    })?;
    let mut start = at;
    let mut words = 0_usize;
    for _ in 0..8 {
        let gap = [b"., ".as_slice(), b", ", b" ", b" (", b") "]
            .into_iter()
            .find(|gap| bytes.get(..start).is_some_and(|b| b.ends_with(gap)));
        let Some(gap) = gap else { break };
        // Only the legal form itself stands behind a comma: `Co., Ltd`, `Acme, Inc`.
        if gap.contains(&b',') && words > 0 {
            break;
        }
        let Some(before) = start.checked_sub(gap.len()).and_then(|end| capitalised_before(bytes, end)) else {
            break;
        };
        start = before;
        words = words.saturating_add(1);
    }
    let end = at.saturating_add(form.len());
    // The full stop of `Inc.` and of `Co., Ltd.` is theirs, since they are hardly written without; that of `Ltd.` is as often
    // the sentence's.
    let dotted = rest.get(form.len()) == Some(&b'.')
        && (form == b"Inc" || form == b"Corp" || ends_with(bytes, at, &["Co., ", "Co. "]).is_some());
    let end = end.saturating_add(usize::from(dotted));
    (words > 0).then(|| Hit::new(Entity::Org, start, end, 0.6).with(Fact::LegalForm))
}
