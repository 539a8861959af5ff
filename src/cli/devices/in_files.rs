//! `provoke devices approve --state-dir`: in the files of a gateway of ours.
//!
//! Whoever may write the files owns the machine. The store is the gateway's own, with its lock: a
//! gateway that runs takes the approval in.

use std::path::Path;

use serde_json::Value;

use super::approve::{approved, quoted, selection};
use crate::cli::error::{CliError, Exit, tell};
use crate::cli::reach::{Paint, print_json};
use crate::cli::run::out;
use crate::gateway::client::approval::pending;
use crate::gateway::pairing::{Answer, By, Command, Store};
use crate::gateway::scope;
use crate::io::fresh::{fresh, wall_ms};
use crate::io::gateway::store::{DATABASE, OpenClawFiles, Options, Sqlite};
use crate::problem::Problem;

pub(super) fn run(folder: &Path, request: Option<&str>, json: bool) -> Result<Exit, CliError> {
    let mut store = open(folder)?;
    let Some(request) = request.map(str::trim).filter(|id| !id.is_empty()) else {
        return show(store.as_mut(), folder);
    };
    let by = By { device_id: None, scopes: scope::OPERATOR.map(str::to_owned).to_vec() };
    let command = Command::Approve { request_id: request.to_owned(), by };
    match transact(store.as_mut(), &command)? {
        Ok(answer) if json => print_json(&answer).map(|()| Exit::Pass),
        Ok(answer) => {
            let line = approved(&answer, request, Paint::of_stdout());
            out(format!("{line}\n").as_bytes()).map(|()| Exit::Pass)
        }
        Err(words) => {
            tell(format_args!("error: {words}"));
            tell(format_args!("  next   see what waits there: {}", look(folder)));
            Ok(Exit::Fail)
        }
    }
}

/// Shows what waits there, and approves nothing.
fn show(store: &mut dyn Store, folder: &Path) -> Result<Exit, CliError> {
    let list = match transact(store, &Command::List)? {
        Ok(list) => list,
        Err(words) => {
            tell(format_args!("error: {words}"));
            return Ok(Exit::Fail);
        }
    };
    match pending(&list).first() {
        Some(request) => {
            out(selection(request, Paint::of_stdout()).as_bytes())?;
            tell(format_args!(
                "Approve this exact request with: {} {}",
                look(folder),
                Paint::of_stderr().strong(&request.id)
            ));
        }
        None => tell("No pending device pairing requests to approve"),
    }
    Ok(Exit::Fail)
}

/// The command that shows what waits in a folder.
fn look(folder: &Path) -> String {
    format!("provoke devices approve --state-dir {}", quoted(&folder.to_string_lossy()))
}

/// One transition: the payload, or the refusal's words.
fn transact(store: &mut dyn Store, command: &Command) -> Result<Result<Value, String>, CliError> {
    let chance = fresh().map_err(|error| CliError::system("no chance to be had", &error, "try again"))?;
    let step = store.transact(wall_ms(), chance, command);
    // Nobody else writes down what was done here.
    step.log.iter().for_each(|line| tell(Paint::of_stderr().faint(&line.message)));
    Ok(match step.answer {
        Answer::Payload(payload) => Ok(payload),
        Answer::Refused(refusal) => Err(refusal.message),
        Answer::Admitted { .. } => Err("the store answered to another question".to_owned()),
    })
}

fn open(folder: &Path) -> Result<Box<dyn Store>, CliError> {
    let failed = |error: crate::io::gateway::store::Error| {
        CliError::new(Exit::CouldNotRun, Problem::new(format!("cannot open the pairing store: {error}")))
    };
    let database = folder.join(DATABASE);
    if database.is_file() {
        return Ok(Box::new(Sqlite::open(&database, Options::default()).map_err(failed)?));
    }
    // A folder that is made here by mistake would look like a store.
    if !folder.join("devices").is_dir() {
        let problem = Problem::new(format!(
            "{} is no state folder of a gateway: it holds no pairing store",
            folder.display()
        ));
        let hint = "name the folder that the gateway was given by --state-dir or OPENCLAW_STATE_DIR";
        return Err(CliError::new(Exit::CouldNotRun, problem.hint(hint)));
    }
    Ok(Box::new(OpenClawFiles::open(folder, Options::default()).map_err(failed)?))
}
