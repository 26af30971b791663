//! The words of explanations.

use crate::Miss;
use strongroom_types::{Action, Level, LevelScale};

pub(crate) fn action_zh(action: Action) -> &'static str {
    match action {
        Action::Approve => "审批",
        Action::Attach => "添加附件",
        Action::Audit => "审计",
        Action::Configure => "配置",
        Action::Contract => "办理合同",
        Action::Create => "新建",
        Action::Exit => "办理退出",
        Action::Export => "导出",
        Action::Hold => "冻结",
        Action::Import => "导入",
        Action::List => "列出",
        Action::Offboard => "办理人员离职",
        Action::Open => "打开附件",
        Action::Print => "打印",
        Action::Release => "解除冻结",
        Action::Rotate => "轮换密钥",
        Action::Search => "检索",
        Action::Send => "发送",
        Action::Share => "共享",
        Action::Sweep => "清理到期数据",
        Action::Update => "修改",
        Action::View => "查看",
        // A younger action shows under its name until it has a Chinese one.
        _ => action.name(),
    }
}

fn level(level: Level, scale: &LevelScale) -> String {
    scale.name(level).map_or_else(|| format!("level {}", level.rank()), str::to_owned)
}

pub(crate) fn miss_en(miss: &Miss, scale: &LevelScale) -> String {
    match miss {
        Miss::ClearanceTooLow { need, has } => {
            format!("it needs clearance `{}`, the role has `{}`", level(*need, scale), level(*has, scale))
        }
        Miss::DeviceLacks { posture } => format!("it needs a device that is `{posture}`"),
        Miss::EvidenceMissing { name } => format!("it needs valid evidence of `{name}`"),
        Miss::MfaTooOld { age_seconds_max } => {
            format!("it needs a second factor not older than {age_seconds_max} seconds")
        }
        Miss::GlassNotBroken => "the grant is for emergencies alone".to_owned(),
        Miss::NeedsMfa => "it needs a second factor".to_owned(),
        Miss::NoConsent => "the person has not consented to the purpose".to_owned(),
        Miss::NotInForce => "the grant is not in force".to_owned(),
        Miss::NotOwner => "the actor is not the owner".to_owned(),
        Miss::NotRelated => "the actor is not related to the record as it asks".to_owned(),
        Miss::NotTeam => "the actor is not of the record's team".to_owned(),
        Miss::OutsideHours => "it is outside the allowed hours".to_owned(),
        Miss::SessionTooOld { age_seconds_max } => {
            format!("it needs a session not older than {age_seconds_max} seconds")
        }
        Miss::WrongPurpose => "it needs another purpose".to_owned(),
        Miss::WrongState => "the record is not in an allowed state".to_owned(),
        Miss::WrongZone => "it is not allowed from this place".to_owned(),
    }
}

pub(crate) fn miss_zh(miss: &Miss, scale: &LevelScale) -> String {
    match miss {
        Miss::ClearanceTooLow { need, has } => {
            format!("需要「{}」级权限,该角色只有「{}」级", level(*need, scale), level(*has, scale))
        }
        Miss::DeviceLacks { posture } => format!("设备须为「{posture}」"),
        Miss::EvidenceMissing { name } => format!("缺少有效的 `{name}` 证明"),
        Miss::MfaTooOld { age_seconds_max } => format!("需要 {age_seconds_max} 秒以内的多因素验证"),
        Miss::GlassNotBroken => "该授权仅限紧急情况".to_owned(),
        Miss::NeedsMfa => "需要多因素验证".to_owned(),
        Miss::NoConsent => "本人未同意该使用目的".to_owned(),
        Miss::NotInForce => "授权不在有效期内".to_owned(),
        Miss::NotOwner => "不是记录的负责人".to_owned(),
        Miss::NotRelated => "与该记录没有所要求的关系".to_owned(),
        Miss::NotTeam => "不属于记录所在的团队".to_owned(),
        Miss::OutsideHours => "不在允许的时间段内".to_owned(),
        Miss::SessionTooOld { age_seconds_max } => format!("会话不得超过 {age_seconds_max} 秒"),
        Miss::WrongPurpose => "使用目的不符".to_owned(),
        Miss::WrongState => "记录状态不允许".to_owned(),
        Miss::WrongZone => "不允许从此地点访问".to_owned(),
    }
}
