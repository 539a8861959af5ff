//! Which function answers which method: one line per family.

use crate::gateway::frame::Refusal;

use super::{
    Call, Desk, Reply, approvals, catalog, channels, config, cron, devices, exec_approvals, health, logs,
    models, nodes, presence, status, system, usage, voice,
};

/// What answers a method.
pub(super) type Handler = fn(&mut Desk, &mut Call<'_>) -> Reply;

/// The methods of a family.
pub(super) type Family = &'static [(&'static str, Handler)];

static FAMILIES: &[Family] = &[
    health::METHODS,
    status::METHODS,
    presence::METHODS,
    system::METHODS,
    logs::METHODS,
    channels::METHODS,
    usage::METHODS,
    voice::METHODS,
    catalog::METHODS,
    models::METHODS,
    cron::METHODS,
    config::METHODS,
    devices::METHODS,
    nodes::METHODS,
    approvals::METHODS,
    exec_approvals::METHODS,
];

/// What answers a method, if anything does.
pub(super) fn find(method: &str) -> Option<Handler> {
    FAMILIES.iter().copied().flatten().find(|(name, _)| *name == method).map(|(_, handler)| *handler)
}

/// Why what is not built is not built: how the method's name begins, and the reason.
const REASONS: &[(&str, &str)] = &[
    ("agent", "it runs no agents yet"),
    ("chat.", "it runs no agents yet"),
    ("sessions.", "it keeps no sessions yet"),
    ("cron.", "it runs no jobs yet"),
    ("doctor.memory.", "it has no memory of its own"),
    ("tts.", "it does not speak"),
    ("talk.", "it does not speak"),
    ("voicewake.", "it does not listen"),
    ("wizard.", "it has no setup wizard; edit openclaw.json"),
    ("skills.", "it executes no skills"),
    ("tools.", "it executes no tools"),
    ("node.event", "it runs no agents yet"),
    ("browser.", "it drives no browser"),
    ("channels.", "it has no channels"),
    ("message.", "it has no channels"),
    ("web.login.", "it has no channels"),
    ("send", "it has no channels"),
    ("poll", "it has no channels"),
    ("push.", "it has no push service"),
    ("update.", "it does not update itself"),
    ("secrets.", "it resolves secrets at its start only"),
];

/// The answer to a method that is known and does nothing here.
pub(super) fn unsupported(method: &str) -> Reply {
    let mut message = format!("{method} is not supported by provoke");
    if let Some((_, reason)) = REASONS.iter().find(|(start, _)| method.starts_with(start)) {
        message.push_str(": ");
        message.push_str(reason);
    }
    Reply::Now(Err(Refusal::unavailable(message)))
}
