//! `voicewake.get` and `talk.config`: what a voice client asks before it finds that nobody speaks.

use serde_json::json;

use super::registry::Family;
use super::{Call, Desk, Reply, refuse, say};

pub(super) const METHODS: Family = &[("voicewake.get", wake_words), ("talk.config", talk)];

const SECRETS_SCOPE: &str = "operator.talk.secrets";

/// OpenClaw's own words, as none can be set here.
fn wake_words(_: &mut Desk, _: &mut Call<'_>) -> Reply {
    say(json!({"triggers": ["openclaw", "claude", "computer"]}))
}

fn talk(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    let may = |scope: &String| scope == SECRETS_SCOPE || scope == "operator.admin";
    if call.params["includeSecrets"].as_bool() == Some(true) && !call.caller.scopes.iter().any(may) {
        return refuse(format!("missing scope: {SECRETS_SCOPE}"));
    }
    say(json!({"config": {}}))
}
