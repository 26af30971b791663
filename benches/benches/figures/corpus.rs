//! What the scanner reads. The same bytes on every machine.

/// The sample's customers, 1,000 rows in which somebody's data stands.
pub(crate) const CUSTOMERS: &str = include_str!("../../../crates/strongroom-cli/sample/customers.csv");

const BYTES: usize = 16 << 20;
/// One piece of personal data in so many bytes.
const HIT_EVERY: usize = 2_600;

/// Prose, CSV and log lines in Chinese and English, with little personal data in them.
pub(crate) struct Sparse {
    pub(crate) text: String,
    pub(crate) planted: usize,
}

pub(crate) fn sparse() -> Sparse {
    let mut hits = hits().into_iter().cycle();
    let mut draw = Draw(20_261_122);
    let mut sparse = Sparse { text: String::with_capacity(BYTES.saturating_add(1024)), planted: 0 };
    while sparse.text.len() < BYTES {
        line(&mut draw, &mut sparse.text);
        if sparse.text.len() / HIT_EVERY > sparse.planted {
            sparse.text.extend(hits.next());
            sparse.planted = sparse.planted.saturating_add(1);
        }
    }
    sparse
}

pub(crate) fn dense() -> String {
    CUSTOMERS.repeat(BYTES.div_ceil(CUSTOMERS.len()))
}

pub(crate) fn length(bytes: usize) -> f64 {
    u32::try_from(bytes).map_or(f64::NAN, f64::from)
}

/// The values of a row of the sample, by column; quoted cells are left as they are.
pub(crate) fn customers() -> impl Iterator<Item = Vec<&'static str>> {
    CUSTOMERS.lines().skip(1).filter(|row| !row.contains('"')).map(|row| row.split(',').collect())
}

/// Lines with one piece of personal data each, out of the sample.
fn hits() -> Vec<String> {
    let hit = |(at, row): (usize, Vec<&str>)| {
        let value = |column: usize| row.get(column).copied().filter(|value| !value.is_empty());
        match at % 3 {
            0 => value(5).map(|phone| format!("请回电,手机:{phone}\n")),
            1 => value(6).map(|email| format!("The reply goes to {email} before Friday.\n")),
            _ => value(4).filter(|id| id.len() == 18).map(|id| format!("身份证号:{id}\n")),
        }
    };
    customers().enumerate().filter_map(hit).collect()
}

fn line(draw: &mut Draw, text: &mut String) {
    let number = draw.below(1_000_000);
    match draw.below(4) {
        0 => (0..12).for_each(|_| text.push_str(draw.word(&CHINESE))),
        1 => (0..20).for_each(|_| text.push_str(draw.word(&ENGLISH))),
        2 => {
            let (quantity, price, cents) = (draw.below(900), draw.below(5000), draw.below(100));
            let (product, day) = (draw.word(&CHINESE), draw.below(27));
            text.extend([format!(
                "HT-2026-{number:06},{product},{quantity},{price}.{cents:02},2026-03-{day:02}"
            )]);
        }
        _ => {
            let (minute, second, millis) = (draw.below(60), draw.below(60), draw.below(1000));
            text.extend([format!(
                "2026-03-17T09:{minute:02}:{second:02}.{millis:03}Z INFO crm::sync batch={number} "
            )]);
            text.extend([format!("took {millis} ms; {}", draw.word(&ENGLISH))]);
        }
    }
    text.push('\n');
}

const CHINESE: [&str; 12] = [
    "客户反映上次沟通的交付计划需要调整,",
    "销售已经与对方确认了新的时间安排。",
    "合同附件已经更新,",
    "请在下周例会前完成评审;",
    "产品部正在处理这项需求,",
    "付款条件按照框架协议执行。",
    "現場工程師將於月底前回覆,",
    "對方希望延長保固期限。",
    "库存不足,预计三月底到货,",
    "服务等级不变,",
    "会议纪要已归档。",
    "续约意向明确,",
];
const ENGLISH: [&str; 16] = [
    "the customer asked ",
    "for a revised schedule; ",
    "our account team agreed, ",
    "and will follow up ",
    "next quarter. ",
    "delivery of phase 2 ",
    "depends on the audit, ",
    "which starts in week 14. ",
    "pricing stays as it is ",
    "(see section 3.2) ",
    "unless both sides ",
    "sign the amendment. ",
    "well-known issues ",
    "were closed: ",
    "no further action ",
    "is needed now. ",
];

/// The generator `SplitMix64`: the same numbers everywhere.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or(0)
    }

    fn word<'w>(&mut self, words: &[&'w str]) -> &'w str {
        let at = usize::try_from(self.below(u64::try_from(words.len()).unwrap_or(1))).unwrap_or(0);
        words.get(at).copied().unwrap_or_default()
    }
}
