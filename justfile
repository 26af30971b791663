# Names for what is done often. `just` alone lists them.

_list:
    @just --list --unsorted

# What a commit needs: format, lints, tests, dependencies
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    cargo test --workspace
    just deny

# The quick tests; arguments go to cargo, such as a word that selects some of them
test *ARGUMENTS:
    cargo test --workspace {{ ARGUMENTS }}

# Everything that a merge needs, as the build machine runs it
ci:
    .ci/run

# The tests with a word in their name, a hundred times the cases, in release mode: just soak kill strongroom-tests
soak NAME PACKAGE="strongroom-tests":
    STRONGROOM_EFFORT=100 cargo test --release -p {{ PACKAGE }} {{ NAME }}

# One target of fuzz/ for so many seconds, on from where it was left: just fuzz scan 600
fuzz TARGET SECONDS:
    fuzz/run {{ TARGET }} {{ SECONDS }}

# The whole story in a fresh folder
demo *ARGUMENTS:
    cargo run --release -- demo {{ ARGUMENTS }}

# Write the sample data that is checked in; the golden test compares it byte for byte
generate:
    cargo run --release -p strongroom-tests --bin generate -- --out crates/strongroom-cli/sample

# What the content scanner finds in the labelled corpus, as a table: just score --documents 2000 --seed 7 --examples 20
score *ARGUMENTS:
    cargo run --release -p strongroom-tests --bin score -- {{ ARGUMENTS }}

# A large made-up customer base: just generate-large 100000 /tmp/customers
generate-large CUSTOMERS OUT SEED="1":
    cargo run --release -p strongroom-tests --bin generate -- --customers {{ CUSTOMERS }} --contracts 1000 --seed {{ SEED }} --out {{ OUT }}

# Licences, sources, and the star of crates
deny:
    cargo deny --log-level error check --allow unused-wrapper bans licenses sources

# Known vulnerabilities: needs the advisory database, and changes with the day
advisories:
    cargo deny check advisories

# The documentation, with warnings as errors
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# Figures beside their physical limit
bench:
    cargo bench -p strongroom-benches
