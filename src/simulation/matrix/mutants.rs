//! Faults of routers: caught by their own check, and by nothing that is not declared.

use std::collections::BTreeMap;

use super::stage::Stage;
use super::{Lab, failed, row};
use crate::dialect::{self, Codec};
use crate::routing::conduct::{Mutant, Ours, mutants};
use crate::verdict::matrix::{Cell, Row};

pub(super) fn rows(lab: &Lab<'_>) -> Vec<Row> {
    let each =
        |mutant: &'static Mutant| dialect::spoken().iter().filter_map(|dialect| one(lab, mutant, *dialect));
    mutants().iter().flat_map(|mutant| each(mutant)).collect()
}

fn one(lab: &Lab<'_>, mutant: &Mutant, dialect: &'static dyn Codec) -> Option<Row> {
    let mut fired: BTreeMap<String, String> = BTreeMap::new();
    let mut looked: Vec<String> = Vec::new();
    let mut staged = 0;
    for provocation in mutant.provoked_by {
        let Some(mut stage) = Stage::provoked(lab.library, dialect, provocation) else { continue };
        staged += 1;
        let right = stage.play(&Ours, &lab.redactor, lab.seed);
        stage.declare(&stage.judge(&right), right.1.answered);
        let case = stage.judge(&stage.play(mutant.conduct, &lab.redactor, lab.seed));
        for check in &case.checks {
            looked.push(check.id.clone());
            if let Some(message) = failed(&case, &check.id) {
                fired.entry(check.id.clone()).or_insert_with(|| message.to_owned());
            }
        }
    }
    if staged == 0 {
        return None;
    }
    let cells = lab.cells(|column| {
        let place = mutant.caught_by.iter().position(|check| *check == column.id);
        match (fired.get(&column.id), place) {
            (Some(_), Some(0)) => Cell::Own,
            (Some(_), Some(_)) => Cell::Explained,
            (Some(message), None) => Cell::Unexplained(message.clone()),
            (None, Some(0)) => Cell::Asleep("the mutant passed".to_owned()),
            (None, _) if looked.contains(&column.id) => Cell::Silent,
            (None, _) => Cell::NotApplicable,
        }
    });
    Some(Row { cells, ..row(&mutant.card, dialect.id(), mutant.why) })
}
