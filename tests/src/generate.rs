//! The sample data: customers that never were, from a seed.
//!
//! Nobody in it is meant: names are made of words for *sample* and *test*, streets and companies likewise, mail goes to
//! domains kept for examples. Numbers that validators check are drawn at random with a right check digit, so one may by
//! chance equal a number in use; it is never taken from anywhere. About three customers in a hundred carry one invalid
//! identifier and a few rows are malformed; the manifest lists each.
//!
//! The same options give the same bytes on every machine. Memory does not grow with the number of customers, save for
//! the manifest's list of bad rows.

mod contract;
mod customer;
mod ids;
mod manifest;
mod related;
mod rng;
mod words;

pub use manifest::{BadRow, Fault, FileFacts, Manifest, Planted, Reason};
pub use rng::SplitMix;

use customer::{Customer, Region};
use encoding_rs::{BIG5, Encoding, GB18030};
use related::Related;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

/// How much to make, and from which seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Rows in `customers.csv`.
    pub customers: u64,
    /// Rows in `contracts.csv`; none where no customer is sound.
    pub contracts: u64,
    /// Where every number comes from.
    pub seed: u64,
}

/// The options of the sample that is checked in at `crates/strongroom-cli/sample`.
pub const SAMPLE: Options = Options { customers: 1_000, contracts: 50, seed: 20_261_122 };

