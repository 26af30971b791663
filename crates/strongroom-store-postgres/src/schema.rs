//! The tables, and every statement that is sent. `docs/format.md` describes them, `docs/roles.sql` who may do what.

use crate::failure::Failure;
use postgres::{Client, Row, Statement};
use strongroom_store::Durability;

/// The version of `docs/format.md`.
pub(crate) const VERSION: i64 = 0;

/// Statements that a connection has prepared.
pub(crate) struct Statements {
    pub(crate) get: [Statement; 2],
    pub(crate) scan: [Scans; 2],
    pub(crate) lock: Statement,
    pub(crate) values: Statement,
    pub(crate) apply: Statement,
    pub(crate) prune: String,
    pub(crate) forget: String,
    pub(crate) claim: String,
    pub(crate) settled: String,
    pub(crate) beat: String,
}

/// The four ways to scan a table: forward and backward, with an end and without.
pub(crate) struct Scans {
    pub(crate) forward: [Statement; 2],
    pub(crate) backward: [Statement; 2],
}

impl Statements {
    pub(crate) fn prepare(client: &mut Client, s: &str) -> Result<Self, Failure> {
        let mut prepare = |sql: &str| client.prepare(sql).map_err(Failure::from);
        let mut of_table = |table: &str| -> Result<(Statement, Scans), Failure> {
            let from = format!("SELECT key, value FROM {s}.{table} WHERE space = $1 AND key >= $2");
            let get = format!("SELECT value FROM {s}.{table} WHERE space = $1 AND key = $2");
            Ok((
                prepare(&get)?,
                Scans {
                    forward: [
                        prepare(&format!("{from} ORDER BY key ASC LIMIT $3"))?,
                        prepare(&format!("{from} AND key < $4 ORDER BY key ASC LIMIT $3"))?,
                    ],
                    backward: [
                        prepare(&format!("{from} ORDER BY key DESC LIMIT $3"))?,
                        prepare(&format!("{from} AND key < $4 ORDER BY key DESC LIMIT $3"))?,
                    ],
                },
            ))
        };
        let ((get_row, scan_row), (get_log, scan_log)) = (of_table("rows")?, of_table("log")?);
        let lock =
            format!("SELECT {DURABILITY} FROM {s}.locks WHERE stripe = ANY ($1) ORDER BY stripe FOR UPDATE");
        let values = format!(
            "SELECT 0::int2, q.n, t.value FROM unnest($1::int4[], $2::int2[], $3::bytea[]) AS q (n, space, key) \
             JOIN {s}.rows t ON t.space = q.space AND t.key = q.key \
             UNION ALL \
             SELECT 1::int2, q.n, t.value FROM unnest($4::int4[], $5::int2[], $6::bytea[]) AS q (n, space, key) \
             JOIN {s}.log t ON t.space = q.space AND t.key = q.key"
        );
        let apply = format!(
            "WITH gone AS (DELETE FROM {s}.rows t USING unnest($1::int2[], $2::bytea[]) AS q (space, key) \
                           WHERE t.space = q.space AND t.key = q.key), \
             kept AS (INSERT INTO {s}.rows (space, key, value) \
                      SELECT space, key, value FROM unnest($3::int2[], $4::bytea[], $5::bytea[]) AS q (space, key, value) \
                      ON CONFLICT (space, key) DO UPDATE SET value = excluded.value), \
             said AS (INSERT INTO {s}.log (space, key, value) \
                      SELECT space, key, value FROM unnest($6::int2[], $7::bytea[], $8::bytea[]) AS q (space, key, value)) \
             INSERT INTO {s}.commits (id, applied) VALUES ($9, true)"
        );
        Ok(Self {
            get: [get_row, get_log],
            scan: [scan_row, scan_log],
            lock: client.prepare(&lock)?,
            values: client.prepare(&values)?,
            apply: client.prepare(&apply)?,
            prune: format!("SELECT {s}.prune($1, $2)"),
            forget: format!(
                "DELETE FROM {s}.commits WHERE id IN \
                 (SELECT id FROM {s}.commits WHERE at < now() - interval '7 days' LIMIT 1000)"
            ),
            claim: format!(
                "INSERT INTO {s}.commits (id, applied) VALUES ($1, false) ON CONFLICT (id) DO NOTHING"
            ),
            settled: format!("SELECT applied FROM {s}.commits WHERE id = $1"),
            beat: format!("UPDATE {s}.meta SET value = value + 1 WHERE name = 'beat'"),
        })
    }
}

