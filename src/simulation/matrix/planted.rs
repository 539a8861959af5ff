//! Faults of this harness itself, planted: a wrong declaration, a recorder that keeps keys, a
//! subject that hides an attempt.

use super::stage::Stage;
use super::{Lab, failed, row};
use crate::dialect::{self, Codec};
use crate::fault::{Card, Kind};
use crate::recording::{Exchange, Redactor, Side};
use crate::routing::conduct::{Ours, Provocation};
use crate::verdict::Case;
use crate::verdict::matrix::{Cell, Row};

/// What is planted: what it is, the fault of the primary, the check that must catch it, and how a
/// case with it is made.
struct Plant {
    card: Card,
    fault: &'static str,
    caught_by: &'static str,
    case: fn(&Lab<'_>, Stage) -> Case,
}

const PLANTED: Card = Card { kind: Kind::Conduct, ..Card::PLAIN };

const PLANTS: [Plant; 3] = [
    Plant {
        card: Card { code: "M31", name: "declared-otherwise", ..PLANTED },
        fault: "server-error",
        caught_by: "observed.as-declared",
        case: declared_otherwise,
    },
    Plant {
        card: Card { code: "M32", name: "keeps-keys", ..PLANTED },
        fault: "key-echoed",
        caught_by: "secret.kept",
        case: keeps_keys,
    },
    Plant {
        card: Card { code: "M33", name: "hides-an-attempt", ..PLANTED },
        fault: "server-error",
        caught_by: "wall.agrees",
        case: hides_an_attempt,
    },
];

pub(super) fn rows(lab: &Lab<'_>) -> Vec<Row> {
    let each =
        |plant: &'static Plant| dialect::spoken().iter().filter_map(|dialect| one(lab, plant, *dialect));
    PLANTS.iter().flat_map(each).collect()
}

fn one(lab: &Lab<'_>, plant: &Plant, dialect: &'static dyn Codec) -> Option<Row> {
    let stage = Stage::provoked(lab.library, dialect, &Provocation::with(plant.fault))?;
    let case = (plant.case)(lab, stage);
    let cells = lab.cells(|column| {
        let looked = case.checks.iter().any(|check| check.id == column.id);
        match (failed(&case, &column.id), column.id == plant.caught_by) {
            (Some(_), true) => Cell::Own,
            (Some(message), false) => Cell::Unexplained(message.to_owned()),
            (None, true) => Cell::Asleep("it was not noticed".to_owned()),
            (None, false) if looked => Cell::Silent,
            (None, false) => Cell::NotApplicable,
        }
    });
    Some(Row { cells, ..row(&plant.card, dialect.id(), "") })
}

/// The scenario declares health, and the primary fails.
fn declared_otherwise(lab: &Lab<'_>, mut stage: Stage) -> Case {
    let played = stage.play(&Ours, &lab.redactor, lab.seed);
    stage.cell.answered_by = played.1.answered;
    stage.judge(&played)
}

/// The recorder is not told the keys.
fn keeps_keys(lab: &Lab<'_>, mut stage: Stage) -> Case {
    let played = stage.play(&Ours, &Redactor::default(), lab.seed);
    stage.declare(&stage.judge(&played), played.1.answered);
    stage.judge(&played)
}

/// The subject does not tell of its second attempt.
fn hides_an_attempt(lab: &Lab<'_>, mut stage: Stage) -> Case {
    let mut played = stage.play(&Ours, &lab.redactor, lab.seed);
    let first = played.0.exchanges.iter().position(
        |exchange| matches!(exchange, Exchange::Http(http) if http.side == Side::Upstream && http.attempt == 2),
    );
    if let Some(first) = first {
        played.0.exchanges.remove(first);
    }
    stage.declare(&stage.judge(&played), played.1.answered);
    stage.judge(&played)
}