/// The sample was not written wholly.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// A file could not be written.
    #[error("the sample could not be written")]
    Io(#[from] io::Error),
    /// A row could not be written.
    #[error("a row of the sample could not be written")]
    Csv(#[from] csv::Error),
    /// The manifest could not be written.
    #[error("the manifest could not be written")]
    Json(#[from] serde_json::Error),
    /// A word of the sample does not exist in the encoding of its file.
    #[error("a word of the sample cannot be written in {0}")]
    Unmappable(&'static str),
}

const HEADER_HANS: [&str; 13] = [
    "客户编号",
    "姓名",
    "性别",
    "出生日期",
    "身份证号",
    "手机",
    "邮箱",
    "地址",
    "公司",
    "统一社会信用代码",
    "银行卡号",
    "地区",
    "语言",
];
const HEADER_HANT: [&str; 13] = [
    "客戶編號",
    "客戶姓名",
    "性別",
    "出生日期",
    "身份證號",
    "手機",
    "電子郵件",
    "聯絡地址",
    "公司名稱",
    "統一社會信用代碼",
    "銀行卡號",
    "地區",
    "語言",
];

/// Writes every file of the sample and its `manifest.json` into a folder, which is made if need be.
/// `progress` hears the number of customers done, now and then.
pub fn generate(
    options: Options,
    folder: &Path,
    mut progress: impl FnMut(u64),
) -> Result<Manifest, GenerateError> {
    fs::create_dir_all(folder)?;
    let mut files = BTreeMap::new();
    let mut customers = Table::create(&folder.join("customers.csv"), "customer", &HEADER_HANS)?;
    let mut related = Vec::new();
    for kind in Related::ALL {
        related.push((kind, Table::create(&folder.join(kind.file()), kind.kind(), kind.header())?));
    }
    for index in 0..options.customers {
        let customer = Customer::of(options.seed, index);
        customers.write(&customer.row(), customer.fault)?;
        if customer.fault.is_none() {
            for (kind, table) in &mut related {
                for (row, fault) in kind.rows(options.seed, index, &customer, table.facts.rows) {
                    table.write(&row, fault)?;
                }
            }
        }
        if index % 1_000 == 999 {
            progress(index.saturating_add(1));
        }
    }
    files.insert("customers.csv", customers.finish()?.1);
    for (kind, table) in related {
        files.insert(kind.file(), table.finish()?.1);
    }
    let (facts, planted) = contracts(options, folder)?;
    let contracts = facts.rows;
    files.insert("contracts.csv", facts);
    for (name, encoding, header, prefix, region) in [
        ("customers-big5.csv", BIG5, HEADER_HANT, 'B', Region::Tw),
        ("customers-gb18030.csv", GB18030, HEADER_HANS, 'G', Region::Cn),
    ] {
        files.insert(name, encoded(options.seed, &folder.join(name), encoding, &header, prefix, region)?);
    }
    let manifest = Manifest { seed: options.seed, customers: options.customers, contracts, files, planted };
    let mut out = BufWriter::new(File::create(folder.join("manifest.json"))?);
    serde_json::to_writer_pretty(&mut out, &manifest)?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(manifest)
}

/// Contracts are spread evenly over the customers; each goes to the next sound one.
fn contracts(options: Options, folder: &Path) -> Result<(FileFacts, Vec<Planted>), GenerateError> {
    let mut table = Table::create(&folder.join("contracts.csv"), "contract", &contract::HEADER)?;
    let mut planted = Vec::new();
    for index in 0..options.contracts {
        let first = options.customers.saturating_mul(index).checked_div(options.contracts).unwrap_or(0);
        let sound = (first..options.customers)
            .map(|at| Customer::of(options.seed, at))
            .find(|customer| customer.fault.is_none());
        if let Some(customer) = sound {
            let (row, mentions) = contract::contract(options.seed, index, &customer);
            table.write(&row, None)?;
            planted.push(mentions);
        }
    }
    Ok((table.finish()?.1, planted))
}

/// Twenty customers in an encoding from before Unicode.
fn encoded(
    seed: u64,
    path: &Path,
    encoding: &'static Encoding,
    header: &[&str],
    prefix: char,
    region: Region,
) -> Result<FileFacts, GenerateError> {
    let mut table = Table::new(Vec::new(), "customer", header)?;
    table.facts.encoding = if encoding == BIG5 { "big5" } else { "gb18030" };
    for index in 0..20 {
        let customer = Customer::of_region(seed, index, prefix, region);
        table.write(&customer.row(), customer.fault)?;
    }
    let (bytes, facts) = table.finish()?;
    let text = String::from_utf8(bytes).ok();
    let text = text.ok_or(GenerateError::Unmappable("utf-8"))?;
    let (bytes, _, lossy) = encoding.encode(&text);
    if lossy {
        return Err(GenerateError::Unmappable(encoding.name()));
    }
    fs::write(path, bytes)?;
    Ok(facts)
}

/// One CSV file under way, with what the manifest will say of it.
struct Table<W: Write> {
    writer: csv::Writer<W>,
    facts: FileFacts,
    line: u64,
}

impl Table<BufWriter<File>> {
    fn create(path: &Path, kind: &'static str, header: &[&str]) -> Result<Self, GenerateError> {
        Self::new(BufWriter::new(File::create(path)?), kind, header)
    }
}

impl<W: Write> Table<W> {
    fn new(out: W, kind: &'static str, header: &[&str]) -> Result<Self, GenerateError> {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
        writer.write_record(header)?;
        let facts =
            FileFacts { kind, encoding: "utf-8", rows: 0, malformed: Vec::new(), invalid: Vec::new() };
        Ok(Self { writer, facts, line: 2 })
    }

    fn write<S: AsRef<str>>(&mut self, row: &[S], fault: Option<Fault>) -> Result<(), GenerateError> {
        self.facts.rows = self.facts.rows.saturating_add(1);
        if let Some(fault) = fault {
            let bad = BadRow { row: self.facts.rows, line: self.line, fault };
            if fault.reason.is_malformed() { &mut self.facts.malformed } else { &mut self.facts.invalid }
                .push(bad);
        }
        let breaks: usize = row.iter().map(|value| value.as_ref().matches('\n').count()).sum();
        self.line = self.line.saturating_add(u64::try_from(breaks).unwrap_or(0)).saturating_add(1);
        self.writer.write_record(row.iter().map(|value| value.as_ref().as_bytes()))?;
        Ok(())
    }

    fn finish(self) -> Result<(W, FileFacts), GenerateError> {
        let out = self.writer.into_inner().map_err(|refused| GenerateError::Io(refused.into_error()))?;
        Ok((out, self.facts))
    }
}
