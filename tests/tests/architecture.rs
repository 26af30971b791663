//! Goal: the shape of the workspace is what `ARCHITECTURE.md` says: a star of crates, each small, each described.
//! Method: compare what cargo itself reports with the table below, and read every source file. The checks are functions
//! over lists, so that tests can hand them a list with one edge too many and see it refused.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Which crate may use which, in the program that users run. A new line here is a change of architecture.
const STAR: [(&str, &[&str]); 13] = [
    (
        "strongroom",
        &[
            "strongroom-audit",
            "strongroom-cases",
            "strongroom-dlp",
            "strongroom-envelope",
            "strongroom-policy",
            "strongroom-retention",
            "strongroom-store",
            "strongroom-store-redb",
            "strongroom-store-sled",
            "strongroom-types",
            "strongroom-watch",
        ],
    ),
    ("strongroom-audit", &["strongroom-store", "strongroom-types"]),
    ("strongroom-cases", &["strongroom-types"]),
    ("strongroom-cli", &["strongroom", "strongroom-dlp", "strongroom-types"]),
    ("strongroom-dlp", &[]),
    ("strongroom-envelope", &["strongroom-store", "strongroom-types"]),
    ("strongroom-policy", &["strongroom-types"]),
    ("strongroom-retention", &["strongroom-types"]),
    ("strongroom-store", &[]),
    ("strongroom-store-redb", &["strongroom-store"]),
    ("strongroom-store-sled", &["strongroom-store"]),
    ("strongroom-types", &[]),
    ("strongroom-watch", &["strongroom-types"]),
];

/// Packages that may look at everything, and that nothing may depend on.
const OUTSIDE: [&str; 2] = ["strongroom-benches", "strongroom-tests"];

/// What a crate may use in its tests beyond the table: the base alone. A leaf that is tested with another leaf has an edge
/// to it, whatever `Cargo.toml` calls it.
const BASE: [&str; 2] = ["strongroom-store", "strongroom-types"];

/// The one module that may hold what the lint `unsafe_code` denies.
const WIPE: &str = "crates/strongroom-envelope/src/wipe";

/// Past this a file is split.
const FILE_LINES_MAX: usize = 800;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Edge {
    source: String,
    target: String,
    is_dev: bool,
}

impl Edge {
    fn new(source: &str, target: &str, is_dev: bool) -> Self {
        Self { source: source.to_owned(), target: target.to_owned(), is_dev }
    }
}

fn metadata() -> Metadata {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let offline = ["--offline".to_owned(), "--locked".to_owned()];
    MetadataCommand::new().manifest_path(root).no_deps().other_options(offline).exec().unwrap()
}

fn published(metadata: &Metadata) -> Vec<&Package> {
    metadata.packages.iter().filter(|package| package.publish.is_none()).collect()
}

/// The edges inside the workspace; optional, build and target-specific ones are edges like the others.
fn edges(metadata: &Metadata) -> Vec<Edge> {
    let names: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let of = |package: &Package| {
        let inside =
            package.dependencies.iter().filter(|dependency| names.contains(dependency.name.as_str()));
        let edge = |dependency: &cargo_metadata::Dependency| {
            Edge::new(&package.name, &dependency.name, dependency.kind == DependencyKind::Development)
        };
        inside.map(edge).collect::<Vec<_>>()
    };
    metadata.packages.iter().flat_map(of).collect()
}

/// What is wrong with a list of edges: those the table does not know, and those it knows in vain.
fn faults(edges: &[Edge]) -> Vec<String> {
    let mut faults = Vec::new();
    for edge in edges.iter().filter(|edge| !OUTSIDE.contains(&edge.source.as_str())) {
        let (source, target) = (edge.source.as_str(), edge.target.as_str());
        let Some((_, allowed)) = STAR.iter().find(|(name, _)| *name == source) else {
            faults.push(format!("`{source}` is not in the table"));
            continue;
        };
        let for_tests = edge.is_dev && (target == source || BASE.contains(&target));
        if OUTSIDE.contains(&target) || !(allowed.contains(&target) || for_tests) {
            let kind = if edge.is_dev { "dev-dependency" } else { "dependency" };
            faults.push(format!("`{source}` may not have `{target}` as a {kind}"));
        }
    }
    for (source, allowed) in STAR {
        for target in allowed {
            if !edges.contains(&Edge::new(source, target, false)) {
                faults.push(format!("`{source}` does not use `{target}`: take the edge off the table"));
            }
        }
    }
    faults
}

