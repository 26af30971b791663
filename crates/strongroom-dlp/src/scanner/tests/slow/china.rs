//! Mainland China, Hong Kong, Macao and Taiwan.

use super::{DIGITS, LETTERS, digits, is_day, number, weighed};

/// The first two digits of the codes of divisions (GB/T 2260), and those of the residence permits for people from Hong
/// Kong, Macao and Taiwan (国务院令第 700 号 and 国办发〔2018〕81 号).
const PROVINCES: &str = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83";

fn is_in_a_province(text: &str) -> bool {
    PROVINCES.split(' ').any(|province| text.starts_with(province))
}

/// 居民身份证 of 18 characters (GB 11643-1999): region, day of birth, order, and the check character of ISO 7064 MOD
/// 11-2, here as the recursion of that standard and not as weights. The years of birth are those the product looks at.
pub(in super::super) fn resident_id(id: &str) -> bool {
    is_in_a_province(id) && resident_id_of_any_region(id)
}

/// The same whatever the region, which is enough beside a word: codes of regions that are no more stay on people's cards.
pub(in super::super) fn resident_id_of_any_region(id: &str) -> bool {
    if id.len() != 18 || digits(&id[..17], 17).is_none() || id.starts_with('0') {
        return false;
    }
    let check = match &id[17..] {
        "X" => 10,
        last => match last.parse::<u64>() {
            Ok(digit) => digit,
            Err(_) => return false,
        },
    };
    let product = id[..17].chars().fold(0, |product, c| (product + number(&c.to_string())) * 2 % 11);
    let year = number(&id[6..10]);
    (product + check) % 11 == 1
        && (1850..2050).contains(&year)
        && is_day(year, number(&id[10..12]), number(&id[12..14]))
}

/// 居民身份证 of 15 digits, as given out before October 1999 (GB 11643-1989): the same without century and check.
pub(in super::super) fn old_resident_id(id: &str) -> bool {
    digits(id, 15).is_some()
        && is_in_a_province(id)
        && is_day(1900 + number(&id[6..8]), number(&id[8..10]), number(&id[10..12]))
}

/// Permits to cross between the mainland, Hong Kong, Macao and Taiwan (国家移民管理局), none with a public check digit.
/// 往来港澳通行证: C or W and eight digits, or since these ran out a letter but I and O for the first of them.
/// 港澳居民来往内地通行证: H or M and eight digits, on older ones two more of the issue. 大陆居民往来台湾通行证: L or T and
/// eight digits. 台湾居民来往大陆通行证: eight digits.
pub(in super::super) fn travel_permit(id: &str) -> bool {
    if digits(id, 8).is_some() {
        return true;
    }
    let Some(first) = id.chars().next() else { return false };
    let rest = &id[1..];
    let eight = digits(rest, 8).is_some();
    match first {
        'C' | 'W' => {
            eight || (digits(rest.get(1..).unwrap_or(""), 7).is_some() && !rest.starts_with(['I', 'O']))
        }
        'H' | 'M' => eight || digits(rest, 10).is_some(),
        'L' | 'T' => eight,
        _ => false,
    }
}

/// 统一社会信用代码 (GB 32100-2015 with its first amendment): who registers, what is registered, six digits of region,
/// nine characters, and a check character modulo 31 with the powers of 3 as weights.
pub(in super::super) fn credit_code(code: &str) -> bool {
    let alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    if code.len() != 18 || !code.chars().all(|c| alphabet.contains(c)) {
        return false;
    }
    // 机构编制, 外交, 司法行政, 文化, 民政, 旅游, 宗教, 工会, 市场监管, 军队, 农业, 其他.
    let kinds = [
        ("1", "1239"),
        ("2", "19"),
        ("3", "123459"),
        ("4", "19"),
        ("5", "1239"),
        ("6", "129"),
        ("7", "129"),
        ("8", "19"),
        ("9", "123"),
        ("A", "19"),
        ("N", "1239"),
        ("Y", "1"),
    ];
    // Regions that are no more stay in codes, so six digits will do.
    let known =
        kinds.iter().any(|(registry, kinds)| code.starts_with(registry) && kinds.contains(&code[1..2]));
    let sum: u128 = code.chars().zip(0..17).map(|(c, place)| value(alphabet, c) * 3_u128.pow(place)).sum();
    let check = value(alphabet, code.chars().last().unwrap());
    known && digits(&code[2..8], 6).is_some() && (sum + check).is_multiple_of(31)
}

fn value(alphabet: &str, c: char) -> u128 {
    u128::try_from(alphabet.find(c).unwrap()).unwrap()
}

