//! The words the sample is made of. Each Traditional one can be written in Big5.

pub(crate) const SURNAMES_HANS: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓",
    "许", "傅", "沈", "曾", "彭", "吕", "欧阳", "司马", "诸葛", "上官",
];

pub(crate) const GIVEN_HANS: &[&str] = &[
    "示例", "样本", "晓试", "明例", "子样", "文测", "思例", "雨样", "海试", "建例", "丽样", "志例", "佳试",
    "俊样", "若例", "一样", "安试", "宁例", "静样", "宇测", "欣例", "磊样", "娜试", "芳例", "伟样", "敏测",
    "强例", "洋试", "艳样", "杰例",
];

pub(crate) const SURNAMES_HANT: &[&str] = &[
    "陳", "林", "黃", "張", "李", "王", "吳", "劉", "蔡", "楊", "許", "鄭", "謝", "郭", "洪", "曾", "邱",
    "廖", "賴", "周", "徐", "蘇", "葉", "莊", "呂", "江", "何", "蕭", "羅", "高", "潘", "簡", "朱", "鍾",
    "彭", "游", "詹", "胡", "施", "沈", "歐陽", "張簡",
];

pub(crate) const GIVEN_HANT: &[&str] = &[
    "範例", "樣本", "曉試", "明例", "子樣", "文測", "思例", "雨樣", "海試", "建例", "麗樣", "志例", "佳試",
    "俊樣", "若例", "怡樣", "安試", "寧例", "靜樣", "宇測", "欣例", "淑樣", "娜試", "芳例", "偉樣", "敏測",
    "強例", "洋試", "豔樣", "傑例",
];

pub(crate) const FIRST_EN: &[&str] = &[
    "Ada", "Alan", "Beth", "Brook", "Carol", "Dale", "Edith", "Frank", "Grace", "Hal", "Iris", "Jules",
    "Kit", "Lena", "Miles", "Nora", "Oscar", "Pat", "Quinn", "Robin", "Sam", "Tess", "Uma", "Vera", "Walt",
    "Yves", "Zoe",
];

pub(crate) const LAST_EN: &[&str] = &[
    "Sample",
    "Specimen",
    "Example",
    "Placeholder",
    "O'Sample",
    "Sampleton",
    "Testwood",
    "Mockford",
    "Trialby",
    "van Example",
    "Exemplar",
    "Dummyfield",
    "Fixture",
    "St. Sample",
    "Testerman",
];

pub(crate) const STREETS_HANS: &[&str] = &["样例路", "测试大道", "示范街", "虚构巷", "演示东路", "模拟西街"];
pub(crate) const STREETS_TW: &[&str] = &["範例路", "測試大道", "示範街", "虛構巷", "演示東路", "模擬西街"];
pub(crate) const STREETS_EN: &[&str] =
    &["Sample Street", "Example Road", "Specimen Lane", "Fixture Avenue", "Test Close"];

pub(crate) const CITIES_TW: &[&str] =
    &["台北市大安區", "新北市板橋區", "桃園市中壢區", "台中市西屯區", "台南市東區", "高雄市左營區"];
pub(crate) const CITIES_HK: &[&str] =
    &["香港灣仔", "香港中環", "九龍旺角", "九龍觀塘", "新界沙田", "新界荃灣"];

pub(crate) const FIRMS_HANS: &[&str] =
    &["样例科技有限公司", "测试贸易有限公司", "示范物流股份有限公司", "虚构设计有限公司", "演示食品有限公司"];
pub(crate) const FIRMS_HANT: &[&str] =
    &["範例科技有限公司", "測試貿易有限公司", "示範物流股份有限公司", "虛構設計有限公司", "演示食品有限公司"];
pub(crate) const FIRMS_EN: &[&str] = &[
    "Sample Widgets Ltd",
    "Example Trading Inc.",
    "Specimen Foods LLC",
    "Fixture & Sons, Ltd",
    "Placeholder Labs",
];

pub(crate) const ITEMS_HANS: &[&str] =
    &["年度服务", "云存储套餐", "设备租赁", "培训课程", "数据接口", "上门安装"];
pub(crate) const ITEMS_HANT: &[&str] =
    &["年度服務", "雲端儲存方案", "設備租賃", "培訓課程", "資料介面", "到府安裝"];
pub(crate) const ITEMS_EN: &[&str] = &[
    "Annual service",
    "Cloud storage plan",
    "Equipment lease",
    "Training course",
    "Data interface",
    "On-site set-up",
];

pub(crate) const NOTES_HANS: &[&str] = &[
    "询问续约价格，已发送报价单。",
    "反映发票抬头有误，已转财务处理。",
    "预约下周二上门演示。",
    "希望改用季度付款。",
    "咨询退款流程，已说明七天内到账。",
];
pub(crate) const NOTES_HANT: &[&str] = &[
    "詢問續約價格，已寄出報價單。",
    "反映發票抬頭有誤，已轉財務處理。",
    "預約下週二到府示範。",
    "希望改為按季付款。",
    "諮詢退款流程，已說明七天內入帳。",
];
pub(crate) const NOTES_EN: &[&str] = &[
    "Asked about the renewal price; quote sent.",
    "Invoice shows the wrong name; passed to accounts.",
    "Booked a demonstration for next Tuesday.",
    "Would like to pay by the quarter.",
    "Asked how refunds work; told within seven days.",
];

pub(crate) const FEEDBACK_HANS: &[&str] = &[
    "客服响应很快，问题当天解决。",
    "界面清楚，但是导出报表太慢。",
    "安装师傅迟到了两个小时。",
    "总体满意，希望增加夜间支持。",
];
pub(crate) const FEEDBACK_HANT: &[&str] = &[
    "客服回應很快，問題當天解決。",
    "介面清楚，但是匯出報表太慢。",
    "安裝師傅遲到了兩個小時。",
    "整體滿意，希望增加夜間支援。",
];
pub(crate) const FEEDBACK_EN: &[&str] = &[
    "Support answered fast and fixed it the same day.",
    "Clear screens, but the report export is \"slow\".",
    "The fitter came two hours late.",
    "Happy on the whole; evening support would help.",
];
