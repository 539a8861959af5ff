//! When a fault bites: how often, from which request on, with which probability.
//!
//! A dose stands outside the fault, so that no fault counts or rolls dice by itself.

use serde_json::Value;

use crate::problem::{Place, Problem, nearest};
use crate::recording::timeline::Timeline;

use super::{Context, Fault};

/// When a fault bites. The empty dose bites always.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Dose {
    /// Only this many requests, counted from the first that it may bite.
    pub times: Option<u32>,
    /// Not before this many requests have passed unharmed.
    pub after: Option<u32>,
    /// Bites with this probability, `0.0..=1.0`, rolled from the seed and the number of the request.
    pub probability: Option<f64>,
}

/// The most acts of one answer.
pub const MAX_ACTS: usize = 250_000;

const KEYS: [&str; 3] = ["times", "after", "probability"];

impl Dose {
    /// Bites always.
    pub const ALWAYS: Self = Self { times: None, after: None, probability: None };

    /// Bites only the first `count` requests.
    #[must_use]
    pub const fn times(count: u32) -> Self {
        Self { times: Some(count), ..Self::ALWAYS }
    }

    /// Whether it bites this request.
    #[must_use]
    pub fn bites(&self, fault: &dyn Fault, cx: &Context<'_>) -> bool {
        let first = self.after.unwrap_or(0);
        let Some(place) = cx.attempt.checked_sub(first) else { return false };
        if self.times.is_some_and(|times| place >= times) {
            return false;
        }
        let label = format!("{}#{}", fault.name(), cx.attempt);
        self.probability.is_none_or(|odds| cx.seed.derive(&label).dice().chance(odds))
    }

    /// Reads a dose from data such as `{times: 1, after: 2, probability: 0.5}`.
    ///
    /// # Errors
    /// A problem that names the key that is unknown or holds a wrong value.
    pub fn read(value: &Value) -> Result<Self, Problem> {
        let map = value.as_object().ok_or_else(|| {
            Problem::new("`dose` is no mapping").at(Place::path("dose")).hint("write `dose: {times: 1}`")
        })?;
        let mut dose = Self::ALWAYS;
        for (key, value) in map {
            let wrong = |wanted: &str| {
                Problem::new(format!("`{key}` takes {wanted}")).at(Place::path(format!("dose.{key}")))
            };
            let count = || {
                let count = value.as_u64().and_then(|count| u32::try_from(count).ok());
                count.ok_or_else(|| wrong("a whole number of requests"))
            };
            match key.as_str() {
                "times" => dose.times = Some(count()?),
                "after" => dose.after = Some(count()?),
                "probability" => {
                    let odds = value.as_f64().filter(|odds| (0.0..=1.0).contains(odds));
                    dose.probability = Some(odds.ok_or_else(|| wrong("a number from 0 to 1"))?);
                }
                _ => {
                    let problem = Problem::new(format!("unknown key `{key}` in `dose`"));
                    let problem = problem.at(Place::path(format!("dose.{key}")));
                    let near = nearest(key, KEYS).map(|near| format!("did you mean `{near}`?"));
                    return Err(problem.hint(near.unwrap_or_else(|| format!("it takes {}", KEYS.join(", ")))));
                }
            }
        }
        Ok(dose)
    }
}

/// Applies a fault in its dose: the healthy timeline where the dose does not bite.
///
/// # Errors
/// A problem when an argument is wrong, the fault finds nothing to spoil, or the answer would
/// have more than [`MAX_ACTS`] acts.
pub fn dosed(
    fault: &dyn Fault,
    dose: &Dose,
    cx: &Context<'_>,
    healthy: Timeline,
) -> Result<Timeline, Problem> {
    cx.args.check(fault.params())?;
    if !dose.bites(fault, cx) {
        return Ok(healthy);
    }
    let timeline = fault.apply(cx, healthy)?;
    let acts = timeline.acts.len();
    if acts > MAX_ACTS {
        let problem = Problem::new(format!("the answer has {acts} acts; at most {MAX_ACTS}"));
        return Err(problem.hint("use fewer faults, or a shorter answer"));
    }
    Ok(timeline)
}
