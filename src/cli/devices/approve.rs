//! `provoke devices approve`.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::change::change;
use super::{EXAMPLES, WAIT_MS, by_device, in_files, list};
use crate::cli::error::{CliError, Exit, tell};
use crate::cli::reach::{Ground, Paint, Reach, block_on, print_json};
use crate::cli::run::out;
use crate::gateway::client::approval::{PREFIX_MIN, Request, pending};
use crate::gateway::client::connect::Persona;
use crate::problem::Problem;

/// Approves a request by its id, or whatever a device asks for, by the device.
///
/// `--device` cannot lose a race: it listens to the gateway and approves a request of this device
/// at the moment it is made, if it asks for nothing beyond --scopes. OpenClaw 2026.4.12 merges what
/// a device asks for into one request: one that asks for some of --scopes and for more is rejected,
/// so that the narrow one shows again. Without --scopes the limit is what is shown first; on a
/// terminal it asks before it approves that, unless --yes is given.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The request's id; without one the latest is shown, not approved
    #[arg(value_name = "REQUEST", conflicts_with_all = ["latest", "device"])]
    request: Option<String>,
    /// Show the latest request, and how to approve it
    #[arg(long, conflicts_with = "device")]
    latest: bool,
    /// The device whose request to approve: its id, or at least the first eight digits of it
    #[arg(long, value_name = "DEVICE")]
    pub(super) device: Option<String>,
    /// The most that may be granted, as a,b; by default what is shown first
    #[arg(long, value_name = "SCOPES", value_delimiter = ',', requires = "device")]
    pub(super) scopes: Vec<String>,
    /// Reject nothing: only wait until a request comes that asks for nothing beyond --scopes
    #[arg(long, requires = "scopes")]
    pub(super) no_reject: bool,
    /// Approve what is shown first without asking
    #[arg(long, requires = "device")]
    pub(super) yes: bool,
    /// Approve in the files of a gateway of ours, in its state folder, whether it runs or not: the
    /// way of the machine's owner, even where no device is let in any more
    #[arg(long, value_name = "DIR", conflicts_with_all = ["device", "latest"])]
    state_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(super) reach: Reach,
}

pub(super) fn run(args: &Args) -> Result<Exit, CliError> {
    if let Some(folder) = &args.state_dir {
        return in_files::run(folder, args.request.as_deref(), args.reach.json);
    }
    if let Some(device) = &args.device {
        if device.trim().len() < PREFIX_MIN {
            let problem =
                Problem::new(format!("--device {} is too short to name one device", quoted(device)));
            let hint = "give its id or at least eight digits of it; see: provoke devices list";
            return Err(CliError::new(Exit::Usage, problem.hint(hint)));
        }
        return block_on(by_device::run(args));
    }
    match args.request.as_deref().map(str::trim).filter(|id| !id.is_empty() && !args.latest) {
        Some(id) => block_on(approve(id, &args.reach)),
        None => block_on(select(&args.reach)),
    }
}

/// Approves an exact request.
async fn approve(id: &str, reach: &Reach) -> Result<Exit, CliError> {
    change(reach, "device.pair.approve", json!({"requestId": id}), |answer, paint| {
        approved(answer, id, paint)
    })
    .await
}

/// The line that says so.
pub(super) fn approved(answer: &Value, id: &str, paint: Paint) -> String {
    let device = answer["device"]["deviceId"].as_str().unwrap_or("ok");
    format!("{} {} {}", paint.good("Approved"), paint.strong(device), paint.faint(&format!("({id})")))
}

/// Shows the latest request, and approves nothing.
async fn select(reach: &Reach) -> Result<Exit, CliError> {
    let ground = Ground::find(reach, WAIT_MS)?;
    let list = match list::fetch(&ground, reach.json).await {
        Ok(list) => list,
        Err(fault) => {
            ground.tell_fault("error:", &fault, &Persona::cli());
            return Ok(Exit::Fail);
        }
    };
    let Some(request) = pending(&list).into_iter().next() else {
        tell("No pending device pairing requests to approve");
        return Ok(Exit::Fail);
    };
    let command = command(&request.id, reach);
    if reach.json {
        let entries = list["pending"].as_array().into_iter().flatten();
        let selected = entries.into_iter().find(|entry| entry["requestId"] == request.id.as_str());
        let flags = json!({"token": reach.token.is_some(), "password": reach.password.is_some()});
        let shown = json!({"selected": selected, "approveCommand": command, "requiresAuthFlags": flags});
        return print_json(&shown).map(|()| Exit::Fail);
    }
    out(selection(&request, Paint::of_stdout()).as_bytes())?;
    let paint = Paint::of_stderr();
    tell(format_args!("Approve this exact request with: {}", paint.strong(&command)));
    let device = request.device.get(..16).unwrap_or(&request.device);
    tell(format_args!(
        "Or by the device, whatever its id is then: provoke devices approve --device {device}"
    ));
    Ok(Exit::Fail)
}

pub(super) fn selection(request: &Request, paint: Paint) -> String {
    let mut text =
        format!("{} {}\n", paint.warn("Selected pending device request"), paint.strong(&request.id));
    let name = request.name.as_deref().unwrap_or(&request.device);
    let (roles, scopes) = (request.roles.join(", "), request.scopes.join(", "));
    let fields = [
        ("Device:", name),
        ("Role:", roles.as_str()),
        ("Scopes:", scopes.as_str()),
        ("IP:", request.ip.as_deref().unwrap_or_default()),
    ];
    for (head, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        text += &format!("  {head:7} {}\n", paint.plain(value));
    }
    text
}

/// The command that approves a request, without credentials.
fn command(id: &str, reach: &Reach) -> String {
    let mut parts = vec!["provoke devices approve".to_owned(), quoted(id)];
    if let Some(url) = &reach.url {
        parts.push(format!("--url {}", quoted(&crate::config::BaseUrl::new(url).to_string())));
    }
    parts.extend(reach.timeout.map(|timeout| format!("--timeout {timeout}")));
    parts.extend(reach.json.then(|| "--json".to_owned()));
    parts.join(" ")
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_/:=.,@%+-".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
