//! Race files: read, refused with their place, written, and described by a schema.

use proptest::prelude::*;
use provoke::scenario::Source;
use provoke::scenario::race::{self, Breaks, Race, schema, to_yaml};
use provoke::simulation::interleave;
use serde_json::Value;

use super::any;

fn source(text: &str) -> Source {
    Source { file: "any.yaml".to_owned(), text: text.to_owned(), ..Source::default() }
}

fn problems(text: &str) -> Vec<String> {
    let read = race::read(&source(text), &interleave::known());
    read.err().into_iter().flatten().map(|problem| problem.to_string()).collect()
}

const SOUND: &str = "\
id: pairing.sound
title: A race
source: nowhere
start:
  devices: { laptop: { scopes: [operator.read] }, pi: [ { scopes: all }, { role: node } ] }
  requests: { X: { device: laptop, scopes: [operator.approvals] } }
  bootstraps: { code: { roles: [node] } }
  gateways: 2
actors:
  loop:
    - connect: { device: laptop, scopes: [operator.approvals], client: gateway-client/backend, times: 3 }
    - connect: { device: phone, role: node, proof: { bootstrap: code }, local: false, signed: false }
  operator:
    via: { cli: laptop }
    gateway: 1
    does: [ list, approve: shown, { reject: { id: X } }, rotate: { device: pi, role: node } ]
  power: [ kill: 1, wait: 300s, step-clock: -1h, approve: heard, approve: { device: pi } ]
breaks: { openclaw-2026.4.12: [pairing.converges] }
order: [loop, operator, power]
";

