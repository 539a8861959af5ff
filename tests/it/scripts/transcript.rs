//! What the machine of one turn does with a script, for people to read.

use std::fmt::Write;

use provoke::chat::Event;
use provoke::moment::Moment;
use provoke::recording::TransportEvent;
use provoke::routing::{Outcome, Output};
use provoke::seed::Seed;

use super::script::Script;

/// Each input, what it led to, and when the machine wants to be called again.
pub(super) fn of(script: &Script) -> String {
    let mut turn = script.setup.turn(Seed(7));
    let mut text = String::new();
    for about in &script.about {
        writeln!(text, "# {about}").unwrap();
    }
    let (mut now, mut attempt, mut candidate) = (Moment::ZERO, 0, 0);
    for step in &script.steps {
        now = match step.after {
            Some(after) => now + after,
            None => turn.deadline().expect("the machine waits for something"),
        };
        let dialect = script.setup.dialects.get(candidate).map_or("", String::as_str);
        let outputs = turn.handle(now, step.input(attempt, dialect));
        writeln!(text, "\n{}  {}", seconds(now), step.text).unwrap();
        for output in &outputs {
            if let Output::Open(call) = output {
                (attempt, candidate) = (call.attempt, call.candidate);
            }
            write(&mut text, output);
        }
        if let Some(deadline) = turn.deadline() {
            writeln!(text, "    until {}", seconds(deadline)).unwrap();
        }
    }
    text
}

fn write(text: &mut String, output: &Output) {
    match output {
        Output::Open(call) => writeln!(text, "    open #{} {}", call.attempt, call.url),
        Output::Drop(attempt, why) => writeln!(text, "    drop #{attempt}: {}", reason(why)),
        Output::Emit(event) => writeln!(text, "    emit {}", said(event)),
        Output::Decide(decision) => {
            let (attempt, target) = (decision.attempt, &decision.target);
            writeln!(text, "    #{attempt} {target} {}: {}", decision.kind, decision.reason)
        }
        Output::Over(outcome) => return over(text, outcome),
    }
    .unwrap();
}

fn over(text: &mut String, outcome: &Outcome) {
    let who = outcome.answered.map_or_else(|| "nobody".to_owned(), |place| format!("p{place}"));
    let committed = if outcome.committed { "committed" } else { "uncommitted" };
    writeln!(text, "    over: answered by {who}, {committed}").unwrap();
    for (attempt, candidate, failure) in &outcome.failures {
        let status = failure.status.map_or_else(String::new, |status| format!(", status {status}"));
        let wait = failure.retry_after.map_or_else(String::new, |wait| format!(", retry after {wait:?}"));
        let kept = failure.excerpt.len();
        let class = failure.class.name();
        writeln!(text, "      #{attempt} p{candidate}: {class}{status}{wait}, {kept} bytes kept").unwrap();
    }
}

fn reason(event: &TransportEvent) -> String {
    match event {
        TransportEvent::TimedOut(stage) => format!("{} deadline", stage.name()),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn said(event: &Event) -> String {
    match event {
        Event::Start { .. } => "start".to_owned(),
        Event::PartStart { part, kind, .. } => format!("part {part} {kind:?}"),
        Event::Delta { part, text } => format!("part {part} + {text:?}"),
        Event::PartEnd { part } => format!("part {part} ends"),
        Event::Usage(_) => "usage".to_owned(),
        Event::Finish { finish, .. } => format!("finish {:?}", finish.reason),
        Event::End => "end".to_owned(),
        Event::Ping => "ping".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Seconds with milliseconds, rounded down.
fn seconds(moment: Moment) -> String {
    let millis = moment.nanos() / 1_000_000;
    format!("{}.{:03}", millis / 1000, millis % 1000)
}
