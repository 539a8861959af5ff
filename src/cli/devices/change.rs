//! `provoke devices reject`, `remove`, `rotate`, `revoke` and `clear`.

use serde_json::{Value, json};

use super::admin::Admin;
use super::{ClearArgs, RotateArgs, TokenArgs, WAIT_MS};
use crate::cli::error::{CliError, Exit, tell};
use crate::cli::reach::{Ground, Paint, Reach, block_on, print_json};
use crate::cli::run::out;
use crate::gateway::client::connect::Persona;
use crate::gateway::client::fault::Fault;

pub(super) async fn reject(request: &str, reach: &Reach) -> Result<Exit, CliError> {
    change(reach, "device.pair.reject", json!({"requestId": request}), |answer, paint| {
        format!("{} {}", paint.warn("Rejected"), paint.strong(answer["deviceId"].as_str().unwrap_or("ok")))
    })
    .await
}

pub(super) async fn remove(device: &str, reach: &Reach) -> Result<Exit, CliError> {
    change(reach, "device.pair.remove", json!({"deviceId": device}), |_, paint| {
        format!("{} {}", paint.warn("Removed"), paint.strong(device))
    })
    .await
}

pub(super) async fn rotate(args: &RotateArgs) -> Result<Exit, CliError> {
    let RotateArgs { token: TokenArgs { device, role, reach }, scope } = args;
    let mut params = json!({"deviceId": device, "role": role});
    if !scope.is_empty() {
        params["scopes"] = scope.as_slice().into();
    }
    change(reach, "device.token.rotate", params, |answer, _| format!("{answer:#}")).await
}

pub(super) async fn revoke(args: &TokenArgs) -> Result<Exit, CliError> {
    let params = json!({"deviceId": args.device, "role": args.role});
    change(&args.reach, "device.token.revoke", params, |answer, _| format!("{answer:#}")).await
}

/// One change, and what is said of it.
pub(super) async fn change(
    reach: &Reach,
    method: &str,
    params: Value,
    said: impl Fn(&Value, Paint) -> String,
) -> Result<Exit, CliError> {
    let ground = Ground::find(reach, WAIT_MS)?;
    let answer = match Admin::open(&ground).await {
        Ok(mut admin) => {
            let answer = admin.call(method, params).await;
            admin.finish().await;
            answer
        }
        Err(fault) => Err(fault),
    };
    match answer {
        Ok(answer) if reach.json => print_json(&answer).map(|()| Exit::Pass),
        Ok(answer) => out(format!("{}\n", said(&answer, Paint::of_stdout())).as_bytes()).map(|()| Exit::Pass),
        Err(fault) => {
            ground.tell_fault("error:", &fault, &Persona::cli());
            Ok(Exit::Fail)
        }
    }
}

pub(super) fn clear(args: &ClearArgs) -> Result<Exit, CliError> {
    if !args.yes {
        tell("Refusing to clear pairing table without --yes");
        return Ok(Exit::Fail);
    }
    block_on(clear_all(args))
}

/// Removes all devices, this one last, over one connection where the gateway lets us.
async fn clear_all(args: &ClearArgs) -> Result<Exit, CliError> {
    let ground = Ground::find(&args.reach, WAIT_MS)?;
    let told = |fault: Fault| {
        ground.tell_fault("error:", &fault, &Persona::cli());
        Ok(Exit::Fail)
    };
    let mut admin = match Admin::open(&ground).await {
        Ok(admin) => admin,
        Err(fault) => return told(fault),
    };
    let (mut removed, mut rejected) = (Vec::new(), Vec::new());
    let done = sweep(&ground, &mut admin, args.pending, &mut removed, &mut rejected).await;
    admin.finish().await;
    if let Err(fault) = done {
        tell(format_args!("{} removed, {} rejected before this:", removed.len(), rejected.len()));
        return told(fault);
    }
    if args.reach.json {
        let both = json!({"removedDevices": removed, "rejectedPending": rejected});
        return print_json(&both).map(|()| Exit::Pass);
    }
    let paint = Paint::of_stdout();
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let mut text = format!("{} {}\n", paint.warn("Cleared"), counted(removed.len(), "paired device"));
    if args.pending {
        text += &format!("{} {}\n", paint.warn("Rejected"), counted(rejected.len(), "pending request"));
    }
    out(text.as_bytes()).map(|()| Exit::Pass)
}

async fn sweep(
    ground: &Ground,
    admin: &mut Admin<'_>,
    pending: bool,
    removed: &mut Vec<String>,
    rejected: &mut Vec<String>,
) -> Result<(), Fault> {
    let list = admin.call("device.pair.list", json!({})).await?;
    let ids = |list: &Value, of: &str, name: &str| -> Vec<String> {
        let entries = list[of].as_array().into_iter().flatten();
        entries.filter_map(|entry| entry[name].as_str().map(str::to_owned)).collect()
    };
    if pending {
        for id in ids(&list, "pending", "requestId") {
            match admin.call("device.pair.reject", json!({"requestId": id})).await {
                Err(Fault::Denied(denial)) if denial.message == "unknown requestId" => {}
                answer => drop(answer?),
            }
            rejected.push(id);
        }
    }
    let own = ground.device_id();
    let mut devices = ids(&list, "paired", "deviceId");
    devices.retain(|id| !admin.is_scratch(id));
    devices.sort_by_key(|id| *id == own);
    for id in devices {
        match admin.call("device.pair.remove", json!({"deviceId": id})).await {
            Err(Fault::Denied(denial)) if denial.message == "unknown deviceId" => {}
            // Our own device is the last one; its removal may close the connection first.
            Err(Fault::Closed(4001, _)) if id == own => {}
            answer => drop(answer?),
        }
        removed.push(id);
    }
    Ok(())
}
