//! What came over the wire, as the pairing book would have said it.

use serde_json::{Value, json};

use super::Trouble;
use crate::gateway::client::answer::{Denial, Hello};
use crate::gateway::client::fault::Fault;
use crate::gateway::frame::{Code, Refusal};
use crate::gateway::pairing::{Answer, Event, Step};

/// The answer to a connect, and the code with which it was closed.
pub(super) fn of_connect(opened: &Result<Hello, Fault>) -> Result<(Answer, Option<u16>), Trouble> {
    match opened {
        Ok(hello) => {
            let auth = hello.token.as_ref().map(|(role, kept)| {
                json!({"deviceToken": kept.token.expose(), "role": role, "scopes": kept.scopes})
            });
            Ok((Answer::Admitted { method: "token", auth }, None))
        }
        Err(Fault::Refused(denial, code)) => Ok((Answer::Refused(refusal(denial)), Some(*code))),
        Err(fault) => Err(Trouble::Gateway(fault.clone())),
    }
}

/// The answer to a command, its devices already by name.
pub(super) fn of_command(
    answer: Result<Value, Fault>,
    drops_caller: bool,
) -> Result<(Answer, Option<u16>), Trouble> {
    match answer {
        Ok(payload) => Ok((Answer::Payload(payload), None)),
        Err(Fault::Denied(denial)) => Ok((Answer::Refused(refusal(&denial)), None)),
        // The gateway closes the sockets of a device that it drops, perhaps before it answers.
        Err(Fault::Closed(4001, _)) if drops_caller => Ok((Answer::Payload(json!({})), Some(4001))),
        Err(fault) => Err(Trouble::Gateway(fault)),
    }
}

/// A step of the gateway with nothing but its answer; what is heard is added later.
pub(super) fn step(answer: Answer) -> Step {
    Step { answer, events: Vec::new(), log: Vec::new(), dropped: Vec::new() }
}

/// An event as the book would have made it.
pub(super) fn event(name: &str, payload: Value) -> Option<Event> {
    let name = match name {
        "device.pair.requested" => "device.pair.requested",
        "device.pair.resolved" => "device.pair.resolved",
        _ => return None,
    };
    Some(Event { name, payload })
}

fn refusal(denial: &Denial) -> Refusal {
    let known =
        [Code::InvalidRequest, Code::NotPaired, Code::ApprovalNotFound, Code::AgentTimeout, Code::NotLinked];
    let code = known.into_iter().find(|code| code.word() == denial.code).unwrap_or(Code::Unavailable);
    Refusal::new(code, denial.message.clone()).with(denial.details.clone())
}
