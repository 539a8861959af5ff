//! What the rows of the matrix say, before there are columns.

use std::collections::BTreeMap;

use anstyle::Style;

use super::canvas::{BAD, FAINT, Line, PLAIN, STRONG};
use super::fold::{Folds, stands_out};
use super::state_style;
use crate::report::telling::cell;
use crate::report::words::{self, counted};
use crate::verdict::{MatrixRow, Observed, Run, State, Verdict, World};

/// Causes of one cell that are named before the rest is only counted.
const CAUSES_MAX: usize = 3;
/// How much further in the rows start that stand below a folded one.
const UNDER: usize = 2;

/// Text in pieces of one style each.
pub(super) type Words = Vec<(Style, String)>;

/// One row: a model of a provider, or all models of a folded one.
pub(super) struct Row {
    /// Columns that its name is moved in by.
    pub(super) under: usize,
    /// The name.
    pub(super) name: String,
    /// How the name is written.
    pub(super) name_style: Style,
    /// What was observed, in a word; empty for a folded provider.
    pub(super) state: Words,
    /// The same in full: all causes, or how many models were in which state.
    pub(super) full: Words,
    /// Its short form: the first cause, and how many others there are.
    pub(super) short: Words,
    /// The verdict in each world that it ran in.
    pub(super) worlds: BTreeMap<World, Verdict>,
    /// The verdict over all cases.
    pub(super) verdict: Verdict,
    /// How many cases there are, by verdict where not all passed.
    pub(super) cases: String,
}

/// The rows of a run: first the models of small providers, then the folded
/// providers, each with those of its models that somebody must look at.
pub(super) fn rows(run: &Run, matrix: &[MatrixRow], folds: &Folds) -> Vec<Row> {
    let worlds = Worlds::of(run);
    let (folded, plain): (Vec<_>, Vec<_>) = matrix.iter().partition(|row| folds.hold(&row.provider));
    let mut rows: Vec<Row> = plain.into_iter().map(|row| of_model(row, 0, &worlds)).collect();
    for models in folded.chunk_by(|a, b| a.provider == b.provider) {
        rows.push(of_provider(models, &worlds));
        let shown = models.iter().filter(|row| stands_out(row.verdict));
        rows.extend(shown.map(|row| of_model(row, UNDER, &worlds)));
    }
    rows
}

fn of_model(row: &MatrixRow, under: usize, worlds: &Worlds<'_>) -> Row {
    let (state, name_style) = match row.observed.first() {
        None => ((FAINT, "not run".to_owned()), PLAIN),
        Some(worst) => {
            let style = if worst.state == State::Healthy { PLAIN } else { STRONG };
            ((state_style(worst.state), worst.state.name().to_owned()), style)
        }
    };
    Row {
        under,
        name: cell(&row.provider, &row.model),
        name_style,
        state: vec![state],
        full: causes(row, CAUSES_MAX),
        short: causes(row, 1),
        worlds: worlds.of_models(&[row]),
        verdict: row.verdict,
        cases: cases(&row.totals),
    }
}

fn of_provider(models: &[&MatrixRow], worlds: &Worlds<'_>) -> Row {
    let provider = models.first().map_or("", |row| row.provider.as_str());
    let mut states: BTreeMap<Option<State>, usize> = BTreeMap::new();
    let mut totals: BTreeMap<Verdict, u32> = BTreeMap::new();
    for row in models {
        *states.entry(row.observed.first().map(|worst| worst.state)).or_default() += 1;
        for (verdict, count) in &row.totals {
            *totals.entry(*verdict).or_default() += count;
        }
    }
    let mut full = Words::new();
    for (state, count) in states {
        if !full.is_empty() {
            full.push((PLAIN, ", ".to_owned()));
        }
        let (style, name) = state.map_or((FAINT, "not run"), |state| (state_style(state), state.name()));
        full.push((style, format!("{count} {name}")));
    }
    Row {
        under: 0,
        name: format!("{provider}  {}", counted(models.len(), "model")),
        name_style: PLAIN,
        state: Words::new(),
        short: full.clone(),
        full,
        worlds: worlds.of_models(models),
        verdict: Verdict::overall(models.iter().map(|row| row.verdict)),
        cases: cases(&totals),
    }
}

/// The causes of a cell, the worst first, at most so many by name.
fn causes(row: &MatrixRow, limit: usize) -> Words {
    let named = |observed: &Observed| observed.cause.clone().unwrap_or_default();
    let all: Vec<String> = row.observed.iter().filter(|one| one.state != State::Healthy).map(named).collect();
    let mut text = all.iter().take(limit).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > limit {
        text.push_str(&format!(" +{}", all.len() - limit));
    }
    if text.is_empty() { Words::new() } else { vec![(BAD, text)] }
}

/// `12` where all passed, else `10 pass, 2 fail`.
fn cases(totals: &BTreeMap<Verdict, u32>) -> String {
    let passed = totals.get(&Verdict::Pass).copied().unwrap_or_default();
    if passed == totals.values().sum::<u32>() { passed.to_string() } else { words::totals(totals) }
}

/// The verdicts of each cell by world.
struct Worlds<'a>(BTreeMap<(&'a str, &'a str, World), Vec<Verdict>>);

impl<'a> Worlds<'a> {
    fn of(run: &'a Run) -> Self {
        let mut verdicts: BTreeMap<_, Vec<Verdict>> = BTreeMap::new();
        for case in &run.cases {
            let of = (case.provider.as_str(), case.model.as_str(), case.world);
            verdicts.entry(of).or_default().push(case.verdict);
        }
        Self(verdicts)
    }

    fn of_models(&self, models: &[&MatrixRow]) -> BTreeMap<World, Verdict> {
        let mut worlds: BTreeMap<World, Vec<Verdict>> = BTreeMap::new();
        for row in models {
            for world in [World::Sim, World::Wire] {
                if let Some(verdicts) = self.0.get(&(&row.provider, &row.model, world)) {
                    worlds.entry(world).or_default().extend(verdicts);
                }
            }
        }
        worlds.into_iter().map(|(world, verdicts)| (world, Verdict::overall(verdicts))).collect()
    }
}

/// The line with more text, piece by piece.
pub(super) fn put(line: Line, words: &Words) -> Line {
    words.iter().fold(line, |line, (style, text)| line.put(*style, text))
}
