//! A race as a file: what [`super::read`] reads as the same race.

use std::fmt::Write as _;

use super::{Act, Actor, Ask, Proof, Race, Start, Via, Which};
use crate::gateway::scope;
use crate::gateway::settings::LocalUpgrade;

/// The text of the race's file.
#[must_use]
pub fn to_yaml(race: &Race) -> String {
    let mut text = "# yaml-language-server: $schema=../race.schema.json\n".to_owned();
    line(&mut text, &format!("id: {}", word(&race.id)));
    line(&mut text, &format!("title: {}", word(&race.title)));
    if !race.about.is_empty() {
        line(&mut text, &format!("about: {}", prose(&race.about)));
    }
    line(&mut text, &format!("source: {}", word(&race.source)));
    if !race.tags.is_empty() {
        line(&mut text, &format!("tags: {}", list(&race.tags)));
    }
    start(&mut text, &race.start);
    line(&mut text, "actors:");
    for actor in &race.actors {
        write_actor(&mut text, actor);
    }
    if !race.breaks.is_empty() {
        line(&mut text, "breaks:");
        for breaks in &race.breaks {
            line(&mut text, &format!("  {}: {}", word(&breaks.policy), list(&breaks.invariants)));
        }
    }
    if let Some(order) = &race.order {
        let names = order.iter().filter_map(|place| race.actors.get(*place));
        let names: Vec<String> = names.map(|actor| actor.name.clone()).collect();
        line(&mut text, &format!("order: {}", list(&names)));
    }
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn start(text: &mut String, start: &Start) {
    if *start == Start::default() {
        return;
    }
    line(text, "start:");
    if start.local_upgrade == LocalUpgrade::Connection {
        line(text, "  local-upgrade: connection");
    }
    if !start.devices.is_empty() {
        line(text, "  devices:");
    }
    let mut rest = start.devices.as_slice();
    while let Some(first) = rest.first() {
        let end = rest.iter().position(|other| other.device != first.device).unwrap_or(rest.len());
        let grants: Vec<String> =
            rest[..end].iter().map(|paired| map(&[role(&paired.role), scopes(&paired.scopes)])).collect();
        let grants =
            if let [only] = grants.as_slice() { only.clone() } else { format!("[{}]", grants.join(", ")) };
        line(text, &format!("    {}: {grants}", word(&first.device)));
        rest = &rest[end..];
    }
    if !start.requests.is_empty() {
        line(text, "  requests:");
    }
    for standing in &start.requests {
        line(text, &format!("    {}: {}", word(&standing.name), ask(&standing.ask, 1)));
    }
    if !start.bootstraps.is_empty() {
        line(text, "  bootstraps:");
    }
    for code in &start.bootstraps {
        let roles = Some(format!("roles: {}", list(&code.roles)));
        line(text, &format!("    {}: {}", word(&code.name), map(&[roles, scopes(&code.scopes)])));
    }
    if start.gateways != 1 {
        line(text, &format!("  gateways: {}", start.gateways));
    }
}

fn write_actor(text: &mut String, actor: &Actor) {
    line(text, &format!("  {}:", word(&actor.name)));
    let mut indent = "    ";
    if actor.via != Via::Socket || actor.gateway != 0 {
        match &actor.via {
            Via::Socket => {}
            Via::Files => line(text, "    via: files"),
            Via::Cli(device) => line(text, &format!("    via: {{ cli: {} }}", word(device))),
        }
        if actor.gateway != 0 {
            line(text, &format!("    gateway: {}", actor.gateway));
        }
        line(text, "    does:");
        indent = "      ";
    }
    let mut rest = actor.acts.as_slice();
    while let Some(first) = rest.first() {
        let same = if matches!(first, Act::Connect(_)) {
            rest.iter().position(|other| other != first).unwrap_or(rest.len())
        } else {
            1
        };
        line(text, &format!("{indent}- {}", act(first, same)));
        rest = &rest[same..];
    }
}

fn act(act: &Act, times: usize) -> String {
    match act {
        Act::Connect(asked) => format!("connect: {}", ask(asked, times)),
        Act::List => "list".to_owned(),
        Act::Approve(meant) => format!("approve: {}", which(meant)),
        Act::ApproveDevice(device) => {
            format!("approve: {}", map(&[Some(format!("device: {}", word(device)))]))
        }
        Act::Reject(meant) => format!("reject: {}", which(meant)),
        Act::Remove(device) => format!("remove: {}", word(device)),
        Act::Rotate { device, role } => format!("rotate: {}", token(device, role)),
        Act::Revoke { device, role } => format!("revoke: {}", token(device, role)),
        Act::Kill(gateway) => format!("kill: {gateway}"),
        Act::Wait(ms) => format!("wait: {}", span(*ms)),
        Act::Step(ms) => {
            let sign = if *ms < 0 { "-" } else { "" };
            format!("step-clock: {sign}{}", span(ms.unsigned_abs()))
        }
    }
}

fn which(which: &Which) -> String {
    match which {
        Which::Shown => "shown".to_owned(),
        Which::Heard => "heard".to_owned(),
        Which::Named(name) => map(&[Some(format!("id: {}", word(name)))]),
    }
}

fn token(device: &str, of: &str) -> String {
    map(&[Some(format!("device: {}", word(device))), role(of)])
}

fn ask(ask: &Ask, times: usize) -> String {
    let usual = Ask::of(&ask.device, &[]);
    let proof = match &ask.proof {
        Proof::Shared => None,
        Proof::Device => Some("proof: device".to_owned()),
        Proof::Bootstrap(name) => Some(format!("proof: {{ bootstrap: {} }}", word(name))),
    };
    map(&[
        Some(format!("device: {}", word(&ask.device))),
        role(&ask.role),
        scopes(&ask.scopes),
        proof,
        (ask.client != usual.client).then(|| format!("client: {}", word(&ask.client))),
        (ask.platform != usual.platform).then(|| format!("platform: {}", word(&ask.platform))),
        (!ask.local).then(|| "local: false".to_owned()),
        (!ask.signed).then(|| "signed: false".to_owned()),
        (times > 1).then(|| format!("times: {times}")),
    ])
}

fn role(role: &str) -> Option<String> {
    (role != scope::ROLE_OPERATOR).then(|| format!("role: {}", word(role)))
}

fn scopes(scopes: &[String]) -> Option<String> {
    if scopes == scope::OPERATOR {
        return Some("scopes: all".to_owned());
    }
    (!scopes.is_empty()).then(|| format!("scopes: {}", list(scopes)))
}

/// A mapping in one line.
fn map(parts: &[Option<String>]) -> String {
    let parts: Vec<&str> = parts.iter().filter_map(Option::as_deref).collect();
    if parts.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", parts.join(", ")) }
}

fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|one| word(one)).collect();
    format!("[{}]", words.join(", "))
}

