//! `provoke devices approve --device`: the machine of [`approval`], on a live gateway.
//!
//! [`approval`]: crate::gateway::client::approval

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write as _};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::admin::Admin;
use super::approve::Args;
use super::list::entry;
use super::outcome::{End, not_let_in};
use crate::cli::error::{CliError, Exit, tell};
use crate::cli::reach::{Ground, Paint, Stop};
use crate::gateway::client::approval::{Approval, Input, Outcome, Output, PREFIX_MIN, Wanted};
use crate::gateway::client::connect::Persona;
use crate::gateway::client::fault::Fault;
use crate::io::client::{Happening, Link};
use crate::io::clock::{Clock, TimeScale, reached};
use crate::io::fresh::wall_ms;

/// So long it waits for the device to ask, in milliseconds.
const PATIENCE_MS: u64 = 30_000;
/// So long a connect and a single answer may take.
const CALL: Duration = Duration::from_secs(10);

/// Before this device asks for itself once more.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// What an answer is to.
enum Call {
    List,
    Approve(String),
    Reject(String),
}

pub(super) async fn run(args: &Args) -> Result<Exit, CliError> {
    let mut stop = Stop::listen().await;
    let mut ground = Ground::find(&args.reach, PATIENCE_MS)?;
    let patience = std::mem::replace(&mut ground.patience, CALL);
    // Not given up at a signal: a device that was let in must be known, to be removed.
    let mut admin = match Admin::open_scratch(&ground).await {
        Ok(admin) => admin,
        Err(fault) => return Ok(not_let_in(&ground, &fault)),
    };
    let mut driver = Driver::new(args, patience, &ground);
    let ended = match &mut admin.link {
        Some(link) => tokio::select! {
            outcome = driver.drive(&ground, link) => Ok(outcome),
            exit = stop.heard() => Err(exit),
        },
        None => Ok(Outcome::Failed(Fault::Closed(1006, String::new()))),
    };
    // A second ^C does not wait for the clean-up.
    tokio::select! {
        () = admin.finish() => {}
        exit = stop.heard() => return Ok(exit),
    }
    match ended {
        Err(exit) => Ok(exit),
        Ok(outcome) => {
            let end = End { device: driver.machine.device(), answers: &driver.answers, outcome: &outcome };
            end.report(&ground, args)
        }
    }
}

/// The machine and its hands.
struct Driver {
    machine: Approval,
    clock: Clock,
    calls: BTreeMap<String, Call>,
    answers: BTreeMap<String, Value>,
    confirmation: Option<oneshot::Receiver<bool>>,
    quiet: bool,
}

impl Driver {
    fn new(args: &Args, patience: Duration, ground: &Ground) -> Self {
        let clock = Clock::start(TimeScale::REAL);
        // Without a terminal nobody can be asked: then it acts as on an id, on what it has shown.
        let can_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        let scopes: Vec<String> = args.scopes.iter().map(|scope| scope.trim().to_owned()).collect();
        let device = args.device.clone().unwrap_or_default().trim().to_lowercase();
        let own = ground.device_id();
        let is_own = device.len() >= PREFIX_MIN && own.starts_with(&device);
        let wanted = Wanted {
            device: if is_own { own } else { device },
            own: is_own,
            narrow: !scopes.is_empty() && !args.no_reject,
            scopes: (!scopes.is_empty()).then_some(scopes),
            confirmed: args.yes || !can_ask,
        };
        Self {
            machine: Approval::new(wanted, clock.now(), patience),
            clock,
            calls: BTreeMap::new(),
            answers: BTreeMap::new(),
            confirmation: None,
            quiet: args.reach.json,
        }
    }

    /// Lists once, then listens, until the machine is done.
    async fn drive(&mut self, ground: &Ground, link: &mut Link) -> Outcome {
        match link.post("device.pair.list", Some(json!({})), false, CALL).await {
            Ok(id) => drop(self.calls.insert(id, Call::List)),
            Err(fault) => return Outcome::Failed(fault),
        }
        let mut asking: Option<Asking<'_>> = None;
        loop {
            let deadline = self.machine.deadline().map(|moment| self.clock.instant(moment));
            let input = tokio::select! {
                happening = link.next() => match happening {
                    Ok(happening) => self.heard(happening),
                    Err(fault) => return Outcome::Failed(fault),
                },
                agreed = agreement(&mut self.confirmation) => Some(Input::Confirmed(agreed)),
                () = asked(&mut asking) => Some(Input::Asked),
                () = reached(deadline) => Some(Input::Woken),
            };
            let Some(input) = input else { continue };
            for output in self.machine.handle(self.clock.now(), input) {
                if let Output::Ask(scopes) = output {
                    asking = Some(Box::pin(ask_as_device(ground, scopes)));
                    continue;
                }
                if let Some(outcome) = self.act(link, output).await {
                    return outcome;
                }
            }
        }
    }

