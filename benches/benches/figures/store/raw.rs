//! The engines without us: what a program would write that needs no preconditions, no append-only space and no answer
//! for what goes wrong.

#[path = "../../../../crates/strongroom-store-postgres/tests/common/mod.rs"]
mod server;

use super::Row;
use crate::engine;
use postgres::{Client, NoTls, Statement};
use redb::{Database, ReadableDatabase as _, TableDefinition};
use std::path::Path;
use strongroom_benches::Fault;
use strongroom_store::Pair;

/// An engine. Keys carry the byte of their space, as they do below the trait.
pub(crate) trait Raw {
    /// All of it durably, or nothing.
    fn commit(&mut self, rows: &[Row]) -> Result<(), Fault>;
    fn get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault>;
    fn scan(&mut self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<Pair>, Fault>;
}

fn at(key: &[u8]) -> Vec<u8> {
    [&[1], key].concat()
}

pub(crate) struct RawSled(engine::RawSled);

impl RawSled {
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        engine::RawSled::open(path).map(Self)
    }
}

impl Raw for RawSled {
    fn commit(&mut self, rows: &[Row]) -> Result<(), Fault> {
        let mut batch = sled::Batch::default();
        for (key, value) in rows {
            batch.insert(at(key), value.as_slice());
        }
        self.0.commit(batch)
    }

    fn get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.0.tree().get(at(key))?.map(|value| value.to_vec()))
    }

    fn scan(&mut self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<Pair>, Fault> {
        let pairs = self.0.tree().range(at(start)..at(end)).take(limit);
        Ok(pairs
            .map(|pair| pair.map(|(key, value)| (key.to_vec(), value.to_vec())))
            .collect::<Result<_, _>>()?)
    }
}

pub(crate) struct RawRedb(Database);

const TABLE: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("raw");

impl RawRedb {
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        Ok(Self(redb::Builder::new().set_cache_size(64 << 20).create(path)?))
    }
}

impl Raw for RawRedb {
    fn commit(&mut self, rows: &[Row]) -> Result<(), Fault> {
        let begun = self.0.begin_write()?;
        let mut table = begun.open_table(TABLE)?;
        for (key, value) in rows {
            table.insert(at(key).as_slice(), value.as_slice())?;
        }
        drop(table);
        Ok(begun.commit()?)
    }

    fn get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let table = self.0.begin_read()?.open_table(TABLE)?;
        Ok(table.get(at(key).as_slice())?.map(|value| value.value().to_vec()))
    }

    fn scan(&mut self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<Pair>, Fault> {
        let table = self.0.begin_read()?.open_table(TABLE)?;
        let pairs = table.range(at(start).as_slice()..at(end).as_slice())?.take(limit);
        Ok(pairs
            .map(|pair| pair.map(|(key, value)| (key.value().to_vec(), value.value().to_vec())))
            .collect::<Result<_, _>>()?)
    }
}

pub(crate) struct RawPostgres {
    client: Client,
    insert: Statement,
    get: Statement,
    scan: Statement,
}

/// A private server, where one is installed.
pub(crate) fn postgres_server() -> Option<String> {
    server::fresh_url()
}

impl RawPostgres {
    pub(crate) fn open(url: &str) -> Result<Self, Fault> {
        let base = url.split_once('?').map_or(url, |(base, _)| base);
        let mut client = Client::connect(base, NoTls)?;
        client.batch_execute(
            "CREATE TABLE raw (space int2, key bytea, value bytea, PRIMARY KEY (space, key))",
        )?;
        let insert = client.prepare(
            "INSERT INTO raw SELECT 1, key, value FROM unnest($1::bytea[], $2::bytea[]) AS q (key, value) \
             ON CONFLICT (space, key) DO UPDATE SET value = excluded.value",
        )?;
        let get = client.prepare("SELECT value FROM raw WHERE space = 1 AND key = $1")?;
        let scan = client.prepare(
            "SELECT key, value FROM raw WHERE space = 1 AND key >= $1 AND key < $2 ORDER BY key LIMIT $3",
        )?;
        Ok(Self { client, insert, get, scan })
    }
}

impl Raw for RawPostgres {
    fn commit(&mut self, rows: &[Row]) -> Result<(), Fault> {
        let keys: Vec<&[u8]> = rows.iter().map(|(key, _)| key.as_slice()).collect();
        let values: Vec<&[u8]> = rows.iter().map(|(_, value)| value.as_slice()).collect();
        self.client.execute(&self.insert, &[&keys, &values])?;
        Ok(())
    }

    fn get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let row = self.client.query_opt(&self.get, &[&key])?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    fn scan(&mut self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<Pair>, Fault> {
        let rows = self.client.query(&self.scan, &[&start, &end, &i64::try_from(limit)?])?;
        Ok(rows
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<Result<_, postgres::Error>>()?)
    }
}