/// A duration in its largest whole unit.
fn span(ms: u64) -> String {
    match ms {
        0 => "0ms".to_owned(),
        _ if ms.is_multiple_of(3_600_000) => format!("{}h", ms / 3_600_000),
        _ if ms.is_multiple_of(60_000) => format!("{}m", ms / 60_000),
        _ if ms.is_multiple_of(1_000) => format!("{}s", ms / 1_000),
        _ => format!("{ms}ms"),
    }
}

/// A text as one word of YAML: plain where no reader could take it for anything else, else quoted.
fn word(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '-'))
        && text.len() > 3
        && !["true", "false", "null"].contains(&text.to_ascii_lowercase().as_str());
    let short = text.len() <= 3
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
        && !["y", "n", "yes", "no", "on", "off", "nan", "inf"].contains(&text.to_ascii_lowercase().as_str());
    if plain || short { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            ' '..='~' => quoted.push(c),
            _ if c.is_alphanumeric() => quoted.push(c),
            _ => write!(quoted, "\\U{:08X}", u32::from(c)).expect("a string takes it"),
        }
    }
    quoted.push('"');
    quoted
}

/// A story, line by line where its lines allow it.
fn prose(text: &str) -> String {
    let is_tame = |line: &str| {
        line.chars().all(|c| matches!(c, ' '..='~') || c.is_alphanumeric() || "…–—’“”∥×".contains(c))
            && !line.starts_with(' ')
            && !line.ends_with(' ')
    };
    let body = text.strip_suffix('\n').unwrap_or(text);
    let is_block = !body.is_empty()
        && !body.ends_with('\n')
        && !body.starts_with('\n')
        && text.contains('\n')
        && body.split('\n').all(is_tame);
    if !is_block {
        return word(text);
    }
    let mut block = if text.ends_with('\n') { "|".to_owned() } else { "|-".to_owned() };
    for part in body.split('\n') {
        block.push('\n');
        if !part.is_empty() {
            block.push_str("  ");
            block.push_str(part);
        }
    }
    block
}
