//! Races that were played on a running gateway, beside the model: for people and for machines.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::Options;
use super::text::shown;
use crate::verdict::race::live::{Cleared, LiveOrder, LiveRate, LiveRun, LiveSet};

/// The schema of the JSON form.
pub const SCHEMA: &str = "provoke.race-live/1";

/// For people: race by race, order by order.
#[must_use]
pub fn terminal(run: &LiveRun, options: &Options) -> Vec<u8> {
    let mut text = String::new();
    let pen = Pen { colour: options.colour };
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{} · version {} · held against {}: {}",
        shown(&run.target),
        shown(&run.version),
        run.policy,
        run.because
    );
    for set in &run.sets {
        let _ = writeln!(text, "\n{}  {}", pen.strong(&set.name), pen.faint(&set.title));
        if let Some(reason) = &set.skipped {
            let _ = writeln!(text, "  {}  {}", pen.warn("skipped "), shown(reason));
        }
        set.orders.iter().for_each(|order| one(&mut text, pen, order, options.verbose));
        set.rate.iter().for_each(|rate| at_once(&mut text, pen, rate));
    }
    text.push('\n');
    summary(&mut text, pen, run);
    text.into_bytes()
}

fn one(text: &mut String, pen: Pen, order: &LiveOrder, verbose: bool) {
    let verdict = if order.differs.is_some() { pen.bad("DISAGREE") } else { pen.good("agree   ") };
    let reality: Vec<String> = order.reality.iter().map(|(invariant, _)| invariant.clone()).collect();
    let said = if reality == order.model {
        format!("both: {}", breaks(&order.model))
    } else {
        format!("model: {} · reality: {}", breaks(&order.model), breaks(&reality))
    };
    let _ = writeln!(text, "  {verdict}  {:40}  {said}", shown(&order.words));
    for (place, step) in order.steps.iter().enumerate() {
        let number = place + 1;
        let differs = order.differs.as_ref().filter(|differs| differs.step == number);
        if !verbose && differs.is_none() {
            continue;
        }
        let closed = step.closed.map(|code| format!(" ({code})")).unwrap_or_default();
        let _ = writeln!(text, "    {number:2}. {}: {}", shown(&step.actor), shown(&step.act));
        match differs {
            Some(differs) => {
                let _ = writeln!(text, "        model    {}", shown(&differs.model));
                let _ = writeln!(text, "        reality  {}{closed}", pen.bad(&differs.reality));
            }
            None => {
                let line = format!("        {}{closed}; {}", shown(&step.reality), shown(&step.listed));
                let _ = writeln!(text, "{line}");
            }
        }
    }
    for (invariant, words) in order.reality.iter().filter(|_| verbose) {
        let _ = writeln!(text, "      {}  {}", pen.bad(short(invariant)), shown(words));
    }
}

fn breaks(invariants: &[String]) -> String {
    let short: Vec<&str> = invariants.iter().map(|invariant| short(invariant)).collect();
    if short.is_empty() { "nothing breaks".to_owned() } else { format!("breaks {}", short.join(", ")) }
}

fn short(invariant: &str) -> &str {
    invariant.strip_prefix("pairing.").unwrap_or(invariant)
}

fn at_once(text: &mut String, pen: Pen, rate: &LiveRate) {
    let head = "at once ";
    if rate.reality.is_empty() {
        let _ = writeln!(text, "  {}  nothing broke in {} runs", pen.good(head), rate.runs);
    }
    for (invariant, count, words) in &rate.reality {
        let _ = writeln!(
            text,
            "  {}  {count} of {} runs broke {}  {}",
            pen.bad(head),
            rate.runs,
            short(invariant),
            pen.faint(words)
        );
    }
    let unseen: Vec<&str> = rate
        .model
        .iter()
        .filter(|invariant| rate.reality.iter().all(|(seen, ..)| seen != *invariant))
        .map(|invariant| short(invariant))
        .collect();
    if !unseen.is_empty() {
        let _ = writeln!(text, "            the model can break {} inside the gateway", unseen.join(", "));
    }
}