#[test]
fn the_workspace_is_the_star() {
    assert_eq!(faults(&edges(&metadata())), Vec::<String>::new());
}

#[test]
fn every_crate_is_in_the_table_or_outside() {
    let metadata = metadata();
    let named: BTreeSet<&str> = STAR.iter().map(|(name, _)| *name).chain(OUTSIDE).collect();
    let found: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    assert_eq!(found, named);
    for package in &metadata.packages {
        let is_outside = OUTSIDE.contains(&package.name.as_str());
        assert_eq!(
            package.publish.is_some(),
            is_outside,
            "`{}`: what is outside is not published",
            package.name
        );
    }
}

#[test]
fn an_added_edge_is_refused_and_a_lost_one_is_missed() {
    let table =
        STAR.iter().flat_map(|(source, targets)| targets.iter().map(|to| Edge::new(source, to, false)));
    let sound: Vec<Edge> = table.collect();
    assert_eq!(faults(&sound), Vec::<String>::new());
    for (source, target, is_dev) in [
        ("strongroom-audit", "strongroom-envelope", false),
        ("strongroom-audit", "strongroom-envelope", true),
        ("strongroom-cases", "strongroom-store", false),
        ("strongroom-cli", "strongroom-tests", true),
        ("strongroom-dlp", "strongroom-policy", false),
        ("strongroom-retention", "strongroom", true),
        ("strongroom-store-sled", "strongroom-audit", true),
        ("strongroom-types", "strongroom-store", false),
        ("strongroom-newcomer", "strongroom-types", false),
    ] {
        let doctored = [sound.as_slice(), &[Edge::new(source, target, is_dev)]].concat();
        assert_eq!(faults(&doctored).len(), 1, "{source} -> {target}");
    }
    for (source, target) in [
        ("strongroom-policy", "strongroom-store"),
        ("strongroom-store", "strongroom-store"),
        ("strongroom-tests", "strongroom-audit"),
    ] {
        let doctored = [sound.as_slice(), &[Edge::new(source, target, true)]].concat();
        assert_eq!(faults(&doctored), Vec::<String>::new(), "{source} -> {target}");
    }
    for at in 0..sound.len() {
        let mut doctored = sound.clone();
        doctored.remove(at);
        assert_eq!(faults(&doctored).len(), 1, "{:?}", sound.get(at));
    }
}

