//! Certificates as text for people, in English and in Chinese.

use super::{Certificate, CertificateBody, Sanitisation, Status};
use crate::{Exception, Method, RuleRef, Standing};
use std::fmt::{self, Write};
use strongroom_types::Timestamp;
use time::macros::format_description;

impl Certificate {
    /// The certificate as English text. For reading: what counts is the JSON.
    pub fn render_en(&self) -> String {
        self.render(&ENGLISH)
    }

    /// The certificate as Chinese text. For reading: what counts is the JSON.
    pub fn render_zh(&self) -> String {
        self.render(&CHINESE)
    }

    fn render(&self, words: &Words) -> String {
        let mut text = String::new();
        // Writing to a `String` cannot fail.
        let _ = self.write(&mut text, words);
        text
    }

    fn write(&self, out: &mut String, words: &Words) -> fmt::Result {
        let CertificateBody { case, tenant, subject, reason, records, completed_at, .. } = &self.body;
        writeln!(out, "{}", words.title)?;
        row(out, words.case, case)?;
        row(out, words.tenant, tenant)?;
        row(out, words.subject, subject)?;
        row(out, words.reason, reason)?;
        row(out, words.completed, instant(*completed_at))?;
        let status = match self.status {
            Status::Final { epoch_turned_at } => (words.r#final)(&instant(epoch_turned_at)),
            Status::Provisional => words.provisional.to_owned(),
        };
        row(out, words.status, status)?;
        let classes: Vec<_> = self.body.classes.iter().map(ToString::to_string).collect();
        row(out, words.erased, (words.records)(*records, &classes.join(", ")))?;
        row(out, words.extent, if self.body.whole_subject { words.whole } else { words.partial })?;
        self.write_methods(out, words)?;
        self.write_rest(out, words)?;
        writeln!(out, "\n{}", words.limits)
    }

    fn write_methods(&self, out: &mut String, words: &Words) -> fmt::Result {
        for claim in &self.body.claims {
            row(
                out,
                words.claim,
                match claim {
                    Sanitisation::CryptographicErase => words.cryptographic_erase,
                    Sanitisation::Delete => words.delete,
                },
            )?;
        }
        for key in &self.body.keys {
            row(out, words.key, key)?;
        }
        row(out, words.destroyed, format!("{} [{}]", instant(self.body.destroyed_at), self.body.guarantee))?;
        writeln!(out, "\n{}", words.targets)?;
        for target in &self.body.targets {
            let method = match target.method {
                Method::Delete => words.delete_short,
                Method::KeyDestroy => words.key_destroy_short,
            };
            let verified = instant(target.verified_absent_at);
            writeln!(
                out,
                "  - {} {}: {method}, {}",
                target.name,
                target.adapter_version,
                (words.target)(target.found, &verified)
            )?;
        }
        Ok(())
    }

    fn write_rest(&self, out: &mut String, words: &Words) -> fmt::Result {
        writeln!(out, "\n{}", words.kept)?;
        if self.body.exceptions.is_empty() {
            writeln!(out, "  - {}", words.nothing)?;
        }
        for exception in &self.body.exceptions {
            self.write_exception(out, words, exception)?;
        }
        writeln!(out, "\n{}", words.backups)?;
        if self.body.backups.is_empty() {
            writeln!(out, "  - {}", words.nothing)?;
        }
        for backup in &self.body.backups {
            let expiry = backup.expires_at.map_or_else(|| words.unknown.to_owned(), instant);
            writeln!(out, "  - {}: {expiry}", backup.name)?;
        }
        writeln!(out, "\n{}", words.rules)?;
        for rule in &self.body.rules {
            let (id, version) = (&rule.id, rule.version);
            writeln!(out, "  - {id} v{version}: {} {} {}", rule.jurisdiction, rule.instrument, rule.article)?;
        }
        writeln!(out)?;
        row(out, words.requester, self.body.requester)?;
        for approver in &self.body.approvers {
            row(out, words.approver, approver)?;
        }
        row(out, words.operator, self.body.operator)?;
        row(out, words.signed, &self.signature.key_name)
    }

    fn write_exception(&self, out: &mut String, words: &Words, exception: &Exception) -> fmt::Result {
        let Exception { class, standing, count, partial, until, rules } = exception;
        let standing = match standing {
            Standing::Held => words.held,
            Standing::Kept => words.stays,
            Standing::Pending => words.pending,
            Standing::Restricted => words.restricted,
            Standing::Review => words.review,
        };
        let extent = if *partial { words.fields_only } else { "" };
        write!(out, "  - {class} x {count}{extent}: {standing}")?;
        if let Some(until) = until {
            write!(out, ", {} {}", words.until, instant(*until))?;
        }
        let cite = |rule: &RuleRef| {
            let citation = self.body.rules.iter().find(|citation| citation.id == rule.id)?;
            Some(format!("{} {}", citation.instrument, citation.article))
        };
        let cited: Vec<_> = rules.iter().filter_map(cite).collect();
        if !cited.is_empty() {
            write!(out, " ({})", cited.join("; "))?;
        }
        writeln!(out)
    }
}

fn row(out: &mut String, name: &str, value: impl fmt::Display) -> fmt::Result {
    writeln!(out, "{name}: {value}")
}

fn instant(at: Timestamp) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    at.to_utc().format(format).unwrap_or_else(|_| at.to_string())
}

