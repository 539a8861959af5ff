//! What a fault between a client and a gateway means: what, whose, and what next.

use super::answer::Denial;
use super::connect::Persona;
use super::endpoint::Endpoint;
use super::fault::{ABNORMAL, Fault};

/// What is known of the one who met the fault.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The gateway.
    pub endpoint: &'a Endpoint,
    /// As whom it was asked.
    pub persona: &'a Persona,
    /// The device that asked.
    pub device_id: &'a str,
    /// The scopes that the device is known to have; `None`: not known.
    pub granted: Option<&'a [String]>,
}

/// The meaning of a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What happened.
    pub what: String,
    /// Whose fault it is.
    pub whose: &'static str,
    /// What to do, one command or sentence a line; may be empty.
    pub next: Vec<String>,
}

fn advice(what: impl Into<String>, whose: &'static str, next: &[&str]) -> Advice {
    Advice { what: what.into(), whose, next: next.iter().map(|line| (*line).to_owned()).collect() }
}

/// Says what a fault means. It shows no secret.
#[must_use]
pub fn diagnose(fault: &Fault, scene: &Scene<'_>) -> Advice {
    let Endpoint { host, port, .. } = scene.endpoint;
    match fault {
        Fault::Unreachable(words) => Advice {
            what: format!("{host}:{port} cannot be reached: {words}"),
            whose: "the gateway does not run, or listens elsewhere",
            next: vec![
                format!("start it: provoke gateway run --port {port}  (or: openclaw gateway --port {port})"),
                "or name the right one: OPENCLAW_GATEWAY_PORT, gateway.port or --url".to_owned(),
            ],
        },
        Fault::NoWebSocket(503, body) if body.contains("unauthenticated") => advice(
            "too many sockets from this address wait there without having proven themselves",
            "callers on this machine that connect and never finish the handshake",
            &["end them, or wait ten seconds: a gateway drops each after that time"],
        ),
        Fault::NoWebSocket(503, body) => {
            advice(format!("the gateway is still starting: {body}"), "nobody's", &["try again in a second"])
        }
        Fault::NoWebSocket(status, _) => Advice {
            what: format!("{host}:{port} answered HTTP {status} where a gateway upgrades to a WebSocket"),
            whose: "the address: another program listens there",
            next: vec!["check gateway.port, OPENCLAW_GATEWAY_PORT and --url".to_owned()],
        },
        Fault::Refused(denial, _) if fault.is_pairing() => pairing(denial, scene),
        Fault::Refused(denial, _) => refused(denial, scene),
        Fault::Closed(code, reason) => closed(*code, reason),
        Fault::Silent(what, after) => Advice {
            what: format!("no answer to {what} within {} ms", after.as_millis()),
            whose: "the gateway: it is busy or hangs (its first agent run can block it for seconds)",
            next: vec!["try again with a longer --timeout, then look at: provoke logs".to_owned()],
        },
        Fault::Strange(_) => advice(
            format!("what {host}:{port} said is not the gateway protocol"),
            "the address, or a gateway of another generation",
            &["check the address; the protocol spoken here is version 3 (OpenClaw 2026.4.12)"],
        ),
        Fault::Denied(denial) => denied(denial, scene),
    }
}

/// `NOT_PAIRED`: who asked for what, what it has, and the exact next command.
fn pairing(denial: &Denial, scene: &Scene<'_>) -> Advice {
    let asked = scene.persona.scopes.join(", ");
    let granted = match scene.granted {
        Some([]) => "nothing".to_owned(),
        Some(scopes) => scopes.join(", "),
        None => "not known here".to_owned(),
    };
    let device = scene.device_id;
    let (what, whose) = match denial.details["reason"].as_str() {
        Some("scope-upgrade") => (
            format!(
                "device {device} asked for more than it was granted\nasked    {asked}\ngranted  {granted}"
            ),
            "the pairing: a device keeps the scopes of its first contact until somebody approves more",
        ),
        Some("role-upgrade") => (
            format!(
                "device {device} has no live token as {} (revoked?)",
                crate::gateway::scope::ROLE_OPERATOR
            ),
            "the pairing: its token for this role was revoked, or it was never approved for it",
        ),
        Some("metadata-upgrade") => (
            format!("device {device} was paired on another platform"),
            "the pairing: the key was copied to another machine, or the system changed",
        ),
        _ => (
            format!("device {device} is not paired; it asked for {asked}"),
            "the pairing: nobody has let this device in",
        ),
    };
    let scopes = scene.persona.scopes.join(",");
    let by_device = format!("provoke devices approve --device {device} --scopes {scopes}");
    let mut next = vec![format!("on the gateway's machine: {by_device}")];
    if let Some(id) = denial.details["requestId"].as_str() {
        next.push(format!("or approve request {id}, which waits at most five minutes,"));
        next.push(format!("from a device that holds these scopes: provoke devices approve {id}"));
    }
    Advice { what, whose, next }
}

