//! The mock of one case, as a foreign subject meets it: role by model id, dialect by path.

use std::sync::Arc;

use super::name::Asked;
use crate::dialect::Codec;
use crate::mock::{Library, MockCase, Upstream, UpstreamTarget, rehearse};
use crate::recording::RequestBytes;
use crate::recording::timeline::Timeline;
use crate::scenario::plan::{Cell, Plan};
use crate::seed::Seed;

/// The mock of one case.
#[derive(Debug)]
pub struct Stand {
    upstream: Upstream,
    seats: Vec<Seat>,
}

/// Who answers for a candidate in a dialect.
#[derive(Debug)]
struct Seat {
    place: usize,
    dialect: &'static str,
    target: usize,
}

/// What a stand does with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The provider that was asked.
    pub provider: String,
    /// Its model.
    pub model: String,
    /// The dialect it was asked in.
    pub dialect: &'static str,
    /// What is done.
    pub timeline: Timeline,
}

impl Stand {
    /// The stand of a cell. Where a candidate is asked in another dialect than its own, a mock of
    /// the same name and text answers with the same faults, if there is one and they apply.
    #[must_use]
    pub fn of(plan: &Plan, cell: &Cell, library: &Library, seed: Seed) -> Self {
        let mut targets = Vec::new();
        let mut seats = Vec::new();
        for (place, target) in cell.targets.iter().filter_map(|target| plan.targets.get(*target)).enumerate()
        {
            for dialect in crate::dialect::spoken().iter().copied() {
                let Some(seated) = speaking(target, dialect, library) else { continue };
                seats.push(Seat { place, dialect: dialect.id(), target: targets.len() });
                targets.push(seated);
            }
        }
        Self { upstream: Upstream::new(targets, seed), seats }
    }

    /// A stand that answers in every dialect, whatever is asked.
    #[must_use]
    pub fn alive(library: &Library) -> Self {
        let mut targets = Vec::new();
        let mut seats = Vec::new();
        for dialect in crate::dialect::spoken().iter().copied() {
            let whole = |case: &&MockCase| case.dialect.id() == dialect.id() && case.whole.is_some();
            let Some(case) = library.iter().find(whole) else { continue };
            seats.push(Seat { place: 0, dialect: dialect.id(), target: targets.len() });
            targets.push(UpstreamTarget {
                provider: super::ALIVE_PROVIDER.to_owned(),
                model: super::ALIVE_MODEL.to_owned(),
                dialect,
                base_url: String::new(),
                case: Arc::new(case.clone()),
                faults: Vec::new(),
            });
        }
        Self { upstream: Upstream::new(targets, Seed(0)), seats }
    }

    /// What is done with a request in a dialect for a model; `None` where nobody can answer.
    pub fn respond(
        &mut self,
        dialect: &dyn Codec,
        asked: Option<&Asked>,
        request: &RequestBytes,
    ) -> Option<Answered> {
        // A router may have renamed the model; then the primary is meant.
        let place = asked.map_or(0, |asked| asked.place);
        let seat = self.seats.iter().find(|seat| seat.place == place && seat.dialect == dialect.id())?;
        let target = &self.upstream.targets()[seat.target];
        let (provider, model) = (target.provider.clone(), target.model.clone());
        let timeline = self.upstream.respond_to_all(seat.target, request);
        Some(Answered { provider, model, dialect: seat.dialect, timeline })
    }
}

fn speaking(
    target: &UpstreamTarget,
    dialect: &'static dyn Codec,
    library: &Library,
) -> Option<UpstreamTarget> {
    if target.dialect.id() == dialect.id() {
        return Some(target.clone());
    }
    let last = |id: &str| id.rsplit('/').next().unwrap_or_default().to_owned();
    let case = library.iter().find(|case| {
        case.dialect.id() == dialect.id()
            && last(&case.id) == last(&target.case.id)
            && case.text() == target.case.text()
    })?;
    let twin = UpstreamTarget { dialect, case: Arc::new(case.clone()), ..target.clone() };
    rehearse(&twin, twin.case.stream.is_some()).ok().map(|()| twin)
}
