//! The cells of a run: a scenario with one model, in every world; and which of them show all.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::report::{Told, telling};
use crate::verdict::{Case, Observed, State, Verdict, World};

/// Cases that are told in full; of the others, only the line is there.
const FULL_MAX: usize = 2_000;
/// Cases with a picture.
const PICTURES_MAX: usize = 400;

/// A scenario with one model of one provider.
pub(super) struct Cell<'a> {
    /// Its number, from 0, in the order of the page.
    pub(super) number: usize,
    /// Its cases, one per world.
    pub(super) cases: Vec<&'a Case>,
}

/// The cells of one scenario.
pub(super) struct Scenario<'a> {
    pub(super) id: &'a str,
    pub(super) cells: Vec<Cell<'a>>,
}

/// Which cases are told in full and which have a picture.
pub(super) struct Shown<'a> {
    pub(super) full: BTreeSet<&'a str>,
    pub(super) pictures: BTreeSet<&'a str>,
    /// How many cases have something to draw.
    pub(super) drawable: usize,
}

/// The scenarios in the order of their ids, their cells by provider and model.
pub(super) fn scenarios<'a>(cases: &'a [Case]) -> Vec<Scenario<'a>> {
    type Cells<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a Case>>;
    let mut all: BTreeMap<&str, Cells<'a>> = BTreeMap::new();
    for case in cases {
        let cells = all.entry(&case.scenario).or_default();
        cells.entry((&case.provider, &case.model)).or_default().push(case);
    }
    let mut number = 0;
    let mut next = |cases| {
        number += 1;
        Cell { number: number - 1, cases }
    };
    let scenarios = all.into_iter();
    scenarios
        .map(|(id, cells)| Scenario { id, cells: cells.into_values().map(&mut next).collect() })
        .collect()
}

impl<'a> Cell<'a> {
    pub(super) fn provider(&self) -> &'a str {
        &self.cases[0].provider
    }

    pub(super) fn model(&self) -> &'a str {
        &self.cases[0].model
    }

    pub(super) fn name(&self) -> String {
        telling::cell(self.provider(), self.model())
    }

    /// The anchor of the cell.
    pub(super) fn anchor(&self) -> String {
        format!("c{}", self.number)
    }

    pub(super) fn verdict(&self) -> Verdict {
        Verdict::overall(self.cases.iter().map(|case| case.verdict))
    }

    /// The worst that was observed; none where every case was skipped.
    pub(super) fn observed(&self) -> Option<&'a Observed> {
        let ran = self.cases.iter().filter(|case| case.verdict != Verdict::Skip);
        ran.map(|case| &case.observed)
            .reduce(|worst, next| if next.state > worst.state { next } else { worst })
    }

    /// The verdict in each world that there is.
    pub(super) fn worlds(&self) -> BTreeMap<World, Verdict> {
        worlds(self.cases.iter().copied())
    }
}

/// The verdict over some cases, world by world.
pub(super) fn worlds<'a>(cases: impl Iterator<Item = &'a Case>) -> BTreeMap<World, Verdict> {
    let mut worlds: BTreeMap<World, Vec<Verdict>> = BTreeMap::new();
    for case in cases {
        worlds.entry(case.world).or_default().push(case.verdict);
    }
    worlds.into_iter().map(|(world, verdicts)| (world, Verdict::overall(verdicts))).collect()
}

/// Chooses what shows all: what is not as declared, then the worst case of each model, then the rest.
pub(super) fn shown<'a>(told: &Told<'a>) -> Shown<'a> {
    let mut worst: BTreeMap<(&str, &str), (Reverse<State>, &str)> = BTreeMap::new();
    for case in &told.run.cases {
        let rank = (Reverse(case.observed.state), case.id.as_str());
        let best = worst.entry((&case.provider, &case.model)).or_insert(rank);
        *best = (*best).min(rank);
    }
    let is_worst = |case: &Case| worst[&(case.provider.as_str(), case.model.as_str())].1 == case.id;
    let mut ranked: Vec<&Case> = told.run.cases.iter().collect();
    ranked
        .sort_by_key(|case| (Reverse(case.verdict), !is_worst(case), Reverse(case.observed.state), &case.id));
    let ids = ranked.iter().map(|case| case.id.as_str());
    let drawn = |id: &&str| told.traces.get(*id).is_some_and(|trace| !trace.lanes.is_empty());
    let drawable: Vec<&str> = ids.clone().filter(drawn).collect();
    Shown {
        full: ids.take(FULL_MAX).collect(),
        drawable: drawable.len(),
        pictures: drawable.into_iter().take(PICTURES_MAX).collect(),
    }
}