/// Every other refusal of `connect`.
fn refused(denial: &Denial, scene: &Scene<'_>) -> Advice {
    let from = scene.endpoint.secret_from;
    let there = "gateway.auth in the config that the gateway was started with";
    match denial.detail_code() {
        "AUTH_TOKEN_MISMATCH" | "AUTH_PASSWORD_MISMATCH" => Advice {
            what: format!("the secret from {} is not the gateway's", from.unwrap_or("nowhere")),
            whose: "the credentials of this client, or a gateway that has not read its new config",
            next: vec![format!("compare {} with {there}", from.unwrap_or("it"))],
        },
        "AUTH_TOKEN_MISSING" | "AUTH_PASSWORD_MISSING" | "AUTH_REQUIRED" => Advice {
            what: "the gateway wants its secret, and this client has none of the right kind".to_owned(),
            whose: "the credentials of this client",
            next: vec![
                "set OPENCLAW_GATEWAY_TOKEN (or …_PASSWORD), give --token (or --password),".to_owned(),
                format!("or use {there}"),
            ],
        },
        "AUTH_TOKEN_NOT_CONFIGURED" | "AUTH_PASSWORD_NOT_CONFIGURED" => advice(
            "the gateway has no secret configured, and lets nobody in",
            "the gateway's config",
            &["set gateway.auth.token there and restart it"],
        ),
        _ if denial.message.starts_with("the pairing store cannot be used") => advice(
            denial.message.clone(),
            "the gateway's state folder",
            &["repair what it names; the gateway need not be restarted"],
        ),
        "AUTH_DEVICE_TOKEN_MISMATCH" => advice(
            "the gateway no longer accepts the token that it gave to this device",
            "the pairing: the token was rotated or revoked, or the device removed",
            &["connect once with the gateway's token (--token): it hands out the new one"],
        ),
        "AUTH_RATE_LIMITED" => advice(
            "too many failed attempts from here; the gateway has locked this caller for a while",
            "a client here that tries wrong credentials again and again",
            &["find and stop it, then wait (five minutes by default)"],
        ),
        "DEVICE_AUTH_SIGNATURE_EXPIRED" => advice(
            "the signature's time is more than two minutes off the gateway's clock",
            "the clock of this machine or of the gateway's",
            &["set both by NTP"],
        ),
        code if code.starts_with("DEVICE_AUTH_") => advice(
            "the gateway does not believe this device's key",
            "identity/device.json in the state folder, or a proxy that changes frames",
            &["move identity/device.json aside: a new key is made (and must be paired anew)"],
        ),
        _ if denial.message.contains("protocol mismatch") => advice(
            format!("the gateway speaks protocol {}, this client 3", denial.details["expectedProtocol"]),
            "the versions: the gateway is of another generation",
            &["run a gateway that is compatible with OpenClaw 2026.4.12"],
        ),
        _ => advice(denial.message.clone(), "the gateway refuses this client", &["look at: provoke logs"]),
    }
}

/// A request that was refused; what it means where that is known.
fn denied(denial: &Denial, scene: &Scene<'_>) -> Advice {
    let message = &denial.message;
    if let Some(scope) = message.strip_prefix("missing scope: ") {
        return Advice {
            what: format!("this connection does not have {scope}"),
            whose: "the pairing: the device was granted less than this needs",
            next: vec![format!("provoke devices approve --device {} --scopes {scope}", scene.device_id)],
        };
    }
    match message.as_str() {
        "unknown requestId" => advice(
            "no such request waits there: approved, rejected or expired by now, or (on OpenClaw 2026.4.12) \
             replaced by a later request of the same device",
            "on 2026.4.12 the gateway: every other request of a device, the approver's own too, replaces the one shown",
            &[
                "provoke devices list, then: provoke devices approve --device <device>, which cannot lose that race",
            ],
        ),
        "unknown deviceId" => {
            advice("no such device is paired there", "the command", &["provoke devices list"])
        }
        "unknown deviceId/role" => advice(
            "no such device is paired there, or it has no token of this role",
            "the command",
            &["compare the device and its roles: provoke devices list"],
        ),
        "device token rotation denied" => advice(
            "the gateway does not say why: an unknown device or role, another's device, or scopes beyond its grant",
            "the command",
            &["compare the device, its roles and scopes: provoke devices list"],
        ),
        _ if message.starts_with("unknown method") => advice(
            "the gateway has no such method",
            "the command, or a gateway of another version",
            &["check the name; methods are case-sensitive"],
        ),
        _ if message.starts_with("invalid ") => {
            advice(message.clone(), "the parameters", &["correct --params"])
        }
        _ if message.contains(" is not supported by provoke") => advice(
            message.clone(),
            "nobody's: the gateway is provoke's, which has not all that OpenClaw's has",
            &["for this method run OpenClaw's own gateway: openclaw gateway"],
        ),
        _ if message.starts_with("the pairing store cannot be used")
            || message.contains(" cannot be read or written: ") =>
        {
            advice(
                message.clone(),
                "the gateway's files: their owner, their folder or the disk",
                &["repair what it names; the gateway need not be restarted"],
            )
        }
        _ => advice(message.clone(), "the gateway refuses this request", &["look at: provoke logs"]),
    }
}

/// A connection that ended.
fn closed(code: u16, reason: &str) -> Advice {
    match (code, reason) {
        (ABNORMAL, _) => advice(
            "the connection broke without a close frame",
            "the gateway's process (crashed or killed), or something between",
            &["look at: provoke logs"],
        ),
        (1000, _) => advice(
            "the gateway gave up on the handshake",
            "a busy machine: the handshake took longer than the gateway waits",
            &["try again"],
        ),
        (1008, "slow consumer") => {
            advice("we read more slowly than the gateway sent", "this client", &["ask for less at once"])
        }
        (1009, _) => advice("a message was too large", "the command", &["send less at once"]),
        (1012, _) => advice("the gateway restarts", "nobody's", &["try again in a few seconds"]),
        (4000, _) => advice(
            "nothing came for two ticks, so this client gave up",
            "the gateway: it hangs (its first agent run can block it for tens of seconds)",
            &["try again"],
        ),
        (4001, "gateway auth changed") => {
            advice("the gateway's secret was changed", "nobody's", &["use the new one"])
        }
        (4001, _) => advice(
            "this device was removed, or its token was rotated or revoked",
            "somebody with operator.pairing",
            &["connect again; if it was revoked, it must be approved anew"],
        ),
        _ => advice("the gateway ended the connection", "the gateway", &["look at: provoke logs"]),
    }
}