    /// What a happening means to the machine.
    fn heard(&mut self, happening: Happening) -> Option<Input> {
        match happening {
            Happening::Event(name, payload) => match name.as_str() {
                "device.pair.requested" => Some(Input::Requested(payload)),
                "device.pair.resolved" => Some(Input::Resolved(payload)),
                _ => None,
            },
            Happening::Answered(id, result) => match (self.calls.remove(&id)?, result) {
                (Call::List, Ok(list)) => Some(Input::Listed(list)),
                // Without the list the machine would wait for nothing: it hears the fault as one of an approval.
                (Call::List, Err(fault)) => Some(Input::Approved(String::new(), Err(fault))),
                (Call::Approve(request), result) => {
                    if let Ok(answer) = &result {
                        self.answers.insert(request.clone(), answer.clone());
                    }
                    Some(Input::Approved(request, result))
                }
                (Call::Reject(request), result) => Some(Input::Rejected(request, result)),
            },
        }
    }

    /// Does what the machine wants.
    async fn act(&mut self, link: &mut Link, output: Output) -> Option<Outcome> {
        match output {
            Output::Approve(request) => {
                let params = json!({"requestId": request});
                match link.post("device.pair.approve", Some(params), false, CALL).await {
                    Ok(id) => drop(self.calls.insert(id, Call::Approve(request))),
                    Err(fault) => return Some(Outcome::Failed(fault)),
                }
            }
            Output::Reject(request) => {
                let params = json!({"requestId": request});
                match link.post("device.pair.reject", Some(params), false, CALL).await {
                    Ok(id) => drop(self.calls.insert(id, Call::Reject(request))),
                    Err(fault) => return Some(Outcome::Failed(fault)),
                }
            }
            Output::Confirm => self.confirmation = Some(ask()),
            Output::Done(outcome) => return Some(outcome),
            said => self.say(&said),
        }
        None
    }

    /// Tells on stderr what goes on.
    fn say(&self, output: &Output) {
        let paint = Paint::of_stderr();
        match output {
            _ if self.quiet => {}
            Output::Show(requests) => {
                let text: String = requests.iter().map(|request| entry(request, paint, wall_ms())).collect();
                tell(format_args!("This device asks:\n{}", text.trim_end()));
            }
            Output::Waiting => {
                let device = paint.strong(self.machine.device());
                tell(format_args!("Nothing of {device} waits there yet; listening."));
            }
            Output::Superseded(id) => {
                tell(
                    paint.faint(&format!(
                        "{id} was replaced before it could be approved; waiting for the next"
                    )),
                );
            }
            Output::Beyond(request, beyond) => {
                let (id, beyond) = (&request.id, beyond.join(", "));
                tell(paint.warn(&format!("{id} asks for more than is allowed ({beyond}): not approved")));
            }
            _ => {}
        }
    }
}

/// Asks on the terminal. The thread that reads may be left behind: it ends with the process.
fn ask() -> oneshot::Receiver<bool> {
    let (sender, receiver) = oneshot::channel();
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "Approve this, and nothing beyond it? [y/N] ").and_then(|()| stderr.flush());
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line);
        let _ = sender.send(read.is_ok() && matches!(line.trim(), "y" | "Y" | "yes"));
    });
    receiver
}

async fn agreement(waiting: &mut Option<oneshot::Receiver<bool>>) -> bool {
    match waiting {
        Some(receiver) => {
            let agreed = receiver.await.unwrap_or(false);
            *waiting = None;
            agreed
        }
        None => std::future::pending().await,
    }
}

type Asking<'a> = std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Connects as this device, so that its request is there; it is refused until it is approved.
async fn ask_as_device(ground: &Ground, scopes: Vec<String>) {
    let persona = Persona { scopes, ..Persona::cli() };
    if let Ok((link, _)) = ground.open(&persona).await {
        link.close().await;
    }
    // Not at once again: what came in between shows first.
    tokio::time::sleep(ASK_AGAIN).await;
}

async fn asked(asking: &mut Option<Asking<'_>>) {
    match asking {
        Some(future) => {
            future.await;
            *asking = None;
        }
        None => std::future::pending().await,
    }
}