/// Makes what is missing. Answers `Err(version)` for tables of another version.
pub(crate) fn migrate(client: &mut Client, s: &str) -> Result<Result<(), i64>, Failure> {
    let there = client.query_opt(
        "SELECT 1 FROM information_schema.tables WHERE table_schema = $1 AND table_name = 'meta'",
        &[&s],
    )?;
    if there.is_none() {
        client.batch_execute(&tables(s))?;
    }
    let version = client.query_opt(&format!("SELECT value FROM {s}.meta WHERE name = 'format'"), &[])?;
    let version = version.map(|row| row.try_get::<_, i64>(0)).transpose()?;
    Ok(match version {
        Some(VERSION) => Ok(()),
        Some(other) => Err(other),
        None => Err(-1),
    })
}

/// All of it in one transaction, so that a half-made schema is never seen. `IF NOT EXISTS` and `ON CONFLICT`: another
/// process may be at it.
fn tables(s: &str) -> String {
    format!(
        "BEGIN;
CREATE SCHEMA IF NOT EXISTS {s};
CREATE TABLE IF NOT EXISTS {s}.meta (name text PRIMARY KEY, value bigint NOT NULL);
CREATE TABLE IF NOT EXISTS {s}.rows (space int2 NOT NULL, key bytea NOT NULL, value bytea NOT NULL, PRIMARY KEY (space, key));
CREATE TABLE IF NOT EXISTS {s}.log (space int2 NOT NULL, key bytea NOT NULL, value bytea NOT NULL, PRIMARY KEY (space, key));
CREATE TABLE IF NOT EXISTS {s}.locks (stripe int2 PRIMARY KEY);
CREATE TABLE IF NOT EXISTS {s}.commits (id uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), applied bool NOT NULL);
CREATE INDEX IF NOT EXISTS commits_by_time ON {s}.commits (at);
INSERT INTO {s}.locks (stripe) SELECT generate_series(0, 255) ON CONFLICT (stripe) DO NOTHING;
CREATE OR REPLACE FUNCTION {s}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('strongroom.prune', true) = 'on' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'append-only: what is in the log stays as it is' USING ERRCODE = '23001';
END $$;
DROP TRIGGER IF EXISTS append_only ON {s}.log;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {s}.log FOR EACH ROW EXECUTE FUNCTION {s}.refuse();
DROP TRIGGER IF EXISTS append_only_whole ON {s}.log;
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {s}.log FOR EACH STATEMENT EXECUTE FUNCTION {s}.refuse();
CREATE OR REPLACE FUNCTION {s}.prune(spaces int2[], keys bytea[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('strongroom.prune', 'on', true);
  DELETE FROM {s}.log t USING unnest(spaces, keys) AS q (space, key) WHERE t.space = q.space AND t.key = q.key;
  PERFORM set_config('strongroom.prune', 'off', true);
END $$;
REVOKE ALL ON FUNCTION {s}.prune(int2[], bytea[]) FROM PUBLIC;
INSERT INTO {s}.meta (name, value) VALUES ('format', {VERSION}), ('beat', 0) ON CONFLICT (name) DO NOTHING;
COMMIT;"
    )
}

/// Whether the server flushes what it says it has committed, and whether a commit may wait for a standby. Settings that
/// may change while a connection lives: asked for anew with every commit.
const DURABILITY: &str = "coalesce(current_setting('fsync', true), 'off') = 'on' \
     AND coalesce(current_setting('full_page_writes', true), 'off') = 'on', \
     coalesce(current_setting('synchronous_standby_names', true), '') <> ''";

/// What a commit through this connection reaches now.
pub(crate) fn durability(client: &mut Client) -> Result<Durability, Failure> {
    Ok(read_durability(&client.query_one(&format!("SELECT {DURABILITY}"), &[])?)?)
}

/// The same, from a row that begins with it.
pub(crate) fn read_durability(row: &Row) -> Result<Durability, postgres::Error> {
    Ok(match (row.try_get(0)?, row.try_get(1)?) {
        (false, _) => Durability::Process,
        (true, true) => Durability::Replicated,
        (true, false) => Durability::Power,
    })
}
