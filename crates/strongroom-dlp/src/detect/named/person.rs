//! Names of persons: a surname and one or two characters beside a label or a title; capitalised words after a title.

use super::text::{HanSet, capitalised, character, character_before, ends_with, starts_with};
use crate::Entity;
use crate::detect::Hit;
use crate::fact::Fact;
use std::ops::Range;
use std::sync::LazyLock;

/// The surnames of the mainland, Taiwan and Hong Kong by how many bear them, Simplified and Traditional.
const SURNAMES_TEXT: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎\
    余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安\
    颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴\
    席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵欧解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符\
    奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑\
    荆谌银扬明沙薄伏岑习胥保和蔺張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許呂蘇盧蔣賈葉閻鍾範譚鄒陸顧龍萬錢湯喬賀賴龔龐蘭顏嚴溫\
    韋畢聶叢莊塗紀項陽衛單闕寧閔車邊饒邬";
static SURNAMES: LazyLock<HanSet> = LazyLock::new(|| HanSet::of(SURNAMES_TEXT));
/// Surnames of two characters.
const COMPOUND: [&str; 16] = [
    "欧阳", "歐陽", "上官", "司马", "司馬", "诸葛", "諸葛", "皇甫", "尉迟", "公孙", "公孫", "令狐", "东方",
    "慕容", "司徒", "夏侯",
];
/// What may stand before the surname without a mark: particles, and the words for those who have dealings.
const BEFORE: [&str; 28] = [
    "客户", "客戶", "顾客", "先生", "和", "与", "與", "给", "給", "由", "请", "請", "向", "对", "對", "为",
    "為", "是", "的", "跟", "同", "找", "让", "联系", "聯絡", "家长", "业主", "乘客",
];
const TITLES: [&str; 3] = ["先生", "女士", "小姐"];
/// Words that begin like a surname and follow 客户 often.
const WORDS: [&str; 26] = [
    "方面", "关系", "關係", "管理", "管道", "高层", "高管", "车辆", "車輛", "安全", "余额", "餘額", "金额",
    "金額", "项目", "項目", "单位", "單位", "连接", "全部", "全体", "成员", "成功", "程序", "明细", "明細",
];
/// What may follow a name after a label without a mark.
const FOLLOW: [&str; 45] = [
    "先生", "女士", "小姐", "身份", "电话", "電話", "手机", "手機", "联系", "聯絡", "邮箱", "护照", "住址",
    "地址", "性别", "出生", "于", "的", "男", "女", "已", "因", "今天", "今日", "昨天", "昨日", "来电",
    "來電", "咨询", "諮詢", "詢問", "办理", "辦理", "反映", "表示", "预约", "預約", "前来", "前來", "投诉",
    "投訴", "要求", "申请", "申請", "提供",
];
/// Words before a colon that name a person.
const LABELS: [&str; 26] = [
    "姓名",
    "联系人",
    "聯絡人",
    "聯繫人",
    "收件人",
    "收货人",
    "经办人",
    "經辦人",
    "负责人",
    "負責人",
    "代表人",
    "持卡人",
    "申请人",
    "申請人",
    "委托人",
    "受托人",
    "受益人",
    "投保人",
    "被保险人",
    "签收人",
    "付款人",
    "收款人",
    "经手人",
    "当事人",
    "承租人",
    "出租人",
];
/// Words before a colon that name a person.
const ENGLISH_LABELS: [&str; 22] = [
    "name",
    "full name",
    "attn",
    "attention",
    "contact",
    "contact person",
    "guarantor",
    "beneficiary",
    "account holder",
    "cardholder",
    "signatory",
    "signed by",
    "representative",
    "patient",
    "insured",
    "tenant",
    "applicant",
    "employee",
    "passenger",
    "customer",
    "client",
    "recipient",
];
/// Words for those who have dealings with a company, before a name.
const DEALERS: [&str; 8] =
    ["customer", "client", "user", "patient", "tenant", "applicant", "passenger", "account holder"];
