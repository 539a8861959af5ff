//! A run: every case of one command, and its matrix.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Case, Observed, Verdict};

/// Everything that one command judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// What stood in the middle: `built-in router`, or a URL.
    pub subject: String,
    /// The cases, in the order of their ids.
    pub cases: Vec<Case>,
    /// How long it took by the clock.
    pub wall: Duration,
}

/// One row of the matrix: what was observed of one model of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixRow {
    /// The provider.
    pub provider: String,
    /// The model; empty where the provider has none.
    pub model: String,
    /// The distinct observations over all cases that ran, worst first; none
    /// where every case was skipped.
    pub observed: Vec<Observed>,
    /// The verdict over all its cases.
    pub verdict: Verdict,
    /// Cases by verdict.
    pub totals: BTreeMap<Verdict, u32>,
}

impl Run {
    /// The verdict of the run. A pass needs something that passed.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::overall(self.cases.iter().map(|case| case.verdict))
    }

    /// Cases by verdict, every verdict named.
    #[must_use]
    pub fn totals(&self) -> BTreeMap<Verdict, u32> {
        count(self.cases.iter())
    }

    /// The matrix per provider and model, in their order of names.
    #[must_use]
    pub fn matrix(&self) -> Vec<MatrixRow> {
        let mut cells: BTreeMap<(&str, &str), Vec<&Case>> = BTreeMap::new();
        for case in &self.cases {
            cells.entry((&case.provider, &case.model)).or_default().push(case);
        }
        let rows = cells.into_iter().map(|((provider, model), cases)| {
            let ran = cases.iter().filter(|case| case.verdict != Verdict::Skip);
            let mut observed: Vec<Observed> = ran.map(|case| case.observed.clone()).collect();
            observed.sort_by(|a, b| b.state.cmp(&a.state).then_with(|| a.cause.cmp(&b.cause)));
            observed.dedup();
            MatrixRow {
                provider: provider.to_owned(),
                model: model.to_owned(),
                observed,
                verdict: Verdict::overall(cases.iter().map(|case| case.verdict)),
                totals: count(cases.into_iter()),
            }
        });
        rows.collect()
    }
}

fn count<'a>(cases: impl Iterator<Item = &'a Case>) -> BTreeMap<Verdict, u32> {
    let mut totals: BTreeMap<Verdict, u32> = Verdict::ALL.into_iter().map(|verdict| (verdict, 0)).collect();
    for case in cases {
        *totals.entry(case.verdict).or_default() += 1;
    }
    totals
}