/// A slip of the pen, and what is told of it.
const SLIPS: &[(&str, &str, &str)] = &[
    ("title:", "titel:", "any.yaml:2:1: unknown key `titel`\n  help: did you mean `title`?"),
    (
        "id: pairing.sound",
        "id: Sound",
        "any.yaml:1:5: `Sound` is no scenario id\n  help: ids are lower-case and dotted, such as `stream.empty-body`",
    ),
    ("scopes: all", "scopes: some", "any.yaml:5:59: unknown value `some`\n  help: known here: all"),
    ("gateways: 2", "gateways: 9", "any.yaml:8:13: a race has 1 to 4 gateway processes"),
    (
        "gateway: 1",
        "gateway: 2",
        "any.yaml:15:14: there is no gateway 2: this race has 2\n  help: they count from 0; `start.gateways` says how many there are",
    ),
    (
        "kill: 1",
        "kill: 7",
        "any.yaml:17:18: there is no gateway 7: this race has 2\n  help: they count from 0; `start.gateways` says how many there are",
    ),
    ("times: 3", "times: 0", "any.yaml:11:103: `times` is 1 to 64"),
    ("times: 3", "times: 65", "any.yaml:11:103: `times` is 1 to 64"),
    (
        "bootstrap: code",
        "bootstrap: cod",
        "any.yaml:12:65: no bootstrap token is called `cod`\n  help: did you mean `code`?",
    ),
    ("{ id: X }", "{ id: Y }", "any.yaml:16:51: no request is called `Y`\n  help: did you mean `X`?"),
    (
        "approve: shown",
        "approve: heard",
        "any.yaml:16:19: only over an open connection is a request heard of\n  help: `via: socket`, or approve what is `shown`",
    ),
    (
        "device: pi, role",
        "device: pj, role",
        "any.yaml:16:76: no device is called `pj`\n  help: did you mean `pi`?",
    ),
    (
        "approve: { device: pi }",
        "approve: { device: pie }",
        "any.yaml:17:85: no device is called `pie`\n  help: did you mean `pi`?",
    ),
    (
        "approve: { device: pi }",
        "reject: { device: pi }",
        "any.yaml:17:76: unknown value `device`\n  help: known here: shown, heard, id",
    ),
    (
        "approve: { device: pi }",
        "approve: device",
        "any.yaml:17:75: `device` needs a name: write it as `approve: { device: laptop }`",
    ),
    (
        "approve: { device: pi }",
        "approve: pi",
        "any.yaml:17:75: `pi` is not a request to approve: did you mean `id`?",
    ),
    (
        "approve: { device: pi }",
        "approve: { device: pi, scopes: [] }",
        "any.yaml:17:75: one key with a name is the whole here: `approve: { device: laptop }`",
    ),
    (
        "via: { cli: laptop }\n    gateway: 1\n    does: [ list, approve: shown",
        "via: files\n    gateway: 1\n    does: [ list, approve: { device: pi }",
        "any.yaml:16:19: in the files nobody approves by the device\n  help: what was read there is what is written: approve what is `shown`, or go by `via: socket`",
    ),
    (
        "via: { cli: laptop }",
        "via: sockets",
        "any.yaml:14:10: `sockets` is not a way to the gateway: did you mean `socket`?",
    ),
    (
        "via: { cli: laptop }",
        "via: cli",
        "any.yaml:14:10: `cli` needs a name: write it as `via: { cli: laptop }`",
    ),
    (
        "via: { cli: laptop }",
        "via: { socket: laptop }",
        "any.yaml:14:10: `socket` stands alone, without anything after it",
    ),
    (
        "backend, times: 3 }",
        "backend }\n      times: 3",
        "any.yaml:12:7: `times` is a second key beside `connect`\n  help: what belongs to it stands within it: `connect: { device: laptop, times: … }`",
    ),
    (
        "{ reject: { id: X } }",
        "{ list, reject: { id: X } }",
        "any.yaml:16:43: `reject` is a second key beside `list`\n  help: each act is an entry of its own: begin another one with `- reject: shown`",
    ),
    (
        "{ reject: { id: X } }",
        "{ reject: shown, times: 2 }",
        "any.yaml:16:52: `times` is a second key beside `reject`\n  help: write it as `reject: shown`",
    ),
    (
        "{ reject: { id: X } }",
        "{ rejects: { id: X } }",
        "any.yaml:16:37: no act is called `rejects`\n  help: did you mean `reject`?",
    ),
    (
        "{ reject: { id: X } }",
        "reject",
        "any.yaml:16:35: `reject` does not say enough\n  help: write it as `reject: shown`",
    ),
    (
        "rotate: { device: pi, role: node }",
        "rotate: pi",
        "any.yaml:16:66: `rotate` takes a mapping\n  help: write it as `rotate: { device: laptop }`",
    ),
    (
        "{ reject: { id: X } }",
        "[ list ]",
        "any.yaml:16:35: this is no act\n  help: an act is a word or a mapping of one key, such as `list` or `approve: shown`",
    ),
    ("list, approve", "list: all, approve", "any.yaml:16:19: `list` stands alone, without anything after it"),
    ("wait: 300s", "wait: soon", "any.yaml:17:27: `soon` is no duration; write it as `250ms`, `2s` or `1m`"),
    ("wait: 300s", "wait: 9000h", "any.yaml:17:27: that is longer than a year"),
    (
        "client: gateway-client/backend",
        "client: backend",
        "any.yaml:11:72: a client is an id and a mode\n  help: such as `cli/cli` or `gateway-client/backend`",
    ),
    (
        "role: node, proof",
        "role: nodes, proof",
        "any.yaml:12:39: unknown value `nodes`\n  help: did you mean `node`?",
    ),
    (
        "openclaw-2026.4.12",
        "openclaw-2026.4.13",
        "any.yaml:18:31: no policy is called `openclaw-2026.4.13`\n  help: did you mean `openclaw-2026.4.12`?",
    ),
    (
        "pairing.converges",
        "pairing.converge",
        "any.yaml:18:32: no invariant is called `pairing.converge`\n  help: did you mean `pairing.converges`?",
    ),
    ("order: [loop", "order: [lop", "any.yaml:19:9: no actor is called `lop`\n  help: did you mean `loop`?"),
    (
        "laptop: { scopes",
        "admin: { scopes",
        "any.yaml:5:21: `admin` is the device of whoever has an open connection\n  help: call this one otherwise",
    ),
];

