# Does it compile?
check:
    cargo check --all-targets

# All tests, or those with a word in their name.
test WORD="":
    cargo test {{WORD}}

# Look at changed snapshots, one by one.
review:
    cargo insta test --review

# Rewrite what is derived from folders: the built-in lists and the schema beside the scenarios.
lists:
    PROVOKE_UPDATE_LISTS=1 cargo test --test it lists

# The benches; each opens with the claim that it guards.
bench:
    cargo bench

# What a user sees first.
demo:
    cargo run --release -- run

# Format and lints, as strict as they must be to land.
lint:
    cargo fmt --check && cargo clippy --all-targets -- -D warnings

# Licences, bans and sources of dependencies.
deny:
    cargo deny check bans licenses sources

# The binary to ship.
release:
    cargo build --profile dist
