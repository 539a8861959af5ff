//! The words for acts, asks and answers.

use super::super::world::{End, Errand, Outcome, TRIES_MAX};
use super::names::Names;
use crate::gateway::scope::{OPERATOR, ROLE_OPERATOR};
use crate::scenario::race::{Act, Ask, Proof, Via};

/// Scopes as people say them: `read+approvals`.
pub(super) fn short(scopes: &[String]) -> String {
    if OPERATOR.iter().all(|scope| scopes.iter().any(|known| known == scope)) {
        return "all six scopes".to_owned();
    }
    if scopes.is_empty() {
        return "no scopes".to_owned();
    }
    let short = |scope: &String| scope.strip_prefix("operator.").unwrap_or(scope).to_owned();
    scopes.iter().map(short).collect::<Vec<_>>().join("+")
}

/// A role, where it is not the usual one.
pub(super) fn as_role(role: &str) -> String {
    if role == ROLE_OPERATOR { String::new() } else { format!(" as {role}") }
}

/// What a request asks for.
pub(super) fn asks(device: &str, role: &str, scopes: &[String]) -> String {
    format!("{device} asks for {}{}", short(scopes), as_role(role))
}

/// What an actor does, such as `openclaw devices approve r1`; `target`: the request that is meant.
pub(super) fn act(act: &Act, via: &Via, target: &str) -> String {
    let (cli, files) = (matches!(via, Via::Cli(_)), matches!(via, Via::Files));
    let said = |rpc: &str, verb: &str, what: &str| {
        let text = match (cli, files) {
            (true, _) => format!("openclaw devices {verb} {what}"),
            (_, true) => format!("{verb} {what}, in the files"),
            _ => format!("{rpc} {what}"),
        };
        text.trim_end().replace(" ,", ",")
    };
    match act {
        Act::Connect(ask) => connect(ask),
        Act::List => said("device.pair.list", "list", ""),
        Act::Approve(_) => said("device.pair.approve", "approve", target),
        Act::ApproveDevice(device) if cli => format!("a script: list, then approve what {device} asks"),
        Act::ApproveDevice(device) => format!("devices approve --device {device}"),
        Act::Reject(_) => said("device.pair.reject", "reject", target),
        Act::Remove(device) => said("device.pair.remove", "remove", device),
        Act::Rotate { device, role } => {
            said("device.token.rotate", "rotate", &format!("{device}{}", as_role(role)))
        }
        Act::Revoke { device, role } => {
            said("device.token.revoke", "revoke", &format!("{device}{}", as_role(role)))
        }
        Act::Kill(_) => "kill -9, and start again".to_owned(),
        Act::Wait(ms) => format!("{} pass", time(*ms)),
        Act::Step(ms) => {
            let way = if *ms < 0 { "back" } else { "forward" };
            format!("the clock is set {way} by {}", time(ms.unsigned_abs()))
        }
    }
}

/// A connect.
pub(super) fn connect(ask: &Ask) -> String {
    let proof = match &ask.proof {
        Proof::Shared => String::new(),
        Proof::Device => ", with its device token".to_owned(),
        Proof::Bootstrap(name) => format!(", with the bootstrap token `{name}`"),
    };
    let far = if ask.local { "" } else { ", from elsewhere" };
    let signed = if ask.signed { "" } else { ", badly signed" };
    let role = as_role(&ask.role);
    format!("connect as {}: {}{role}{proof}{far}{signed}", ask.device, short(&ask.scopes))
}

/// What is asked of the gateway for an errand.
pub(super) fn ask(errand: Errand, does: &Act, via: &Via, target: &str) -> String {
    match (errand, via) {
        (Errand::Door, Via::Cli(device)) => format!("connect as {device}: all six scopes"),
        (_, Via::Cli(_)) => act(does, &Via::Socket, target),
        _ => act(does, via, target),
    }
}

/// What is answered.
pub(super) fn answer(
    outcome: &Outcome,
    does: &Act,
    target: &str,
    is_connect: bool,
    names: &mut Names,
) -> String {
    match outcome {
        Outcome::Admitted { token: Some(_) } => "hello-ok".to_owned(),
        Outcome::Admitted { token: None } => "hello-ok, without a device token".to_owned(),
        Outcome::Done { .. } => match does {
            Act::Approve(_) => format!("{target} approved"),
            Act::Reject(_) => format!("{target} rejected"),
            Act::Remove(device) => format!("{device} removed"),
            Act::Rotate { .. } => "a new token".to_owned(),
            Act::Revoke { .. } => "revoked".to_owned(),
            _ => "done".to_owned(),
        },
        Outcome::Listed(list) if list.is_empty() => "nothing waits for a decision".to_owned(),
        Outcome::Listed(list) => {
            let lines = list.iter().map(|shown| {
                format!("{}: {}", names.of_id(&shown.id), asks(&shown.device, &shown.role, &shown.scopes))
            });
            lines.collect::<Vec<_>>().join("; ")
        }
        Outcome::Refused { message, request_id, .. } => {
            let code = if is_connect { " (1008)" } else { "" };
            let request = request_id.as_ref().map(|id| format!(", request {}", names.of_id(id)));
            names.said(&format!("{message}{code}{}", request.unwrap_or_default()))
        }
        Outcome::Nothing => "there is nothing that it could mean".to_owned(),
        Outcome::Lost => "no answer: the gateway died".to_owned(),
    }
}

/// How approving by the device comes to its end; `None` where the answer before it says so.
pub(super) fn end(end: &End, device: &str, names: &mut Names) -> Option<String> {
    Some(match end {
        End::Approved | End::Failed => return None,
        End::Nothing => format!("nothing of {device} waits for a decision: it ends"),
        End::Beyond(newest, beyond) => {
            let id = names.of_id(&newest.id);
            format!("{id} asks for more than was shown ({}): not approved", short(beyond))
        }
        End::Tired => format!("{TRIES_MAX} times it was gone: it gives up"),
    })
}

/// A time as people say it.
fn time(ms: u64) -> String {
    let units = [(3_600_000, "h"), (60_000, "min"), (1_000, "s")];
    let whole = units.iter().find(|(unit, _)| ms >= *unit && ms.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{ms} ms"), |(unit, name)| format!("{} {name}", ms / unit))
}
