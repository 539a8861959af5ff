//! From what an actor does to what the gateway is asked.

use serde_json::json;

use crate::config::Secret;
use crate::gateway::frame::Refusal;
use crate::gateway::pairing::{By, Bypass, Claim, Command, Connect, Proof as Proven};
use crate::gateway::scope;
use crate::scenario::race::{Act, Ask, Proof, Via};

use super::outcome::Shown;

/// The device of whoever has a connection open already.
pub const ADMIN: &str = "admin";

/// The scopes of OpenClaw's command line.
fn six() -> Vec<String> {
    scope::OPERATOR.iter().map(|scope| (*scope).to_owned()).collect()
}

/// A connect, as the gateway has checked it.
pub fn connect(ask: &Ask, token: Option<&str>) -> Command {
    let (client_id, client_mode) = ask.client.split_once('/').unwrap_or((&ask.client, ""));
    let shared = ask.proof == Proof::Shared;
    let is_self = client_id == "gateway-client" && client_mode == "backend" && ask.local;
    Command::Connect(Box::new(Connect {
        claim: Claim {
            device_id: ask.device.clone(),
            public_key: ask.device.clone(),
            display_name: None,
            platform: ask.platform.clone(),
            device_family: None,
            client_id: client_id.to_owned(),
            client_mode: client_mode.to_owned(),
            remote_ip: (!ask.local).then(|| "192.0.2.7".to_owned()),
        },
        role: ask.role.clone(),
        scopes: ask.scopes.clone(),
        proof: if shared { Proven::Token } else { Proven::Pending(Box::new(unproven())) },
        device_token: token.filter(|_| ask.proof == Proof::Device).map(Secret::new),
        device_token_explicit: ask.proof == Proof::Device,
        bootstrap_token: match &ask.proof {
            Proof::Bootstrap(name) => Some(Secret::new(name.as_str())),
            Proof::Shared | Proof::Device => None,
        },
        local: ask.local,
        may_be_silent: ask.local,
        bypass: if is_self && shared { Bypass::BackendSelf } else { Bypass::No },
        conn: String::new(),
        signed_v3: true,
    }))
}

/// The connect of OpenClaw's command line that comes before every command.
pub fn door(device: &str) -> Command {
    let mut ask = Ask::of(device, &[]);
    ask.scopes = six();
    connect(&ask, None)
}

fn unproven() -> Refusal {
    Refusal::invalid("unauthorized: gateway token missing")
        .with(json!({"code": "AUTH_TOKEN_MISSING", "authReason": "token_missing"}))
}

/// What an act asks of the gateway; `None` where nothing was shown that it could mean.
pub fn command(act: &Act, via: &Via, target: Option<&Shown>, token: Option<&str>) -> Option<Command> {
    let device_id = match via {
        Via::Socket => Some(ADMIN.to_owned()),
        Via::Cli(device) => Some(device.clone()),
        Via::Files => None,
    };
    let by = By { device_id, scopes: six() };
    Some(match act {
        Act::Connect(ask) => connect(ask, token),
        Act::List => Command::List,
        Act::Approve(_) | Act::ApproveDevice(_) => Command::Approve { request_id: target?.id.clone(), by },
        Act::Reject(_) => Command::Reject { request_id: target?.id.clone() },
        Act::Remove(device) => Command::Remove { device_id: device.clone(), by },
        Act::Rotate { device, role } => {
            Command::Rotate { device_id: device.clone(), role: role.clone(), scopes: None, by }
        }
        Act::Revoke { device, role } => Command::Revoke { device_id: device.clone(), role: role.clone(), by },
        Act::Kill(_) | Act::Wait(_) | Act::Step(_) => return None,
    })
}
