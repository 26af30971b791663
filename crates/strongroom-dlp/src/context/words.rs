//! The words, in Simplified and Traditional Chinese and English.

mod common;
mod country;
mod national;

use super::Topic;
use crate::Entity;

pub(super) use national::IDENTITY;

/// All words by what they say.
pub(super) fn all() -> impl Iterator<Item = &'static (Topic, &'static [&'static str])> {
    WORDS.iter().chain(common::WORDS).chain(country::WORDS).chain(national::WORDS)
}

/// Three bytes at least each; English in lower case.
#[rustfmt::skip]
const WORDS: &[(Topic, &[&str])] = &[
    (Topic::Identity, &[
        "证件号", "证件号码", "證件號", "證件號碼", "身份证件", "id number", "id no", "identity number",
        "identity no", "identification number", "identity card", "id card",
    ]),
    (Topic::Of(Entity::CnResidentId), &[
        "身份证", "身份证号", "身份证号码", "居民身份证", "二代证", "公民身份号码", "居民身份證",
        "resident id", "resident identity card", "chinese id", "shenfenzheng", "sfz", "idcard",
    ]),
    (Topic::Of(Entity::HkHkid), &[
        "香港身份證", "香港身份证", "香港居民身份證", "hkid", "hkid no", "hong kong identity card",
        "hong kong id",
    ]),
    (Topic::Of(Entity::TwNationalId), &[
        "身分證", "身分證字號", "身分證號", "身分證統一編號", "身分证", "taiwan id",
    ]),
    // Written alike in Hong Kong and on the mainland's traditional pages, so it speaks for both.
    (Topic::Identity, &[
        "身份證", "身份證號", "身份證號碼", "身份證字號",
    ]),
    (Topic::Of(Entity::CnUscc), &[
        "统一社会信用代码", "社会信用代码", "信用代码", "统一代码", "纳税人识别号", "税号", "營業執照",
        "营业执照", "統一社會信用代碼", "社會信用代碼", "信用代碼", "納稅人識別號", "稅號", "uscc",
        "credit code", "taxpayer id", "unified social credit code",
    ]),
    (Topic::Of(Entity::Phone), &[
        "电话", "电话号码", "手机", "手机号", "手机号码", "联系电话", "联系方式", "座机", "固话", "传真",
        "来电", "致电", "拨打", "热线", "移动电话", "电联", "電話", "電話號碼", "手機", "手機號",
        "手機號碼", "聯絡電話", "聯繫電話", "聯絡方式", "市話", "傳真", "行動電話", "來電", "致電", "撥打",
        "熱線", "分機", "tel", "telephone", "phone", "phone number", "mobile", "mobile number", "cell",
        "cellphone", "fax", "call", "hotline", "whatsapp", "contact number", "wechat", "微信", "微信号",
        "dial", "sms", "短信", "簡訊",
    ]),
    (Topic::Of(Entity::CreditCard), &[
        "信用卡", "信用卡号", "信用卡號", "visa", "mastercard", "amex", "american express", "credit card",
        "credit card number", "card number", "card no", "debit card", "payment card", "unionpay", "银联",
        "銀聯", "cardholder", "持卡人",
    ]),
    (Topic::Bank, &[
        "银行卡", "银行卡号", "银行卡号码", "卡号", "借记卡", "储蓄卡", "銀行卡", "銀行卡號", "卡號",
        "借記卡", "儲蓄卡", "金融卡", "bank card",
    ]),
    (Topic::Of(Entity::CnBankAccount), &[
        "银行账号", "银行帐号", "银行账户", "开户账号", "开户帐号", "收款账号", "收款账户", "对公账户",
        "账号", "帐号", "账户", "開戶帳號", "銀行帳號", "銀行帳戶", "收款帳號", "帳號", "帳戶", "开户行",
        "開戶行", "bank account", "account number", "account no", "acct no",
    ]),
    (Topic::Of(Entity::Iban), &[
        "iban", "iban no", "国际银行账号", "國際銀行帳號",
    ]),
    (Topic::Of(Entity::Passport), &[
        "护照", "护照号", "护照号码", "護照", "護照號", "護照號碼", "passport", "passport no",
        "passport number",
    ]),
    (Topic::Of(Entity::TwUbn), &[
        "統一編號", "統編", "公司統編", "統一编号", "统一编号", "统编", "營利事業統一編號", "公司編號",
        "ubn", "vat no", "gui number",
    ]),
    (Topic::Of(Entity::UsSsn), &[
        "ssn", "social security", "social security number", "社会安全号", "社會安全碼", "社会安全号码",
    ]),
    (Topic::Of(Entity::Email), &[
        "邮箱", "电子邮件", "電子郵件", "信箱", "email", "e-mail", "mail", "邮件", "郵件", "電郵",
    ]),
    (Topic::Of(Entity::IpAddress), &[
        "ip地址", "ip address", "ipv4", "服务器地址", "伺服器位址", "remote address", "client ip",
        "source ip", "host",
    ]),
    (Topic::Contrary, &[
        "订单", "订单号", "订单编号", "订单号码", "单号", "运单", "运单号", "快递单号", "快递", "物流单号",
        "流水号", "交易号", "交易流水", "交易编号", "编号", "序列号", "批次", "批号", "条码", "条形码",
        "发票", "发票号", "发票号码", "合同号", "合同编号", "工单", "工单号", "金额", "总价", "价格",
        "余额", "数量", "时间戳", "时间", "日期", "版本", "版本号", "邮编", "货号", "商品编号", "訂單",
        "訂單號", "訂單編號", "單號", "運單", "物流單號", "快遞單號", "流水號", "交易號", "交易編號",
        "編號", "序列號", "序號", "批號", "條碼", "發票", "發票號碼", "合約編號", "工單", "金額", "總價",
        "價格", "餘額", "數量", "時間戳", "時間", "日期", "版本號", "郵遞區號", "貨號", "商品編號", "order",
        "order no", "order number", "order id", "orderid", "order_id", "tracking", "tracking number",
        "tracking no", "shipment", "waybill", "invoice", "invoice no", "invoice number", "transaction",
        "transaction id", "transaction no", "reference", "reference number", "ref no", "ticket", "serial",
        "serial number", "serial no", "sku", "isbn", "imei", "batch", "lot no", "barcode", "timestamp",
        "version", "amount", "total", "price", "quantity", "build", "contract no", "product", "request id",
        "trace id", "uuid", "trace", "span",
    ]),
];