/// What letters close with, before the name of who wrote them.
const CLOSINGS: [&str; 12] = [
    "regards",
    "best",
    "thanks",
    "sincerely",
    "cheers",
    "wishes",
    "yours",
    "truly",
    "faithfully",
    "respectfully",
    "cordially",
    "thank you",
];
/// Last words of names of organisations.
const ORGANISATIONS: [&str; 14] = [
    "Ltd",
    "Limited",
    "Inc",
    "LLC",
    "LLP",
    "GmbH",
    "PLC",
    "Corporation",
    "Corp",
    "Company",
    "Holdings",
    "Group",
    "Bank",
    "Team",
];
const ENGLISH_TITLES: [&str; 8] = ["Mr. ", "Mrs. ", "Ms. ", "Dr. ", "Mr ", "Mrs ", "Ms ", "Dr "];

/// The name before the title at `at`: `王小明先生`.
pub(super) fn titled_chinese(bytes: &[u8], at: usize) -> Option<Hit> {
    let title = starts_with(bytes, at, &TITLES).map(|_| at)?;
    (2..=4_usize).rev().find_map(|length| {
        let start = title.checked_sub(length.saturating_mul(3))?;
        let open = character_before(bytes, start).is_none() || ends_with(bytes, start, &BEFORE).is_some();
        let whole = (0..length)
            .all(|place| character(bytes, start.saturating_add(place.saturating_mul(3))).is_some());
        let given = length.checked_sub(surname(bytes, start)?)?;
        let fits = open && whole && (1..=2).contains(&given);
        fits.then(|| Hit::new(Entity::Person, start, title, 0.6).with(Fact::Surname).with(Fact::Title))
    })
}

/// The name behind the label whose last character begins at `at`: `姓名：王小明`, `联系人 John Smith`.
pub(super) fn labelled(bytes: &[u8], at: usize) -> Option<Hit> {
    let end = at.saturating_add(3);
    ends_with(bytes, end, &LABELS)?;
    let mut start = end;
    for _ in 0..3 {
        let mark = starts_with(bytes, start, &["：", ":", " ", "\t", "“", "\"", "，", "为", "是"]);
        let Some(mark) = mark else { break };
        start = start.saturating_add(mark.len());
    }
    // Without a mark, the name must be followed by what people do.
    if start == end {
        return introduced(bytes, end);
    }
    chinese_name(bytes, start)
        .or_else(|| english_name(bytes, start))
        .map(|end| Hit::new(Entity::Person, start, end, 0.6).with(Fact::Label))
}

/// The name behind 客户 or 客戶, whose last character begins at `at`.
pub(super) fn client(bytes: &[u8], at: usize) -> Option<Hit> {
    let end = at.checked_add(3)?;
    ends_with(bytes, end, &["客户", "客戶", "用户", "用戶", "租户", "储户"])?;
    introduced(bytes, end)
}

/// The name at `start`, where nothing but what stands before says that one begins: its surname must be one, and what follows
/// must be a mark or what people do.
pub(super) fn introduced(bytes: &[u8], start: usize) -> Option<Hit> {
    let end = chinese_name(bytes, start)?;
    let name = bytes.get(start..end)?;
    if WORDS.iter().any(|word| word.as_bytes() == name) {
        return None;
    }
    // `客户关系，`: a word of two characters is no name where a mark follows it at once.
    let told = starts_with(bytes, end, &FOLLOW).is_some();
    let long = end.saturating_sub(start) >= 9;
    (told || long).then(|| Hit::new(Entity::Person, start, end, 0.55).with(Fact::Surname).with(Fact::Label))
}

