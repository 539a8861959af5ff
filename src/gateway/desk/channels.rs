//! `channels.status`: there are no channels.

use serde_json::json;

use super::registry::Family;
use super::{Call, Desk, Reply, say};

pub(super) const METHODS: Family = &[("channels.status", status)];

fn status(_: &mut Desk, call: &mut Call<'_>) -> Reply {
    say(json!({
        "ts": call.now.ms,
        "channelOrder": [], "channelLabels": {}, "channelDetailLabels": {}, "channelSystemImages": {},
        "channelMeta": [], "channels": {}, "channelAccounts": {}, "channelDefaultAccountId": {},
    }))
}
