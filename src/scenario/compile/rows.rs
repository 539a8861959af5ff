//! Rows of the matrix, expanded to cells.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::{Compiler, place};
use crate::diagnosis::causes;
use crate::mock::UpstreamTarget;
use crate::problem::{Problem, nearest};
use crate::recording::Stage;
use crate::routing::{Candidate, FailureClass};
use crate::scenario::plan::{Cell, Expected};
use crate::scenario::schema::{Expect, Row};
use crate::verdict::State;

/// The most cells of one scenario.
const CELLS_MAX: usize = 1000;

/// Every failure that a row can declare.
const FAILURES: [FailureClass; 27] = [
    FailureClass::Refused,
    FailureClass::Tls,
    FailureClass::Dropped,
    FailureClass::Cut,
    FailureClass::NotHttp,
    FailureClass::Deadline(Stage::Connect),
    FailureClass::Deadline(Stage::Headers),
    FailureClass::Deadline(Stage::FirstEvent),
    FailureClass::Deadline(Stage::InterEvent),
    FailureClass::Deadline(Stage::Total),
    FailureClass::Auth,
    FailureClass::Forbidden,
    FailureClass::Billing,
    FailureClass::RateLimit,
    FailureClass::Overloaded,
    FailureClass::ModelNotFound,
    FailureClass::PathNotFound,
    FailureClass::Rejected,
    FailureClass::ContextOverflow,
    FailureClass::ContentFilter,
    FailureClass::Server,
    FailureClass::EmptyStream,
    FailureClass::EmptyAnswer,
    FailureClass::NotAnApi,
    FailureClass::Truncated,
    FailureClass::Malformed,
    FailureClass::CallerLeft,
];

