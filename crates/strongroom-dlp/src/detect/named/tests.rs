//! Goal: names beside what tells them are found whole, and words that only look so are left alone.

use crate::{Entity, Scanner};

fn found(entity: Entity, text: &str) -> Vec<&str> {
    let scanner = Scanner::builder().with_entities(&[entity]).build().unwrap();
    scanner.scan(text.as_bytes()).iter().filter_map(|finding| text.get(finding.range())).collect()
}

#[track_caller]
fn check(entity: Entity, table: &[(&str, &[&str])]) {
    for (text, expected) in table {
        assert_eq!(found(entity, text), *expected, "{text}");
    }
}

#[test]
fn persons() {
    check(
        Entity::Person,
        &[
            ("姓名：王小明，电话", &["王小明"]),
            ("联系人: 李雷", &["李雷"]),
            ("聯絡人：陳大文 先生", &["陳大文"]),
            ("请联系王小明先生，", &["王小明"]),
            ("客户欧阳修文女士来电", &["欧阳修文"]),
            ("法定代表人：张三丰，", &["张三丰"]),
            ("Dear Mr. John Smith,", &["John Smith"]),
            ("联系人：John Smith", &["John Smith"]),
            ("客户林海燕今天来电", &["林海燕"]),
            ("已与经办人孙子涵，", &["孙子涵"]),
            ("我是郭家豪，", &["郭家豪"]),
            ("Attn: Emma Wilson, tax", &["Emma Wilson"]),
            ("by customer David Baker (tel", &["David Baker"]),
            ("Kind regards,\nLinda Baker\nContoso", &["Linda Baker"]),
            ("Kind regards,\nLinda Baker will", &[]),
            ("Name: Contoso Holdings", &[]),
            ("Contact: Monday", &[]),
            ("for The Supplier", &[]),
            ("客户关系，", &[]),
            ("客户方面表示", &[]),
            ("我是说，", &[]),
            ("王先生", &[]),
            ("姓名和电话", &[]),
            ("姓名：", &[]),
            ("姓名：见附件说明", &[]),
            ("先生您好", &[]),
            ("mr robot", &[]),
        ],
    );
}

#[test]
fn organisations() {
    check(
        Entity::Org,
        &[
            ("甲方：上海云帆科技有限公司，", &["上海云帆科技有限公司"]),
            ("与华星（中国）股份有限公司签约", &["华星（中国）股份有限公司"]),
            ("signed by Acme Trading Ltd.", &["Acme Trading Ltd"]),
            ("Example Widgets Co., Ltd", &["Example Widgets Co., Ltd"]),
            ("Example Widgets Co., Ltd. and", &["Example Widgets Co., Ltd."]),
            ("Globex, Inc. and", &["Globex, Inc."]),
            ("in the name of Acme Corporation.", &["Acme Corporation"]),
            ("户名上海示例科技有限公司。", &["上海示例科技有限公司"]),
            ("Corporate matters", &[]),
            ("该公司", &[]),
            ("有限公司", &[]),
            ("the Ltd", &[]),
            ("Include this", &[]),
        ],
    );
}

#[test]
fn addresses() {
    check(
        Entity::Address,
        &[
            ("地址：北京市朝阳区建国路88号，", &["北京市朝阳区建国路88号"]),
            ("住在上海市浦东新区世纪大道100号2栋501室。", &["上海市浦东新区世纪大道100号2栋501室"]),
            ("寄到台北市信義區市府路45號", &["台北市信義區市府路45號"]),
            ("at 12 High Street, London today", &["12 High Street, London"]),
            (
                "ship to 16 Victoria Lane, Springfield, IL 62704.",
                &["16 Victoria Lane, Springfield, IL 62704"],
            ),
            ("4 Park Avenue, Sydney NSW 2000", &["4 Park Avenue, Sydney NSW 2000"]),
            ("4 Park Avenue, Sydney in 2000", &["4 Park Avenue, Sydney"]),
            ("通訊地址：香港九龍彌敦道600號3樓", &["香港九龍彌敦道600號3樓"]),
            ("3号线", &[]),
            ("第5号", &[]),
            ("12 Monkeys Return", &[]),
        ],
    );
}

#[test]
fn codes_of_banks() {
    check(
        Entity::SwiftBic,
        &[
            ("SWIFT: DEUTDEFF", &["DEUTDEFF"]),
            ("BIC code HSBCHKHHHKH;", &["HSBCHKHHHKH"]),
            ("swift代码：BKCHCNBJ110", &["BKCHCNBJ110"]),
            ("DEUTDEFF", &[]),
            ("SWIFT: DEUTXXFF", &[]),
            ("SWIFT: deutdeff", &[]),
            ("SWIFT: DEUTDEF", &[]),
            ("a swift change", &[]),
        ],
    );
}
