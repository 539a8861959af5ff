//! The security audit lines, word for word as OpenClaw writes them.

use std::collections::BTreeSet;

use super::book::Device;
use super::command::{Connect, Reason};

/// Somebody with a record asks for a role or scopes beyond it.
pub(super) fn upgrade(ask: &Connect, method: &str, reason: Reason, device: &Device) -> String {
    let roles: Vec<String> =
        device.roles.iter().filter(|role| device.live_token(role).is_some()).cloned().collect();
    format!(
        "security audit: device access upgrade requested reason={} device={} ip={} auth={method} roleFrom={} \
         roleTo={} scopesFrom={} scopesTo={} client={} conn={}",
        reason.word(),
        ask.claim.device_id,
        ip(ask),
        list(&roles),
        ask.role,
        list(&device.scopes),
        list(&ask.scopes),
        ask.claim.client_id,
        ask.conn
    )
}

/// Somebody with a record claims another platform.
pub(super) fn metadata(ask: &Connect, method: &str, device: &Device) -> String {
    let or_none = |family: &Option<String>| family.clone().unwrap_or_else(|| "<none>".to_owned());
    format!(
        "security audit: device metadata upgrade requested reason=metadata-upgrade device={} ip={} auth={method} \
         payload={} claimedPlatform={} pinnedPlatform={} claimedDeviceFamily={} pinnedDeviceFamily={} client={} \
         conn={}",
        ask.claim.device_id,
        ip(ask),
        if ask.signed_v3 { "v3" } else { "v2" },
        ask.claim.platform,
        device.claim.platform,
        or_none(&ask.claim.device_family),
        or_none(&device.claim.device_family),
        ask.claim.client_id,
        ask.conn
    )
}

fn ip(ask: &Connect) -> &str {
    ask.claim.remote_ip.as_deref().unwrap_or("unknown-ip")
}

/// Sorted, each once, or `<none>`.
fn list(items: &[String]) -> String {
    let set: BTreeSet<&str> = items.iter().map(|item| item.trim()).filter(|item| !item.is_empty()).collect();
    if set.is_empty() { "<none>".to_owned() } else { set.into_iter().collect::<Vec<_>>().join(",") }
}