impl Compiler<'_> {
    pub(super) fn row(
        &mut self,
        row: &Spanned<Row>,
        places: &BTreeMap<String, usize>,
        targets: &[UpstreamTarget],
        cells: &mut Vec<Cell>,
    ) {
        let routes = self.routes(row);
        let expected = self.expected(&row.value.expect);
        for route in routes {
            if cells.len() >= CELLS_MAX {
                self.problem(
                    Problem::new(format!("more than {CELLS_MAX} cells")).at(place(self.source, row)),
                );
                return;
            }
            let Some(cell) = self.cell(row, &route, expected.clone(), places, targets) else { continue };
            if let Some(other) = cells.iter().find(|other| other.label() == cell.label()) {
                let message = format!("`{}` is first in the row of line {} too", cell.label(), other.line);
                let problem = Problem::new(message).at(place(self.source, row));
                self.problem(problem.hint("one scenario judges each primary once: write a second scenario"));
            }
            cells.push(cell);
        }
    }

    /// The routes of a row: for each cell, who is asked, in order.
    fn routes(&mut self, row: &Spanned<Row>) -> Vec<Vec<String>> {
        let fallbacks = row.value.fallbacks.iter().map(|name| name.value.clone());
        match (&row.value.primary, &row.value.route) {
            (Some(primary), None) => {
                if primary.value.0.is_empty() {
                    let problem = Problem::new("`primary` names nobody").at(place(self.source, primary));
                    self.problem(problem);
                }
                let of = |name: &String| std::iter::once(name.clone()).chain(fallbacks.clone()).collect();
                primary.value.0.iter().map(of).collect()
            }
            (None, Some(route)) => {
                let mut list = self.configured_route(route);
                list.extend(fallbacks);
                vec![list]
            }
            _ => {
                let problem =
                    Problem::new("a row names either `primary` or `route`").at(place(self.source, row));
                self.problem(problem);
                Vec::new()
            }
        }
    }

    fn expected(&mut self, expect: &Spanned<Expect>) -> Expected {
        let (state, cause) = match &expect.value {
            Expect::Healthy => (State::Healthy, None),
            Expect::Faulty(cause) => (State::Faulty, Some(cause)),
            Expect::Unreachable(cause) => (State::Unreachable, Some(cause)),
        };
        if let Some(cause) = cause.filter(|cause| causes::find(cause).is_none()) {
            let problem = Problem::new(format!("there is no cause `{cause}`")).at(place(self.source, expect));
            let near = nearest(cause, causes::all().into_iter().map(|cause| cause.id));
            self.problem(match near {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem.hint("`provoke list causes` shows all"),
            });
        }
        Expected { state, cause: cause.cloned() }
    }

    fn cell(
        &mut self,
        row: &Spanned<Row>,
        route: &[String],
        expected: Expected,
        places: &BTreeMap<String, usize>,
        targets: &[UpstreamTarget],
    ) -> Option<Cell> {
        let primary = route.first()?;
        let (provider, model) = primary.split_once('/').unwrap_or((primary, ""));
        let mut candidates = Vec::new();
        let mut used = Vec::new();
        for name in route {
            if !self.file.targets.contains_key(name) {
                self.unknown_target(name, row);
                return None;
            }
            let Some(&target) = places.get(name) else { continue };
            candidates.push(self.candidate(name, &targets[target]));
            used.push(target);
        }
        if model.is_empty() {
            candidates.clear();
            used.clear();
        }
        let dialect = candidates.first().map(|primary| primary.dialect);
        let answered_by = self.answered_by(row, route, &expected, candidates.len());
        Some(Cell {
            provider: provider.to_owned(),
            model: model.to_owned(),
            candidates,
            targets: used,
            key_source: self.configured(provider, model).and_then(|known| known.key_source),
            expected,
            answered_by,
            fails_with: self.fails_with(row),
            attempts: row.value.attempts,
            reference: dialect.and_then(|dialect| self.reference(dialect)),
            line: u32::try_from(row.referenced.line()).unwrap_or(u32::MAX),
        })
    }

    /// The declared failure, when there is such a failure.
    fn fails_with(&mut self, row: &Spanned<Row>) -> Option<String> {
        let declared = row.value.fails_with.as_ref()?;
        let names = FAILURES.map(FailureClass::name);
        if !names.contains(&declared.value.as_str()) {
            let problem = Problem::new(format!("there is no failure `{}`", declared.value))
                .at(place(self.source, declared));
            self.problem(match nearest(&declared.value, names) {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem.hint(format!("known are: {}", names.join(", "))),
            });
        }
        Some(declared.value.clone())
    }

    fn candidate(&self, name: &str, target: &UpstreamTarget) -> Candidate {
        let known = self.configured(&target.provider, &target.model);
        let own = self.file.targets.get(name).and_then(|written| written.value.key.clone());
        Candidate {
            provider: target.provider.clone(),
            model: target.model.clone(),
            dialect: target.dialect,
            base_url: target.base_url.clone(),
            key: own.or_else(|| known.as_ref().and_then(|known| known.key.clone())),
            bearer_too: known.as_ref().is_some_and(|known| known.bearer_too),
            headers: known.map(|known| known.headers).unwrap_or_default(),
        }
    }

    fn answered_by(
        &mut self,
        row: &Spanned<Row>,
        route: &[String],
        expected: &Expected,
        candidates: usize,
    ) -> Option<usize> {
        let Some(declared) = &row.value.answered_by else {
            let healthy = expected.state == State::Healthy;
            return match (healthy, candidates) {
                (_, 0) => None,
                (true, _) => Some(0),
                (false, 1) => None,
                (false, _) => Some(1),
            };
        };
        match declared.value.as_str() {
            "nobody" => None,
            "primary" => Some(0),
            name => {
                let found = route.iter().position(|candidate| candidate == name);
                if found.is_none() {
                    let problem = Problem::new(format!("`{name}` is not asked in this row"))
                        .at(place(self.source, declared))
                        .hint(format!("asked are: {}; or write `primary` or `nobody`", route.join(", ")));
                    self.problem(problem);
                }
                found
            }
        }
    }

    fn unknown_target(&mut self, name: &str, row: &Spanned<Row>) {
        let written = row.value.fallbacks.iter().find(|fallback| fallback.value == name);
        let at = match (written, &row.value.primary) {
            (Some(fallback), _) => place(self.source, fallback),
            (None, Some(primary)) => place(self.source, primary),
            (None, None) => place(self.source, row),
        };
        let problem = Problem::new(format!("there is no target `{name}`")).at(at);
        let near = nearest(name, self.file.targets.keys().map(String::as_str));
        self.problem(match near {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => problem.hint("declare it under `targets:`"),
        });
    }
}
