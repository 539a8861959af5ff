//! One use of a fault, as files spell it: `{fault: stall-silent, after: 3, dose: {times: 1}}`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::problem::{Place, Problem};
use crate::recording::timeline::Timeline;

use super::{Args, Context, Dose, Fault, dosed, find};

/// The most faults that one answer may go through.
pub const MAX_FAULTS: usize = 16;

/// One use of a fault: which, with which arguments, in which dose.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The fault.
    pub fault: &'static dyn Fault,
    /// Its arguments, checked.
    pub args: Args,
    /// When it bites.
    pub dose: Dose,
}

impl Spec {
    /// A fault with its defaults.
    #[must_use]
    pub fn plain(fault: &'static dyn Fault) -> Self {
        Self { fault, args: Args::none(), dose: fault.usual_dose() }
    }

    /// Reads a fault's name, or a mapping with `fault`, its parameters and, where wanted, `dose`.
    ///
    /// # Errors
    /// A problem that names what is unknown or wrong, with the nearest valid spelling.
    pub fn read(value: &Value) -> Result<Self, Problem> {
        let map = match value {
            Value::String(id) => return find(id).map(Self::plain),
            Value::Object(map) => map,
            _ => return Err(Problem::new("a fault is a name or a mapping").hint(SHAPE)),
        };
        let id = map.get("fault").and_then(Value::as_str).ok_or_else(|| {
            Problem::new("the mapping does not name its fault").at(Place::path("fault")).hint(SHAPE)
        })?;
        let fault = find(id)?;
        let dose = map.get("dose").map_or_else(|| Ok(fault.usual_dose()), Dose::read)?;
        let rest = map.iter().filter(|(key, _)| *key != "fault" && *key != "dose");
        let args = Args(rest.map(|(key, value)| (key.clone(), value.clone())).collect::<BTreeMap<_, _>>());
        args.check(fault.params())?;
        Ok(Self { fault, args, dose })
    }

    /// Applies it to an answer; the arguments are its own, the rest comes from `cx`.
    ///
    /// # Errors
    /// A problem when the fault finds nothing to spoil.
    pub fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        dosed(self.fault, &self.dose, &Context { args: &self.args, ..*cx }, healthy)
    }
}

/// Applies several faults, the first one first.
///
/// # Errors
/// A problem of the first fault that finds nothing to spoil, or when there are more than [`MAX_FAULTS`].
pub fn compose(specs: &[Spec], cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
    if specs.len() > MAX_FAULTS {
        return Err(Problem::new(format!("{} faults in a row; at most {MAX_FAULTS}", specs.len())));
    }
    specs.iter().try_fold(healthy, |timeline, spec| spec.apply(cx, timeline))
}

const SHAPE: &str = "write `stall-silent` or `{fault: stall-silent, after: 3}`";
