//! The reference of a scenario: what another subject was measured to do.

use std::collections::BTreeSet;

use super::{Compiler, place};
use crate::dialect::{self, Codec};
use crate::mock::UpstreamTarget;
use crate::problem::{Problem, nearest};
use crate::scenario::plan::Reference;

impl Compiler<'_> {
    /// Holds every row against the dialects that are spoken here.
    pub(super) fn check_reference(&mut self, targets: &[UpstreamTarget]) {
        let Some(reference) = &self.file.reference else { return };
        let spoken: BTreeSet<&str> = targets.iter().map(|target| target.dialect.id()).collect();
        for (id, row) in &reference.rows {
            if spoken.contains(id.as_str()) {
                continue;
            }
            let message = match dialect::by_id(id) {
                Some(_) => format!("no target speaks `{id}`, so this row is beside nothing"),
                None => format!("there is no dialect `{id}`"),
            };
            let problem = Problem::new(message).at(place(self.source, row));
            self.problem(match nearest(id, spoken.iter().copied()) {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem.hint(format!(
                    "spoken here are: {}",
                    spoken.iter().copied().collect::<Vec<_>>().join(", ")
                )),
            });
        }
    }

    /// What was measured of this dialect, where the scenario tells.
    pub(super) fn reference(&self, dialect: &'static dyn Codec) -> Option<Reference> {
        let reference = self.file.reference.as_ref()?;
        let row = reference.rows.get(dialect.id())?;
        Some(Reference { subject: reference.subject.clone(), dialect: dialect.id(), row: row.value.clone() })
    }
}
