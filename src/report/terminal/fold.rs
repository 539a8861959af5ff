//! Which providers have so many models that a report shows one row for all of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::verdict::{MatrixRow, Verdict};

/// Models of one provider that are shown one by one.
const MODELS_MAX: usize = 8;

/// The providers that are folded, unless all is asked for.
#[derive(Debug, Default)]
pub(super) struct Folds(BTreeSet<String>);

impl Folds {
    /// Those of a matrix.
    pub(super) fn of(rows: &[MatrixRow], verbose: bool) -> Self {
        let mut models: BTreeMap<&str, usize> = BTreeMap::new();
        for row in rows {
            *models.entry(&row.provider).or_default() += 1;
        }
        let many = models.into_iter().filter(|(_, count)| !verbose && *count > MODELS_MAX);
        Self(many.map(|(provider, _)| provider.to_owned()).collect())
    }

    /// Whether this provider is folded.
    pub(super) fn hold(&self, provider: &str) -> bool {
        self.0.contains(provider)
    }
}

/// Whether somebody must look: such a cell is never folded away.
pub(super) const fn stands_out(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Flaky | Verdict::Xpass | Verdict::Fail | Verdict::Error => true,
        Verdict::Pass | Verdict::Skip | Verdict::Xfail => false,
    }
}
