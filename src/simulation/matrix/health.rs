//! Health: a right router at providers with nothing wrong, in many shapes. Nothing may fire.

use std::ops::Range;
use std::sync::Arc;

use super::stage::{KEY, Stage, plain};
use crate::chat::Request;
use crate::fault::{self, Fault, Spec};
use crate::mock::{Library, MockCase};
use crate::recording::Redactor;
use crate::routing::conduct::Ours;
use crate::seed::{Dice, Seed};
use crate::verdict::Verdict;
use crate::verdict::matrix::Health;

/// Alarms that are told; the rest is only counted.
const ALARMS_MAX: usize = 20;

/// Oddities of the delivery alone: they may come on top of another one. What rewrites records may
/// not: of two harmless changes of the same bytes one may spoil the other.
const DELIVERIES: [&str; 4] = ["one-byte-writes", "one-burst", "utf8-split", "hop-buffers-16k"];

/// Runs on health with the numbers of a range. Each has its own dice, so ranges may be shared out.
///
/// Some answers are as the mocks give them; the others come with an oddity, which is a fault that is
/// benign, such as other line ends or comments in between, and perhaps in an odd delivery too.
#[must_use]
pub fn health(library: &Library, seed: Seed, runs: Range<u32>) -> Health {
    let cases: Vec<Arc<MockCase>> = library.iter().cloned().map(Arc::new).collect();
    let oddities: Vec<&'static dyn Fault> =
        fault::all().iter().copied().filter(|fault| fault.benign() && fault.shows().is_empty()).collect();
    let redactor = Redactor::new([KEY.to_owned()]);
    let mut health = Health::default();
    for number in runs {
        let seed = seed.derive(&format!("health#{number}"));
        let Some((stage, what)) = stage(library, &cases, &oddities, &mut seed.dice()) else { continue };
        health.runs += 1;
        let case = stage.judge(&stage.play(&Ours, &redactor, seed));
        let failed = case.checks.iter().filter(|check| check.verdict != Verdict::Pass);
        let failed = failed.map(|check| format!("{}: {}", check.id, check.message));
        let told = case.findings.iter().map(|finding| format!("{}: {}", finding.cause, finding.message));
        if let Some(alarm) = failed.chain(told).next().filter(|_| health.alarms.len() < ALARMS_MAX) {
            health.alarms.push(format!("run {number}, {what}: {alarm}"));
        }
    }
    health
}

fn stage(
    library: &Library,
    cases: &[Arc<MockCase>],
    oddities: &[&'static dyn Fault],
    dice: &mut Dice,
) -> Option<(Stage, String)> {
    let case = pick(cases, dice)?;
    let stream = match (case.stream.is_some(), case.whole.is_some()) {
        (true, true) => dice.chance(0.8),
        (streams, _) => streams,
    };
    let request = Request { stream, ..plain() };
    let fallback = dice.chance(0.5);
    let odd = pick(oddities, dice).copied().filter(|_| dice.chance(0.5));
    let delivery = pick(&DELIVERIES, dice).and_then(|name| fault::find(name).ok());
    let delivery = delivery.filter(|_| dice.chance(0.25));
    let mut faults: Vec<Spec> = odd.into_iter().chain(delivery).map(Spec::plain).collect();
    // Not every oddity goes with every answer, nor with every other one.
    loop {
        let what = faults.iter().map(|spec| spec.fault.name()).collect::<Vec<_>>().join(" + ");
        let what = format!("{} {what}", case.id);
        let staged = Stage::with(
            library,
            case.dialect,
            Arc::clone(case),
            faults.clone(),
            request.clone(),
            "asked-model",
            fallback,
        );
        match staged {
            Some(stage) => return Some((stage, what)),
            None if faults.is_empty() => return None,
            None => drop(faults.pop()),
        }
    }
}

fn pick<'a, T>(list: &'a [T], dice: &mut Dice) -> Option<&'a T> {
    let place = dice.below(u64::try_from(list.len()).ok()?.max(1));
    list.get(usize::try_from(place).ok()?)
}
