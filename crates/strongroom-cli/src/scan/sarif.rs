//! Findings as a SARIF 2.1.0 log (OASIS), which code hosts and editors show beside the lines.
//!
//! There are no snippets and no fingerprints: a digest of a telephone number gives it away to whoever tries them all.

use super::{Located, detectors, lines::Found, report::Summary, source::Unread};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::io::{self, Write};
use strongroom_dlp::Entity;

/// What stays as it is in the path of a URI.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Writes a log result by result, so that a large one is never in memory.
#[derive(Debug)]
pub(super) struct Sarif {
    /// The rules, in the order of the log.
    rules: Vec<Entity>,
    results: u64,
    notifications: Vec<Value>,
}

impl Sarif {
    /// A log about these entities.
    pub(super) fn new(rules: Vec<Entity>) -> Self {
        Self { rules, results: 0, notifications: Vec::new() }
    }

    /// Everything before the results.
    pub(super) fn begin(&self, out: &mut impl Write) -> io::Result<()> {
        let rules: Vec<Value> = self.rules.iter().map(|entity| rule(*entity)).collect();
        let driver = json!({
            "name": "strongroom",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules,
        });
        out.write_all(
            b"{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\
              \"columnKind\":\"unicodeCodePoints\",\"tool\":{\"driver\":",
        )?;
        serde_json::to_writer(&mut *out, &driver)?;
        out.write_all(b"},\"results\":[")
    }

    /// A finding in a file.
    pub(super) fn result(&mut self, out: &mut impl Write, path: &str, found: &Located) -> io::Result<()> {
        let region = json!({
            "startLine": found.line,
            "startColumn": found.column,
            "byteOffset": found.start,
            "byteLength": found.end.saturating_sub(found.start),
        });
        let location = json!({
            "physicalLocation": { "artifactLocation": { "uri": uri(path) }, "region": region }
        });
        self.write(out, found, &location, json!({}))
    }

    /// A finding in a text of a line. Its place in the line as bytes is not known, its place in the text is.
    pub(super) fn line(
        &mut self,
        out: &mut impl Write,
        path: &str,
        line: u64,
        found: &Found,
    ) -> io::Result<()> {
        let location = json!({
            "physicalLocation": {
                "artifactLocation": { "uri": uri(path) },
                "region": { "startLine": line },
            },
            "logicalLocations": [{ "fullyQualifiedName": found.pointer, "kind": "member" }],
        });
        let more = json!({
            "inName": found.in_name,
            "start": found.located.start,
            "end": found.located.end,
        });
        self.write(out, &found.located, &location, more)
    }

    fn write(
        &mut self,
        out: &mut impl Write,
        found: &Located,
        location: &Value,
        mut properties: Value,
    ) -> io::Result<()> {
        let about = detectors::about(found.entity);
        if let Some(properties) = properties.as_object_mut() {
            properties.insert("confidence".to_owned(), json!(found.confidence));
            properties.insert("evidence".to_owned(), json!(found.evidence));
        }
        let result = json!({
            "ruleId": about.name,
            "ruleIndex": self.rules.iter().position(|rule| *rule == found.entity),
            "level": "warning",
            "rank": found.confidence * 100.0,
            "message": { "text": format!("{}: {}", about.name, about.description) },
            "locations": [location],
            "properties": properties,
        });
        out.write_all(if self.results == 0 { b"\n" } else { b",\n" })?;
        self.results = self.results.saturating_add(1);
        serde_json::to_writer(out, &result).map_err(io::Error::from)
    }

    /// An input that was not scanned although it should have been.
    pub(super) fn unread(&mut self, unread: &Unread) {
        self.notify("error", &unread.path, &unread.reason);
    }

    /// An input that was left out because it is binary.
    pub(super) fn binary(&mut self, path: &str) {
        self.notify("note", path, "binary, left out");
    }

    fn notify(&mut self, level: &str, path: &str, text: &str) {
        self.notifications.push(json!({
            "level": level,
            "message": { "text": text },
            "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(path) } } }],
        }));
    }

    /// Everything behind the results.
    pub(super) fn end(&self, out: &mut impl Write, summary: &Summary, whole: bool) -> io::Result<()> {
        let invocations = json!([{
            "executionSuccessful": whole,
            "toolExecutionNotifications": self.notifications,
        }]);
        out.write_all(b"],\"invocations\":")?;
        serde_json::to_writer(&mut *out, &invocations)?;
        out.write_all(b",\"properties\":")?;
        serde_json::to_writer(&mut *out, &json!({ "summary": summary }))?;
        out.write_all(b"}]}\n")
    }
}

fn rule(entity: Entity) -> Value {
    let about = detectors::about(entity);
    json!({
        "id": about.name,
        "shortDescription": { "text": about.description },
        "fullDescription": { "text": format!("{}, told by {}", about.description, about.proof) },
        "defaultConfiguration": { "level": "warning" },
        "properties": { "tags": ["privacy", "security"] },
    })
}

/// The path as a URI: relative ones stay relative to where the scan ran, as code hosts want them.
fn uri(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let mut plain = path.as_str();
    while let Some(rest) = plain.strip_prefix("./") {
        plain = rest.trim_start_matches('/');
    }
    let encoded = utf8_percent_encode(plain, PATH);
    if plain.starts_with('/') { format!("file://{encoded}") } else { encoded.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_uri() {
        for (path, expected) in [
            ("a.txt", "a.txt"),
            ("./a/b c.txt", "a/b%20c.txt"),
            ("../x", "../x"),
            ("/tmp/客.txt", "file:///tmp/%E5%AE%A2.txt"),
            ("a:b#c?d%", "a%3Ab%23c%3Fd%25"),
            ("-", "-"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
