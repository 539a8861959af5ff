//! Every scenario with its cells, and the list of those that did not go as declared.

use super::case;
use super::cells::{Cell, Scenario, Shown};
use super::escape::Markup;
use super::evidence::{observed, verdict};
use super::matrix::marks;
use super::{escape, legend};
use crate::report::Told;
use crate::report::telling::telling;
use crate::verdict::{Case, Verdict};

/// Cases that are listed as not as declared, before the rest is only counted.
const ODD_MAX: usize = 50;

/// Draws what did not go as declared, where there is any.
pub(super) fn draw_odd(m: &mut Markup, scenarios: &[Scenario<'_>]) {
    let cells = || scenarios.iter().flat_map(|scenario| &scenario.cells);
    let odd = |case: &&&Case| !matches!(case.verdict, Verdict::Pass | Verdict::Skip);
    let all: Vec<(&Cell<'_>, &Case)> =
        cells().flat_map(|cell| cell.cases.iter().filter(odd).map(move |case| (cell, *case))).collect();
    if all.is_empty() {
        return;
    }
    m.raw("<section aria-labelledby=\"odd-title\">\n<h2 id=\"odd-title\">Not as declared</h2>\n<ul class=\"odd\">\n");
    for (cell, case) in all.iter().take(ODD_MAX) {
        m.tag("li", &[], |m| {
            verdict(m, case.verdict);
            m.raw(" ");
            m.tag("a", &[("href", &format!("#{}", cell.anchor()))], |m| m.text(&case.id));
            let telling = telling(case);
            m.tag("p", &[], |m| {
                if let Some(check) = telling.check {
                    m.words("code", "", check);
                    m.raw(" ");
                }
                m.text(&telling.message);
            });
        });
        m.raw("\n");
    }
    if all.len() > ODD_MAX {
        let more = format!("and {} more: filter by verdict to see them", all.len() - ODD_MAX);
        m.words("li", "faint", &more);
    }
    m.raw("</ul>\n</section>\n");
}

/// Draws all scenarios.
pub(super) fn draw(m: &mut Markup, told: &Told<'_>, scenarios: &[Scenario<'_>], shown: &Shown<'_>) {
    m.raw("<section id=\"scenarios\" aria-labelledby=\"scenarios-title\">\n");
    m.raw(
        "<h2 id=\"scenarios-title\">Scenarios</h2>\n<p class=\"lead\">Each line opens: what was found and \
           the fix, every check, and what crossed the wire.</p>\n",
    );
    limits(m, told, shown);
    if shown.drawable > 0 {
        legend::draw(m);
    }
    for scenario in scenarios {
        m.tag("section", &[("class", "scenario"), ("data-group", "")], |m| {
            m.tag("h3", &[], |m| {
                m.words("code", "", scenario.id);
                let source = scenario.cells.iter().find_map(|cell| cell.cases[0].source.as_ref());
                if let Some((file, _)) = source {
                    m.raw(" ");
                    m.words("span", "faint", file);
                }
            });
            m.raw("\n");
            for cell in &scenario.cells {
                draw_cell(m, told, cell, shown);
                m.raw("\n");
            }
        });
        m.raw("\n");
    }
    m.raw("</section>\n");
}

/// What the page leaves out, so that it stays of a size that opens.
fn limits(m: &mut Markup, told: &Told<'_>, shown: &Shown<'_>) {
    let (pictures, full, all) = (shown.pictures.len(), shown.full.len(), told.run.cases.len());
    if pictures < shown.drawable {
        let all = shown.drawable;
        let text =
            format!("{pictures} of {all} cases have their picture here: those that are not as declared, ");
        m.words(
            "p",
            "note",
            &(text + "the worst of each model, then others. Select fewer scenarios to see all."),
        );
    }
    if full < all {
        let text = format!("{full} of {all} cases are told in full, chosen in the same way.");
        m.words("p", "note", &text);
    }
}

fn draw_cell(m: &mut Markup, told: &Told<'_>, cell: &Cell<'_>, shown: &Shown<'_>) {
    let anchor = cell.anchor();
    let worst = cell.observed().map_or("none", |worst| worst.state.name());
    let verdict = cell.verdict().name();
    let opens = cell.cases.iter().any(|case| shown.full.contains(case.id.as_str()));
    let attributes: escape::Attributes<'_> =
        &[("class", "cell"), ("id", &anchor), ("data-observed", worst), ("data-verdict", verdict)];
    let line = |m: &mut Markup| {
        m.words("span", "name", &cell.name());
        m.tag("span", &[("class", "seen")], |m| observed(m, cell.observed()));
        marks(m, &cell.worlds());
    };
    if opens {
        m.tag("details", attributes, |m| {
            m.tag("summary", &[], line);
            m.tag("div", &[("class", "inside")], |m| case::draw(m, told, cell, shown));
        });
    } else {
        m.tag("div", attributes, line);
    }
}