/// The name behind `Name: `, `customer ` and their like, or under `Kind regards,`: the last byte of the word, or the mark,
/// is at `at`.
pub(super) fn after_label(bytes: &[u8], at: usize) -> Option<Hit> {
    let head = bytes.get(..at)?;
    let start = at.saturating_add(2);
    let (words, whole): (&[&str], bool) = match bytes.get(at)? {
        b':' => (&ENGLISH_LABELS, false),
        b',' => (&CLOSINGS, true),
        _ => (&DEALERS, false),
    };
    let head =
        if matches!(bytes.get(at), Some(b':' | b',')) { head } else { bytes.get(..at.saturating_add(1))? };
    let word = words.iter().find(|word| {
        let from = head.len().checked_sub(word.len());
        let fits = from
            .and_then(|from| head.get(from..))
            .is_some_and(|tail| tail.eq_ignore_ascii_case(word.as_bytes()));
        let before = from.and_then(|from| from.checked_sub(1)).and_then(|before| head.get(before));
        fits && !before.is_some_and(u8::is_ascii_alphabetic)
    })?;
    let (end, count) = words_of_name(bytes, start)?;
    let rest = bytes.get(end..)?;
    let over = !whole || matches!(rest, [] | [b'\n' | b'\r' | b',', ..] | [b' ', b'|' | b'-' | b'/', ..]);
    (count >= 2 && over && !word.is_empty())
        .then(|| Hit::new(Entity::Person, start, end, 0.55).with(Fact::Label))
}

/// Two or three capitalised words that are none of the legal forms that an organisation ends with.
fn words_of_name(bytes: &[u8], start: usize) -> Option<(usize, usize)> {
    let (end, count) = words(bytes, start)?;
    let name = bytes.get(start..end)?;
    let organisation = ORGANISATIONS.iter().any(|word| name.ends_with(word.as_bytes()))
        || matches!(bytes.get(end..), Some([b' ', b'A'..=b'Z', ..]));
    (!organisation).then_some((end, count))
}

/// Whether this is a name and nothing else.
pub(super) fn whole(bytes: &[u8], cell: Range<usize>) -> bool {
    let english = words(bytes, cell.start).is_some_and(|(end, count)| count >= 2 && end == cell.end);
    let characters = cell.end.saturating_sub(cell.start) / 3;
    let given = surname(bytes, cell.start).and_then(|family| characters.checked_sub(family));
    let han = || {
        (0..characters)
            .all(|place| character(bytes, cell.start.saturating_add(place.saturating_mul(3))).is_some())
    };
    english
        || (matches!(given, Some(1 | 2)) && cell.end.saturating_sub(cell.start).is_multiple_of(3) && han())
}

/// Where the Chinese name at `start` ends.
fn chinese_name(bytes: &[u8], start: usize) -> Option<usize> {
    let family = surname(bytes, start)?;
    let ends = |given: usize| start.saturating_add(family.saturating_add(given).saturating_mul(3));
    [1_usize, 2].into_iter().find_map(|given| {
        let whole = (0..given).all(|place| character(bytes, ends(place)).is_some());
        let end = ends(given);
        let over = character(bytes, end).is_none() || starts_with(bytes, end, &FOLLOW).is_some();
        (whole && over).then_some(end)
    })
}

/// Characters of the surname at `start`.
fn surname(bytes: &[u8], start: usize) -> Option<usize> {
    if starts_with(bytes, start, &COMPOUND).is_some() {
        return Some(2);
    }
    SURNAMES.contains(character(bytes, start)?).then_some(1)
}

/// Where two or three capitalised words from `start` on end.
fn english_name(bytes: &[u8], start: usize) -> Option<usize> {
    words(bytes, start).filter(|(_, count)| *count >= 2).map(|(end, _)| end)
}

/// Where up to three capitalised words end, and how many there are.
fn words(bytes: &[u8], start: usize) -> Option<(usize, usize)> {
    let mut end = capitalised(bytes, start)?;
    for count in 1..3_usize {
        let next = end.saturating_add(1);
        match capitalised(bytes, next) {
            Some(further) if bytes.get(end) == Some(&b' ') => end = further,
            _ => return Some((end, count)),
        }
    }
    Some((end, 3))
}

/// The name behind the title at `at`: `Mr John Smith`.
pub(super) fn titled_english(bytes: &[u8], at: usize) -> Option<Hit> {
    let glued = at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_alphanumeric);
    let title = starts_with(bytes, at, &ENGLISH_TITLES)?;
    let start = at.saturating_add(title.len());
    let (end, _) = words(bytes, start)?;
    (!glued).then(|| Hit::new(Entity::Person, start, end, 0.6).with(Fact::Title))
}