#[test]
fn deny_toml_draws_the_same_star() {
    let deny: toml::Table = fs::read_to_string(root().join("deny.toml")).unwrap().parse().unwrap();
    for (target, _) in STAR {
        let users: BTreeSet<&str> =
            STAR.iter().filter(|(_, targets)| targets.contains(&target)).map(|(source, _)| *source).collect();
        let bans = deny["bans"]["deny"].as_array().unwrap();
        let ban = bans.iter().find(|ban| ban["crate"].as_str() == Some(target));
        let ban = ban.unwrap_or_else(|| panic!("`deny.toml` bans `{target}` for nobody"));
        let wrappers: BTreeSet<&str> =
            ban["wrappers"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        // The crates that test with the base, and the packages outside, are wrappers too; they are no edges of the table.
        let strangers: Vec<_> = wrappers
            .iter()
            .filter(|name| !users.contains(**name) && !OUTSIDE.contains(name))
            .filter(|_| !BASE.contains(&target))
            .collect();
        assert!(strangers.is_empty(), "`deny.toml` lets {strangers:?} use `{target}`");
        assert!(
            users.is_subset(&wrappers),
            "`deny.toml` refuses {:?} the use of `{target}`",
            users.difference(&wrappers)
        );
    }
}

#[test]
fn every_published_crate_is_described() {
    let metadata = metadata();
    for package in published(&metadata) {
        let name = &package.name;
        let description = package.description.as_deref().unwrap_or("");
        assert!(description.len() > 20 && !description.ends_with('.'), "`{name}`: description");
        // The limits of the registry.
        assert!((1..=5).contains(&package.keywords.len()), "`{name}`: keywords");
        assert!(package.keywords.iter().all(|word| word.len() <= 20), "`{name}`: keywords");
        assert!((1..=5).contains(&package.categories.len()), "`{name}`: categories");
        assert_eq!(package.license.as_deref(), Some("MIT OR Apache-2.0"), "`{name}`: license");
        assert!(package.repository.is_some(), "`{name}`: repository");
        assert!(package.rust_version.is_some(), "`{name}`: rust-version");
        let readme = package.readme().unwrap_or_else(|| panic!("`{name}`: readme"));
        assert!(fs::read_to_string(readme).unwrap().lines().count() > 5, "`{name}`: readme");
        let docs = &package.metadata["docs"]["rs"];
        assert_eq!(docs["all-features"], true, "`{name}`: docs.rs");
        assert!(package.manifest_path.parent().unwrap().ends_with(name.as_str()), "`{name}`: folder name");
    }
}

#[test]
fn every_library_opens_with_its_readme() {
    for package in published(&metadata()) {
        let lib = fs::read_to_string(package.manifest_path.with_file_name("src").join("lib.rs")).unwrap();
        // Behind a feature where the example needs one: `#![cfg_attr(feature = "…", doc = …)]`.
        let first = lib.lines().next().unwrap_or("");
        let is_readme = first.starts_with("#![") && first.contains("doc = include_str!(\"../README.md\")");
        assert!(is_readme, "`{}` opens with `{first}`", package.name);
    }
}

#[test]
fn files_stay_short() {
    let long = sources().into_iter().filter(|(_, text)| text.lines().count() > FILE_LINES_MAX);
    assert_eq!(long.map(|(path, _)| path).collect::<Vec<_>>(), Vec::<PathBuf>::new());
}

#[test]
fn unchecked_code_lives_in_the_wipe_module_alone() {
    let keyword = concat!("un", "safe");
    for (code, expected) in [
        (format!("    {keyword} {{ wipe() }}"), true),
        (format!("pub {keyword} fn wipe()"), true),
        (format!("#[{keyword}(no_mangle)]"), true),
        (format!("// {keyword} {{ }} is denied"), false),
        (format!("{keyword}_code = \"deny\""), false),
    ] {
        assert_eq!(is_unchecked(&code), expected, "{code}");
    }
    let found: BTreeSet<PathBuf> = sources()
        .into_iter()
        .filter(|(_, text)| text.lines().any(is_unchecked))
        .map(|(path, _)| path)
        .collect();
    let strangers: Vec<_> =
        found.iter().filter(|path| !path.starts_with(WIPE) && !path.starts_with(wipe_file())).collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}

fn wipe_file() -> PathBuf {
    Path::new(WIPE).with_extension("rs")
}

/// Whether a line of code opens a block, function, trait, implementation or attribute of that kind.
fn is_unchecked(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or("");
    let parts: Vec<&str> = code.split(concat!("un", "safe")).collect();
    parts.windows(2).any(|pair| {
        let [before, after] = pair else { return false };
        let is_word = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let next = after.trim_start();
        is_word
            && ["{", "(", "extern ", "fn ", "impl", "trait "].iter().any(|follow| next.starts_with(follow))
    })
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file of the workspace, by its path from the root.
fn sources() -> Vec<(PathBuf, String)> {
    let root = root().canonicalize().unwrap();
    let mut folders: Vec<PathBuf> =
        ["crates", "tests", "benches"].iter().map(|name| root.join(name)).collect();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                sources.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    assert!(sources.len() > 30, "the walk lost its way");
    sources
}