struct Words {
    title: &'static str,
    case: &'static str,
    tenant: &'static str,
    subject: &'static str,
    reason: &'static str,
    completed: &'static str,
    status: &'static str,
    provisional: &'static str,
    r#final: fn(&str) -> String,
    erased: &'static str,
    records: fn(u64, &str) -> String,
    extent: &'static str,
    whole: &'static str,
    partial: &'static str,
    claim: &'static str,
    cryptographic_erase: &'static str,
    delete: &'static str,
    key: &'static str,
    destroyed: &'static str,
    targets: &'static str,
    delete_short: &'static str,
    key_destroy_short: &'static str,
    target: fn(u64, &str) -> String,
    kept: &'static str,
    nothing: &'static str,
    fields_only: &'static str,
    held: &'static str,
    stays: &'static str,
    pending: &'static str,
    restricted: &'static str,
    review: &'static str,
    until: &'static str,
    backups: &'static str,
    unknown: &'static str,
    rules: &'static str,
    requester: &'static str,
    approver: &'static str,
    operator: &'static str,
    signed: &'static str,
    limits: &'static str,
}

const ENGLISH: Words = Words {
    title: "CERTIFICATE OF DISPOSAL",
    case: "Case",
    tenant: "Tenant",
    subject: "Subject (pseudonym)",
    reason: "Reason",
    completed: "Completed",
    status: "Status",
    provisional: "provisional; the key epoch is not turned yet, an old copy of the key store could still be opened",
    r#final: |at| format!("final; key epoch turned {at}"),
    erased: "Erased",
    records: |count, classes| format!("{count} records, in whole or in part ({classes})"),
    extent: "Extent",
    whole: "everything of the subject",
    partial: "part; see what was kept",
    claim: "Method",
    cryptographic_erase: "cryptographic erase (NIST SP 800-88): keys that sealed this data alone were destroyed",
    delete: "deletion through the target's own interface",
    key: "Key destroyed",
    destroyed: "Keys destroyed at",
    targets: "Targets",
    delete_short: "deleted",
    key_destroy_short: "key destroyed and deleted",
    target: |found, at| format!("{found} found before, none left at {at}"),
    kept: "Kept, and why",
    nothing: "nothing",
    fields_only: " (some fields)",
    held: "under a legal hold",
    stays: "kept",
    pending: "waiting for an event",
    restricted: "restricted: stored only, not used",
    review: "a person must decide",
    until: "until",
    backups: "Backups still to expire",
    unknown: "date unknown",
    rules: "Rules",
    requester: "Requested by",
    approver: "Approved by",
    operator: "Run by",
    signed: "Signed by key",
    limits: "This certificate speaks of the targets and backups that it names. It claims no sanitisation of storage media.",
};

const CHINESE: Words = Words {
    title: "数据销毁证书",
    case: "案件",
    tenant: "租户",
    subject: "数据主体（假名）",
    reason: "原因",
    completed: "完成时间",
    status: "状态",
    provisional: "临时：密钥纪元尚未轮换，密钥库的旧副本仍可能被打开",
    r#final: |at| format!("最终：密钥纪元已于 {at} 轮换"),
    erased: "已删除",
    records: |count, classes| format!("{count} 条记录的全部或部分（{classes}）"),
    extent: "范围",
    whole: "该主体的全部数据",
    partial: "部分数据，保留内容见下",
    claim: "方法",
    cryptographic_erase: "密码擦除（NIST SP 800-88）：仅用于密封该数据的密钥已被销毁",
    delete: "通过目标系统自身的接口删除",
    key: "已销毁密钥",
    destroyed: "密钥销毁时间",
    targets: "目标系统",
    delete_short: "已删除",
    key_destroy_short: "密钥已销毁且数据已删除",
    target: |found, at| format!("此前发现 {found} 项，{at} 复核无残留"),
    kept: "保留的数据及理由",
    nothing: "无",
    fields_only: "（部分字段）",
    held: "处于法律保全之下",
    stays: "保留",
    pending: "等待触发事件",
    restricted: "限制处理：仅存储，不使用",
    review: "须由人工决定",
    until: "至",
    backups: "尚未到期的备份",
    unknown: "日期不详",
    rules: "依据规则",
    requester: "申请人",
    approver: "批准人",
    operator: "执行人",
    signed: "签名密钥",
    limits: "本证书仅就所列目标系统与备份作出说明，不声称已对存储介质进行清除。",
};
