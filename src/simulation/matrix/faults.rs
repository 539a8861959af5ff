//! Faults of providers: told by their causes, and no check of the router fires.

use serde_json::Value;

use super::stage::Stage;
use super::{Lab, failed, row};
use crate::dialect::{self, Codec};
use crate::fault::{self, Card, Dose, Kind, Spec};
use crate::routing::conduct::Ours;
use crate::verdict::matrix::{Cell, Column, Row};
use crate::verdict::{Case, Finding};

/// Uses of a fault beside its own example, where arguments make it another one: the name of the
/// row, the use, and the causes it shows.
const FURTHER: &[(&str, &str, &[&str])] = &[
    ("reply: 400 extra field", EXTRA_FIELD, &["param.unknown-field"]),
    (
        "reply: 307 elsewhere",
        "{fault: reply, status: 307, body: moved, type: text/plain}",
        &["route.redirected"],
    ),
    (
        "reply: 404 path",
        "{fault: reply, status: 404, body: 404 page not found, type: text/plain}",
        &["route.missing-v1"],
    ),
    ("reply: 403 bot check", BOT_CHECK, &["cdn.bot-check"]),
    ("reply: 410 retired model", RETIRED, &["model.retired"]),
    ("reply: 400 max_tokens", MAX_TOKENS, &["param.max-tokens-too-large"]),
];

const BOT_CHECK: &str =
    r#"{fault: reply, status: 403, type: text/html, body: '<!doctype html><title>Just a moment...</title>'}"#;
const RETIRED: &str =
    r#"{fault: reply, status: 410, body: '{"error":{"message":"This model has been retired"}}'}"#;
const MAX_TOKENS: &str =
    r#"{fault: reply, status: 400, body: '{"error":{"message":"max_tokens: 99999 is too large"}}'}"#;
const EXTRA_FIELD: &str = r#"{fault: reply, status: 400, body: '{"error":{"message":"thinking.type: Extra inputs are not permitted"}}'}"#;

pub(super) fn rows(lab: &Lab<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for fault in fault::all().iter().filter(|fault| fault.kind() != Kind::Conduct) {
        let Some(spec) = read(fault.example()) else { continue };
        rows.extend(in_each_dialect(lab, fault.card(), &spec));
    }
    for (name, example, shows) in FURTHER {
        let Some(spec) = read(example) else { continue };
        let card = Card { name, shows, example, ..*spec.fault.card() };
        rows.extend(in_each_dialect(lab, &card, &spec));
    }
    rows
}

/// A use of a fault, in full dose.
fn read(example: &str) -> Option<Spec> {
    let value: Value = serde_saphyr::from_str(example).ok()?;
    Some(Spec { dose: Dose::ALWAYS, ..Spec::read(&value).ok()? })
}

fn in_each_dialect(lab: &Lab<'_>, card: &Card, spec: &Spec) -> Vec<Row> {
    dialect::spoken().iter().filter_map(|dialect| one(lab, card, spec, *dialect)).collect()
}

fn one(lab: &Lab<'_>, card: &Card, spec: &Spec, dialect: &'static dyn Codec) -> Option<Row> {
    let mut stage = Stage::of(lab.library, dialect, spec)?;
    let played = stage.play(&Ours, &lab.redactor, lab.seed);
    // What ours does is what is declared; whether it is right is for the other checks to say.
    stage.declare(&stage.judge(&played), played.1.answered);
    let case = stage.judge(&played);
    let fallback = played.1.answered.is_some_and(|place| place > 0);
    let cells = lab.cells(|column| match column.check {
        true => check(&case, column),
        false => cause(&case, column, card, fallback),
    });
    Some(Row { cells, ..row(card, dialect.id(), "") })
}

fn check(case: &Case, column: &Column) -> Cell {
    match failed(case, &column.id) {
        Some(message) => Cell::Unexplained(message.to_owned()),
        None if case.checks.iter().any(|check| check.id == column.id) => Cell::Silent,
        None => Cell::NotApplicable,
    }
}

fn cause(case: &Case, column: &Column, card: &Card, fallback: bool) -> Cell {
    let told = case.findings.iter().find(|finding| finding.cause == column.id);
    // This one is about what the router did, and true whenever a fallback answered.
    if column.id == "fallback.masks-primary" {
        return match (told, fallback) {
            (Some(_), true) => Cell::Own,
            (None, false) => Cell::Silent,
            _ => Cell::Unexplained(format!("a fallback answered: {fallback}")),
        };
    }
    let place = card.shows.iter().position(|cause| *cause == column.id);
    let any = case.findings.iter().any(|finding| card.shows.contains(&finding.cause.as_str()));
    match (told, place) {
        (Some(_), Some(0)) => Cell::Own,
        (Some(_), Some(_)) => Cell::Explained,
        (Some(finding), None) => Cell::Unexplained(finding.message.clone()),
        (None, Some(0)) if !any => Cell::Asleep(instead(&case.findings)),
        (None, _) => Cell::Silent,
    }
}

fn instead(findings: &[Finding]) -> String {
    match findings.first() {
        Some(finding) => format!("told is {}", finding.cause),
        None => "nothing is told".to_owned(),
    }
}
