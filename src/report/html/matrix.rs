//! The matrix: provider × model, what was observed beside the verdict. Two questions, never mixed.

use std::collections::BTreeMap;

use super::cells::{Scenario, worlds};
use super::escape::Markup;
use super::evidence::{observed, state, verdict};
use crate::report::telling::cell;
use crate::report::words::{counted, totals};
use crate::verdict::{Case, MatrixRow, Run, State, Verdict, World};

/// Of a provider with more models, those that are as declared have a table of their own.
const MODELS_MAX: usize = 8;

type Key<'a> = (&'a str, &'a str);

/// What all rows need to know.
struct Context<'a> {
    cases: BTreeMap<Key<'a>, Vec<&'a Case>>,
    /// The anchor of each model's first cell.
    anchors: BTreeMap<Key<'a>, String>,
    worlds: Vec<World>,
}

/// Draws the matrix with its heading.
pub(super) fn draw(m: &mut Markup, run: &Run, scenarios: &[Scenario<'_>]) {
    let rows = run.matrix();
    let mut context = Context { cases: BTreeMap::new(), anchors: BTreeMap::new(), worlds: Vec::new() };
    for case in &run.cases {
        context.cases.entry((&case.provider, &case.model)).or_default().push(case);
    }
    for cell in scenarios.iter().flat_map(|scenario| &scenario.cells) {
        context.anchors.entry((cell.provider(), cell.model())).or_insert_with(|| cell.anchor());
    }
    context.worlds = worlds(run.cases.iter()).into_keys().collect();

    let mut providers: BTreeMap<&str, Vec<&MatrixRow>> = BTreeMap::new();
    for row in &rows {
        providers.entry(&row.provider).or_default().push(row);
    }
    let (few, many): (Vec<_>, Vec<_>) = providers.into_iter().partition(|(_, rows)| rows.len() <= MODELS_MAX);
    let odd = many.iter().flat_map(|(_, rows)| rows).filter(|row| stands_out(row));
    let first: Vec<&MatrixRow> = few.iter().flat_map(|(_, rows)| rows).chain(odd).copied().collect();
    m.raw("<section id=\"matrix\" aria-labelledby=\"matrix-title\">\n<h2 id=\"matrix-title\">Models</h2>\n");
    m.raw(
        "<p class=\"lead\"><b>Observed</b> is what the model's provider did; the ticks say whether that is \
           what the scenarios declare, world by world. A dead provider is seen as dead while the suite is \
           green.</p>\n",
    );
    if !first.is_empty() {
        table(m, &first, &context, "Models and what was observed of them");
    }
    for (provider, rows) in many {
        let rows: Vec<&MatrixRow> = rows.into_iter().filter(|row| !stands_out(row)).collect();
        fold(m, provider, &rows, &context);
    }
    m.raw("</section>\n");
}

fn stands_out(row: &MatrixRow) -> bool {
    !matches!(row.verdict, Verdict::Pass | Verdict::Skip)
}

/// A provider with many models, closed.
fn fold(m: &mut Markup, provider: &str, rows: &[&MatrixRow], context: &Context<'_>) {
    if rows.is_empty() {
        return;
    }
    let mut states: BTreeMap<State, usize> = BTreeMap::new();
    for worst in rows.iter().filter_map(|row| row.observed.first()) {
        *states.entry(worst.state).or_default() += 1;
    }
    m.tag("details", &[("class", "fold"), ("data-group", "")], |m| {
        m.tag("summary", &[], |m| {
            m.words("b", "", provider);
            m.words("span", "faint", &counted(rows.len(), "model"));
            m.tag("span", &[("class", "tally")], |m| {
                for (one, count) in states {
                    state(m, one, &format!("{count} {}", one.name()));
                    m.raw(" ");
                }
            });
            let cases = rows.iter().flat_map(|row| &context.cases[&key(row)]);
            marks(m, &worlds(cases.copied()));
        });
        table(m, rows, context, provider);
    });
    m.raw("\n");
}

fn key(row: &MatrixRow) -> Key<'_> {
    (&row.provider, &row.model)
}

/// The verdict in each world, named.
pub(super) fn marks(m: &mut Markup, worlds: &BTreeMap<World, Verdict>) {
    m.tag("span", &[("class", "marks")], |m| {
        for (world, one) in worlds {
            m.words("span", "faint", world.name());
            m.raw(" ");
            verdict(m, *one);
            m.raw(" ");
        }
    });
}

fn table(m: &mut Markup, rows: &[&MatrixRow], context: &Context<'_>, caption: &str) {
    m.tag("table", &[("class", "matrix"), ("data-group", "")], |m| {
        m.words("caption", "", caption);
        m.raw("<thead><tr><th scope=\"col\">model</th><th scope=\"col\">observed</th>");
        for world in &context.worlds {
            m.tag("th", &[("scope", "col"), ("class", "mark")], |m| m.text(world.name()));
        }
        m.raw("<th scope=\"col\" class=\"count\">cases</th></tr></thead>\n<tbody>\n");
        for row in rows {
            draw_row(m, row, context);
        }
        m.raw("</tbody>");
    });
    m.raw("\n");
}

fn draw_row(m: &mut Markup, row: &MatrixRow, context: &Context<'_>) {
    let worst = row.observed.first().map_or("none", |worst| worst.state.name());
    let attributes = [("data-observed", worst), ("data-verdict", row.verdict.name())];
    m.tag("tr", &attributes, |m| {
        m.tag("th", &[("scope", "row")], |m| {
            let target = format!("#{}", context.anchors[&key(row)]);
            m.tag("a", &[("href", &target)], |m| m.text(&cell(&row.provider, &row.model)));
        });
        m.tag("td", &[], |m| all_observed(m, row));
        let worlds = worlds(context.cases[&key(row)].iter().copied());
        for world in &context.worlds {
            m.tag("td", &[("class", "mark")], |m| match worlds.get(world) {
                Some(one) => verdict(m, *one),
                None => m.raw("<i>did not run</i>"),
            });
        }
        m.tag("td", &[("class", "count")], |m| {
            let all: u32 = row.totals.values().sum();
            let passed = row.totals.get(&Verdict::Pass).copied().unwrap_or_default();
            m.text(&if all == passed { all.to_string() } else { totals(&row.totals) });
        });
    });
    m.raw("\n");
}

/// The worst state, with the causes of all that share it; the others are told in the cells.
fn all_observed(m: &mut Markup, row: &MatrixRow) {
    observed(m, row.observed.first());
    let Some(worst) = row.observed.first() else { return };
    for other in row.observed.iter().skip(1).filter(|other| other.state == worst.state) {
        m.raw(", ");
        m.words("code", "", other.cause.as_deref().unwrap_or("no cause"));
    }
}
