//! What goes wrong with a gateway, told to people: the words of the field, the target, then what
//! it means, whose fault it is, and what to do.

use serde_json::{Value, json};

use super::Ground;
use super::paint::Paint;
use super::privacy::hide_known;
use crate::cli::error::{CliError, tell};
use crate::cli::run::out;
use crate::gateway::client::connect::Persona;
use crate::gateway::client::diagnosis::{Advice, Scene, diagnose};
use crate::gateway::client::fault::Fault;
use crate::gateway::scope::ROLE_OPERATOR;
use crate::report::text::shown;

/// A secret shorter than this would hit innocent text.
const KNOWN_MIN: usize = 6;

impl Ground {
    /// What a fault means here.
    pub(in crate::cli) fn advice(&self, fault: &Fault, persona: &Persona) -> Advice {
        let (device_id, granted) = (self.device_id(), self.granted());
        let scene =
            Scene { endpoint: &self.endpoint, persona, device_id: &device_id, granted: granted.as_deref() };
        diagnose(fault, &scene)
    }

    /// Tells a fault on stderr: `prefix` before the headline.
    pub(in crate::cli) fn tell_fault(&self, prefix: &str, fault: &Fault, persona: &Persona) {
        let paint = Paint::of_stderr();
        tell(format_args!("{} {}", paint.bad(prefix), self.safe(&fault.headline())));
        if !matches!(fault, Fault::Denied(_)) {
            self.endpoint.lines().iter().for_each(|line| tell(shown(line)));
        }
        self.tell_advice(&self.advice(fault, persona));
    }

    /// Tells what something means.
    pub(in crate::cli) fn tell_advice(&self, advice: &Advice) {
        let paint = Paint::of_stderr();
        let line = |head: &str, text: &str| {
            for (place, part) in text.lines().enumerate() {
                let head = if place == 0 { head } else { "" };
                tell(format_args!("  {}{}", paint.faint(&format!("{head:7}")), self.safe(part)));
            }
        };
        line("what", &advice.what);
        line("whose", advice.whose);
        advice.next.iter().enumerate().for_each(|(place, text)| {
            line(if place == 0 { "next" } else { "" }, text);
        });
    }

    /// A fault as `--json` tells it.
    pub(in crate::cli) fn fault_json(&self, fault: &Fault, persona: &Persona) -> Value {
        let advice = self.advice(fault, persona);
        let denial = fault.denial();
        let mut value = json!({
            "error": fault.headline(),
            "code": denial.map(|denial| denial.code.as_str()),
            "details": denial.map(|denial| denial.details.clone()),
            "target": self.endpoint.url(),
            "what": advice.what, "whose": advice.whose, "next": advice.next,
        });
        self.hide(&mut value);
        value
    }

    /// Removes every secret that this command knows.
    pub(in crate::cli) fn hide(&self, value: &mut Value) {
        hide_known(value, &self.secrets());
    }

    /// A text without secrets and without anything that acts on the terminal.
    pub(in crate::cli) fn safe(&self, text: &str) -> String {
        let mut value = Value::from(text);
        self.hide(&mut value);
        shown(value.as_str().unwrap_or_default())
    }

    fn secrets(&self) -> Vec<String> {
        let given = &self.credentials;
        let kept = self.identity.token(ROLE_OPERATOR).map(|kept| kept.token);
        let all = [given.token.clone(), given.password.clone(), given.device_token.clone(), kept];
        let all = all.into_iter().flatten().map(|secret| secret.expose().to_owned());
        all.filter(|secret| secret.len() >= KNOWN_MIN).collect()
    }
}

/// Prints a JSON document on stdout.
pub(in crate::cli) fn print_json(value: &Value) -> Result<(), CliError> {
    out(format!("{value:#}\n").as_bytes())
}
