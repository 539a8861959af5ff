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

/// The most oddities that one healthy answer has.
const ODDITIES_MAX: u64 = 2;

/// Runs on health with the numbers of a range. Each has its own dice, so ranges may be shared out.
///
/// Half of the answers are as the mocks give them; the others come with one or two oddities: faults
/// that are benign, such as other line ends, cuts inside characters, or comments in between.
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
    let count = if dice.chance(0.5) { 0 } else { 1 + dice.below(ODDITIES_MAX) };
    let mut faults: Vec<Spec> =
        (0..count).filter_map(|_| pick(oddities, dice)).map(|f| Spec::plain(*f)).collect();
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
