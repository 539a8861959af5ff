//! `voicewake.get` and `talk.config`: what a voice client asks before it finds that nobody speaks.

use serde_json::json;

use super::registry::Family;
use super::{Call, Desk, Reply, refuse, say};
use crate::gateway::scope;

pub(super) const METHODS: Family = &[("voicewake.get", wake_words), ("talk.config", talk)];

/// OpenClaw's own words, as none can be set here.
fn wake_words(_: &mut Desk, _: &mut Call<'_>) -> Reply {
    say(json!({"triggers": ["openclaw", "claude", "computer"]}))
}

fn talk(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    if call.params["includeSecrets"].as_bool() == Some(true) && !call.caller.holds(scope::TALK_SECRETS) {
        return refuse(format!("missing scope: {}", scope::TALK_SECRETS));
    }
    say(json!({"config": {}}))
}