/// A mobile number of the mainland (工业和信息化部, 电信网编号计划 of 2017 and what was given out after): the first three
/// digits in use, among them those of virtual operators, satellites and machines.
pub(in super::super) fn mobile(number: &str) -> bool {
    let ranges = "130 131 132 133 134 135 136 137 138 139 140 141 144 145 146 147 148 149 150 151 152 153 155 156 157 \
                  158 159 162 165 166 167 170 171 172 173 174 175 176 177 178 180 181 182 183 184 185 186 187 188 189 \
                  190 191 192 193 195 196 197 198 199";
    digits(number, 11).is_some() && ranges.split_whitespace().any(|range| number.starts_with(range))
}

/// 香港身份證 (入境事務處): letters count from A as 10, the place before a single letter as 36; the weights are 9 down to
/// 1, the check digit A is 10, and the sum is a multiple of 11.
pub(in super::super) fn hkid(id: &str) -> bool {
    let padded = if id.len() == 8 { format!(" {id}") } else { id.to_owned() };
    if padded.len() != 9 || !padded.is_ascii() {
        return false;
    }
    let (head, tail) = padded.split_at(2);
    let shaped = (head.starts_with(' ') || LETTERS.contains(&head[..1])) && LETTERS.contains(&head[1..]);
    if !shaped || digits(&tail[..6], 6).is_none() || !format!("{DIGITS}A").contains(&tail[6..]) {
        return false;
    }
    let mut sum = 0;
    for (c, weight) in padded.chars().zip((1..=9).rev()) {
        sum += weight * if c == ' ' { 36 } else { c.to_digit(36).unwrap() };
    }
    sum % 11 == 0
}

/// 澳門居民身份證 (身份證明局): eight digits that begin with 1, 5 or 7; the check digit's formula is not published.
pub(in super::super) fn macao_id(id: &str) -> bool {
    digits(id, 8).is_some_and(|digits| [1, 5, 7].contains(&digits[0]))
}

/// The two digits that a letter stands for in Taiwan's numbers, by the household registers that first had them.
fn taiwan_letter(letter: &str) -> Option<usize> {
    "ABCDEFGHJKLMNPQRSTUVXYWZIO".find(letter).map(|place| place + 10)
}

/// Eleven digits, the first two of them for the letter: the weights 1 9 8 7 6 5 4 3 2 1 1, a multiple of 10.
fn is_taiwan_sum(eleven: &str) -> bool {
    digits(eleven, 11)
        .is_some_and(|digits| weighed(&digits, &[1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1]).is_multiple_of(10))
}

/// 國民身分證統一編號 (內政部戶政司): a letter, 1 or 2 for the sex, seven digits and a check digit.
pub(in super::super) fn taiwan_id(id: &str) -> bool {
    if id.len() != 10 || !["1", "2"].contains(&&id[1..2]) {
        return false;
    }
    taiwan_letter(&id[..1]).is_some_and(|letter| is_taiwan_sum(&format!("{letter}{}", &id[1..])))
}

/// 統一證號 (內政部移民署): since 2021 as the identity card, with 8 or 9 for the sex; before, with A to D, of which the
/// second of the two digits counts.
pub(in super::super) fn taiwan_residence(id: &str) -> bool {
    if id.len() != 10 {
        return false;
    }
    let second = match &id[1..2] {
        "8" | "9" => id[1..2].to_owned(),
        "A" | "B" | "C" | "D" => (taiwan_letter(&id[1..2]).unwrap() % 10).to_string(),
        _ => return false,
    };
    taiwan_letter(&id[..1]).is_some_and(|letter| is_taiwan_sum(&format!("{letter}{second}{}", &id[2..])))
}

/// 統一編號 (財政部財政資訊中心): the products with 1 2 1 2 1 2 4 1, all their digits added. Where the seventh digit is 7,
/// its product 28 gives 10, which may count as 1 or as 0. A multiple of 5, since 2023; before, of 10. There is no number 0.
pub(in super::super) fn taiwan_business(text: &str) -> bool {
    let Some(digits) = digits(text, 8) else { return false };
    let mut sum = 0;
    for (place, (digit, weight)) in digits.iter().zip([1, 2, 1, 2, 1, 2, 4, 1]).enumerate() {
        let product = digit * weight;
        let added = product / 10 + product % 10;
        if place == 6 && *digit == 7 {
            continue;
        }
        sum += added;
    }
    // The product was left out where it is 28.
    let holds = sum % 5 == 0 || (digits[6] == 7 && (sum + 1) % 5 == 0);
    number(text) > 0 && holds
}
