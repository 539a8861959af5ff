//! `--help`: one sentence first, two examples last, and the examples are ours.

use super::{output, provoke, said, snapshot};

const COMMANDS: [&[&str]; 27] = [
    &[],
    &["run"],
    &["race"],
    &["mock"],
    &["config"],
    &["config", "validate"],
    &["config", "get"],
    &["gateway"],
    &["gateway", "run"],
    &["gateway", "status"],
    &["gateway", "probe"],
    &["gateway", "call"],
    &["gateway", "health"],
    &["devices"],
    &["devices", "list"],
    &["devices", "approve"],
    &["devices", "reject"],
    &["devices", "remove"],
    &["devices", "rotate"],
    &["devices", "revoke"],
    &["devices", "clear"],
    &["health"],
    &["status"],
    &["logs"],
    &["list"],
    &["explain"],
    &["schema"],
];

#[test]
fn every_help_opens_with_a_sentence_and_ends_with_two_examples() {
    for command in COMMANDS {
        for flag in ["-h", "--help"] {
            let help = said(&[command, &[flag]].concat());
            let first = help.lines().next().unwrap_or_default();
            assert!(first.split(' ').count() >= 5, "{command:?} opens with: {first}");
            let (_, examples) =
                help.rsplit_once("Examples:\n").unwrap_or_else(|| panic!("{command:?}: {help}"));
            let examples: Vec<&str> = examples.lines().collect();
            assert_eq!(examples.len(), 2, "{command:?}: {examples:?}");
            assert!(examples.iter().all(|line| line.starts_with("  provoke ")), "{command:?}: {examples:?}");
        }
    }
}

#[test]
fn every_command_of_the_overview_has_its_help_checked() {
    let overview = said(&["--help"]);
    let (_, rest) = overview.split_once("Commands:\n").expect("there is a list of commands");
    let named = rest.lines().take_while(|line| line.starts_with("  "));
    let named: Vec<&str> = named.filter_map(|line| line.split_whitespace().next()).collect();
    for name in named.iter().filter(|name| **name != "help") {
        assert!(COMMANDS.contains(&[*name].as_slice()), "`{name}` is not checked");
    }
    assert!(named.len() > 5, "{named:?}");
}

#[test]
fn the_overview_is_as_it_was_read() {
    let folder = tempfile::tempdir().expect("a folder");
    snapshot("help", folder.path(), &output(provoke(folder.path()).arg("--help")));
    snapshot("help-run", folder.path(), &output(provoke(folder.path()).args(["run", "--help"])));
    let version = said(&["--version"]);
    assert_eq!(version, concat!("provoke ", env!("CARGO_PKG_VERSION"), "\n"));
}