fn summary(text: &mut String, pen: Pen, run: &LiveRun) {
    let orders = || run.sets.iter().flat_map(|set| &set.orders);
    let (all, apart) = (orders().count(), run.disagreements());
    let broke = orders().filter(|order| !order.reality.is_empty()).count();
    let skipped = run.sets.iter().filter(|set| set.skipped.is_some()).count();
    let _ = writeln!(
        text,
        "{} races, {all} orders played: {broke} break something in reality; {skipped} races skipped",
        run.sets.len() - skipped
    );
    let verdict = if apart == 0 {
        pen.good(&format!("model and reality agree in all {all}"))
    } else {
        pen.bad(&format!("model and reality DISAGREE in {apart} of {all}"))
    };
    let _ = writeln!(text, "{verdict}");
    let _ = match &run.cleared {
        Cleared::All(count) => writeln!(text, "{count} scratch devices were made; none of them is left"),
        Cleared::Left(left, why) => {
            writeln!(text, "{}: {}: {}", pen.bad("left behind"), shown(why), shown(&left.join(", ")))
        }
    };
}

/// For machines.
#[must_use]
pub fn json(run: &LiveRun, _: &Options) -> Vec<u8> {
    let (cleared, left) = match &run.cleared {
        Cleared::All(count) => (json!({"devices": count, "left": []}), None),
        Cleared::Left(left, why) => (json!({"left": left, "why": why}), Some(why)),
    };
    let value = json!({
        "schema": SCHEMA,
        "target": run.target,
        "version": run.version,
        "policy": run.policy,
        "because": run.because,
        "seed": run.seed,
        "verdict": run.verdict().name(),
        "disagreements": run.disagreements(),
        "cleared": left.is_none(),
        "scratch": cleared,
        "races": run.sets.iter().map(set).collect::<Vec<_>>(),
    });
    format!("{value:#}\n").into_bytes()
}

fn set(set: &LiveSet) -> Value {
    let rate = set.rate.as_ref().map(|rate| {
        let broken = rate.reality.iter();
        let broken: Vec<Value> = broken
            .map(|(id, count, words)| json!({"invariant": id, "runs": count, "words": words}))
            .collect();
        json!({"runs": rate.runs, "model": rate.model, "broken": broken})
    });
    json!({
        "id": set.name,
        "title": set.title,
        "skipped": set.skipped,
        "orders": set.orders.iter().map(order).collect::<Vec<_>>(),
        "atOnce": rate,
    })
}

fn order(order: &LiveOrder) -> Value {
    let broken = order.reality.iter();
    let broken: Vec<Value> = broken.map(|(id, words)| json!({"invariant": id, "words": words})).collect();
    let steps: Vec<Value> = order
        .steps
        .iter()
        .map(|step| {
            json!({
                "actor": step.actor, "act": step.act, "model": step.model, "reality": step.reality,
                "listed": step.listed, "closed": step.closed,
            })
        })
        .collect();
    json!({
        "order": order.words,
        "agree": order.differs.is_none(),
        "differs": order.differs.as_ref().map(|differs| {
            json!({"step": differs.step, "model": differs.model, "reality": differs.reality})
        }),
        "model": order.model,
        "reality": broken,
        "steps": steps,
    })
}

/// Colour, where it is wanted.
#[derive(Clone, Copy)]
struct Pen {
    colour: bool,
}

impl Pen {
    fn strong(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    fn faint(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    fn good(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    fn bad(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default(), text)
    }

    fn warn(self, text: &str) -> String {
        self.with(AnsiColor::Yellow.on_default(), text)
    }

    fn with(self, style: Style, text: &str) -> String {
        let text = shown(text);
        if self.colour { format!("{}{text}{}", style.render(), style.render_reset()) } else { text }
    }
}