#[test]
fn a_sound_file_is_read_and_every_slip_is_told_in_its_place() {
    let sound = race::read(&source(SOUND), &interleave::known()).expect("sound");
    assert_eq!(sound.actors[0].acts.len(), 4);
    assert_eq!(sound.start.devices.len(), 3);
    assert_eq!(sound.order, Some(vec![0, 1, 2]));
    let mut wrong = Vec::new();
    for (from, to, wanted) in SLIPS {
        assert!(SOUND.contains(from), "{from}");
        let text = SOUND.replacen(from, to, 1);
        let told = problems(&text);
        if told.iter().all(|told| told.as_str() != *wanted) {
            wrong.push(format!("{to}: {told:#?}\nand not: {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let many: String = (0..9).map(|at| format!("  a{at}: [ list ]\n")).collect();
    assert_eq!(
        problems(&format!("id: a.b\ntitle: t\nsource: s\nactors:\n{many}")),
        ["any.yaml:5:3: a race has 1 to 8 actors"]
    );
    assert_eq!(
        problems("id: a.b\ntitle: t\nsource: s\nactors: { a: [] }\n"),
        ["any.yaml:4:14: this actor does nothing\n  help: leave it out"]
    );
}

#[test]
fn the_schema_takes_what_is_shipped_and_refuses_what_the_reader_refuses() {
    let schema = schema::schema();
    assert_eq!(schema["$id"], schema::SCHEMA_ID);
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    for source in Source::races() {
        assert!(source.text.starts_with("# yaml-language-server: $schema=../race.schema.json\n"));
        let value: Value = serde_saphyr::from_str(&source.text).expect("it was read before");
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", source.file);
    }
    for (from, to) in [
        ("title:", "titel:"),
        ("id: pairing.sound", "id: Sound"),
        ("scopes: all", "scopes: some"),
        ("gateways: 2", "gateways: 9"),
        ("times: 3", "times: 0"),
        ("approve: shown", "approve: seen"),
        ("wait: 300s", "wait: soon"),
        ("step-clock: -1h", "step-clock: back"),
        ("role: node, proof", "role: nodes, proof"),
        ("client: gateway-client/backend", "client: backend"),
        ("does:", "dose:"),
    ] {
        let text = SOUND.replacen(from, to, 1);
        let value: Value = serde_saphyr::from_str(&text).expect("it is YAML");
        assert!(!validator.is_valid(&value), "the schema lets `{to}` pass");
        assert!(!problems(&text).is_empty(), "the reader lets `{to}` pass");
    }
}

#[test]
fn what_is_shipped_is_written_as_it_is_read() {
    for race in super::shipped() {
        let again = Source { file: race.file.clone(), text: to_yaml(&race), ..Source::default() };
        let read = race::read(&again, &interleave::known());
        assert_eq!(read.as_ref(), Ok(&race), "{}", again.text);
    }
}

/// Any race, with words that no reader should stumble over.
fn wordy() -> impl Strategy<Value = Race> {
    let words = "[ -~\u{e9}\u{4e2d}\u{2028}\u{85}\n\t\u{7}]{0,40}";
    let name = "[A-Za-z0-9][A-Za-z0-9._-]{0,8}";
    let order = proptest::option::of(proptest::collection::vec(0_usize..8, 0..12));
    (any::race(), words, words, words, name, any::<bool>(), order).prop_map(
        |(mut race, title, about, source, name, breaks, order)| {
            (race.title, race.about, race.source) = (title.clone(), about, source);
            race.tags = vec![title];
            // No other device is called so, and no other actor.
            race.actors[0].name = format!("{name}x");
            if breaks {
                let invariants = vec!["pairing.converges".to_owned(), "pairing.no-flood".to_owned()];
                race.breaks = vec![Breaks { policy: "no-tombstone".to_owned(), invariants }];
            }
            let actors = race.actors.len();
            race.order = order.map(|order| order.into_iter().map(|place| place % actors).collect());
            race
        },
    )
}

/// A race whose acts name only devices that somebody speaks of, as a file must.
fn fits(race: &Race) -> bool {
    let known: Vec<&str> = race.devices().collect();
    let named = race.actors.iter().flat_map(|actor| &actor.acts).filter_map(|act| act.device());
    named.into_iter().all(|device| known.contains(&device.as_str()))
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn any_race_is_written_as_it_is_read(race in wordy().prop_filter("a slip", fits)) {
        let text = to_yaml(&race);
        let read = race::read(&Source { file: race.file.clone(), text: text.clone(), ..Source::default() }, &interleave::known());
        prop_assert_eq!(read.as_ref(), Ok(&race), "{}", text);
    }

    #[test]
    fn a_damaged_race_is_read_or_refused_with_its_place(
        at in any::<prop::sample::Index>(),
        cut in 0_usize..20,
        put in "[ -~\n\t\u{e9}&*{}\\[\\]:#'\"!|>%@`-]{0,12}",
    ) {
        let letters: Vec<char> = SOUND.chars().collect();
        let place = at.index(letters.len());
        let rest = letters.len().min(place + cut);
        let text: String = letters[..place].iter().copied().chain(put.chars()).chain(letters[rest..].iter().copied()).collect();
        if let Err(problems) = race::read(&source(&text), &interleave::known()) {
            prop_assert!(!problems.is_empty());
            for problem in problems {
                prop_assert!(problem.place.file.is_some(), "{problem}");
                prop_assert!(!problem.to_string().contains(" at line "), "{problem}");
            }
        }
    }
}
