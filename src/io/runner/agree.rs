//! Do both worlds say the same?

use super::Ran;
use crate::dialect::{self, view};
use crate::verdict::{Case, CheckResult, Evidence, Verdict};

/// Holds the wire world against the simulated one.
pub(super) fn worlds_agree(sim: &Ran, wire: &Ran) -> CheckResult {
    let differences = differences(sim, wire);
    let (verdict, message) = match differences.first() {
        None => (Verdict::Pass, "both worlds came to the same".to_owned()),
        Some(first) => (Verdict::Fail, format!("the worlds disagree: {first}")),
    };
    let evidence = differences.into_iter().map(|text| Evidence { text, attempt: None, offset: None });
    CheckResult { id: "worlds.agree".to_owned(), verdict, message, evidence: evidence.collect() }
}

fn differences(sim: &Ran, wire: &Ran) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, sim: String, wire: String| {
        if sim != wire {
            differences.push(format!("{what}: sim {sim}, wire {wire}"));
        }
    };
    compare("observed", observed(&sim.case), observed(&wire.case));
    compare("the caller got", caller(sim), caller(wire));
    compare("failures", failures(sim), failures(wire));
    compare("requests", requests(sim), requests(wire));
    for check in &sim.case.checks {
        let twin = wire.case.checks.iter().find(|twin| twin.id == check.id);
        let twin = twin.map_or("not applicable", |twin| twin.verdict.name());
        compare(&check.id, check.verdict.name().to_owned(), twin.to_owned());
    }
    differences
}

fn observed(case: &Case) -> String {
    let cause = case.observed.cause.as_deref().unwrap_or("no cause");
    let blame = case.observed.blame.map_or("nobody", crate::verdict::Blame::name);
    format!("{} ({cause}, {blame})", case.observed.state.name())
}

/// What the caller got, without keep-alives: how many of them come is a matter of pace.
fn caller(ran: &Ran) -> String {
    let Some(caller) = ran.recording.caller() else { return "nothing".to_owned() };
    // How much somebody has got by the time they hang up is a matter of pace too.
    if caller.abandoned().is_some() {
        return "as much as came before it hung up".to_owned();
    }
    let Some(dialect) = dialect::by_id(&caller.dialect) else { return "an unknown dialect".to_owned() };
    let status = caller.head().map_or(0, |head| head.status);
    let view = view(dialect, caller);
    let calls = view.response.tool_calls();
    let calls: Vec<String> = calls.iter().map(|call| format!("{}({})", call.name, call.arguments)).collect();
    let finish = view.response.finish.as_ref().map_or("no finish", |finish| finish.raw.as_str());
    let error = view.error.as_ref().map_or("no error", |error| error.message.as_str());
    format!("HTTP {status}, {finish}, {error}: {:?} {}", view.response.text(), calls.join(" "))
}

fn failures(ran: &Ran) -> String {
    let failures = ran.outcome.failures.iter();
    let failures: Vec<String> = failures
        .map(|(attempt, candidate, failure)| format!("{attempt}@{candidate} {}", failure.class.name()))
        .collect();
    if failures.is_empty() { "none".to_owned() } else { failures.join(", ") }
}

fn requests(ran: &Ran) -> String {
    let requests = ran.recording.upstream();
    let requests: Vec<String> =
        requests.map(|exchange| format!("{}/{}", exchange.provider, exchange.model)).collect();
    requests.join(", ")
}
