//! The words before look-alikes.

use super::DecoyKind;
use crate::corpus::spec::Words;

const fn words(
    simplified: &'static [&'static str],
    traditional: &'static [&'static str],
    english: &'static [&'static str],
) -> Words {
    Words { simplified, traditional, english }
}

/// Every kind with its words.
pub(super) const WORDS: [(DecoyKind, Words); 15] = [
    (
        DecoyKind::OrderNumber,
        words(
            &["订单号", "订单编号", "单号", "订单", "采购单号", "工单号"],
            &["訂單號", "訂單編號", "單號", "訂單號碼"],
            &["order", "order no.", "order number", "Order #", "PO number", "ticket no."],
        ),
    ),
    (
        DecoyKind::Timestamp,
        words(
            &["时间戳", "创建时间", "更新于"],
            &["時間戳記", "建立時間"],
            &["timestamp", "created at", "updated_at"],
        ),
    ),
    (
        DecoyKind::Tracking,
        words(
            &["运单号", "快递单号", "物流单号"],
            &["運單號", "追蹤號碼", "託運單號"],
            &["tracking no.", "tracking number", "waybill", "shipment"],
        ),
    ),
    (
        DecoyKind::Amount,
        words(
            &["金额", "合计", "总价", "应付金额"],
            &["金額", "合計", "總價"],
            &["amount", "total", "price", "balance due"],
        ),
    ),
    (
        DecoyKind::Version,
        words(
            &["版本", "版本号", "固件版本", "升级到版本"],
            &["版本", "版本號", "韌體版本"],
            &["version", "firmware version", "release", "build"],
        ),
    ),
    (
        DecoyKind::Hash,
        words(
            &["校验和", "文件哈希", "MD5", "提交"],
            &["校驗和", "檔案雜湊", "SHA256"],
            &["checksum", "sha256", "commit", "md5"],
        ),
    ),
    (
        DecoyKind::BadResidentId,
        words(
            &["测试数据", "身份证号（校验失败）", "样例", "错误的身份证号"],
            &["測試資料", "錯誤的號碼"],
            &["invalid ID", "test data", "rejected value"],
        ),
    ),
    (
        DecoyKind::BadCard,
        words(
            &["测试数据", "样例", "流水"],
            &["測試資料", "樣本"],
            &["test data", "sample value", "mistyped"],
        ),
    ),
    (
        DecoyKind::Pair,
        words(
            &["得分", "区间", "权重", "比例"],
            &["得分", "區間", "權重"],
            &["scores", "range", "weights", "ratio"],
        ),
    ),
    (
        DecoyKind::SerialNumber,
        words(
            &["序列号", "设备序列号", "机身号", "资产编号"],
            &["序號", "設備序號", "資產編號"],
            &["serial number", "S/N", "serial no.", "asset tag"],
        ),
    ),
    (
        DecoyKind::Uuid,
        words(
            &["请求ID", "会话ID", "跟踪ID"],
            &["請求ID", "工作階段ID"],
            &["request id", "session id", "correlation id"],
        ),
    ),
    (
        DecoyKind::Date,
        words(
            &["签订日期", "到期日", "交货日期", "开票日期"],
            &["簽訂日期", "到期日", "交貨日期"],
            &["signed on", "due date", "delivery date", "invoice date"],
        ),
    ),
    (DecoyKind::Isbn, words(&["书号", "ISBN"], &["書號", "ISBN"], &["ISBN", "ISBN-13"])),
    (
        DecoyKind::Invoice,
        words(&["发票号码", "发票号"], &["發票號碼", "發票號"], &["invoice no.", "invoice number", "inv."]),
    ),
    (
        DecoyKind::ContractNumber,
        words(
            &["合同编号", "合同号", "协议编号"],
            &["合約編號", "合約號"],
            &["contract no.", "agreement no.", "contract number"],
        ),
    ),
];
