//! The page around the parts: its policy, the header, the filter.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::cells::{Scenario, scenarios, shown};
use super::escape::Markup;
use super::evidence::state;
use super::{heat_map, matrix, scenarios as parts};
use crate::report::Told;
use crate::report::words::{counted, masked, spoken, states, totals};
use crate::verdict::{Run, State, Verdict};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The whole page.
pub(super) fn page(told: &Told<'_>) -> String {
    let scenarios = scenarios(&told.run.cases);
    let shown = shown(told);
    let title = format!("provoke: {}, {}", told.run.verdict().name(), told.run.subject);
    shell(&title, "Skip to the models", "matrix", |m| {
        header(m, told.run, &scenarios);
        m.raw("<main>\n");
        if told.run.cases.is_empty() {
            m.raw("<p class=\"lead\">Nothing was selected, so nothing was judged.</p>\n");
        } else {
            filter(m, told.run);
            parts::draw_odd(m, &scenarios);
            matrix::draw(m, told.run, &scenarios);
        }
        for map in told.maps {
            heat_map::draw(m, map);
        }
        if !told.run.cases.is_empty() {
            parts::draw(m, told, &scenarios, &shown);
        }
        m.raw("</main>\n");
    })
}

/// What stands around every page: its policy, its style, its script, and a way past the header.
pub(super) fn shell(
    title: &str,
    skip: &'static str,
    past: &'static str,
    body: impl FnOnce(&mut Markup),
) -> String {
    let mut m = Markup::default();
    m.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    m.leaf("meta", &[("http-equiv", "Content-Security-Policy"), ("content", &policy())]);
    m.raw("\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    m.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
    m.words("title", "", title);
    m.raw("\n<style>");
    m.raw(STYLE);
    m.raw("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#");
    m.raw(past);
    m.raw("\">");
    m.raw(skip);
    m.raw("</a>\n");
    body(&mut m);
    m.raw("<script>");
    m.raw(SCRIPT);
    m.raw("</script>\n</body>\n</html>\n");
    m.finish()
}

/// What the page may do: show this style, run this script, and nothing else.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// Both answers, then what was run.
fn header(m: &mut Markup, run: &Run, scenarios: &[Scenario<'_>]) {
    m.raw("<header>\n<h1>provoke</h1>\n<div class=\"answers\">\n");
    m.raw("<section><h2>What was observed</h2>");
    observed(m, run);
    m.raw("</section>\n<section><h2>Is it as declared?</h2>");
    m.tag("p", &[("class", "big")], |m| {
        let verdict = run.verdict();
        m.tag("span", &[("class", &format!("verdict {}", verdict.name()))], |m| m.text(verdict.name()));
    });
    m.words("p", "", &totals(&run.totals()));
    m.raw("</section>\n</div>\n<dl class=\"facts\">");
    let worlds: BTreeSet<&str> = run.cases.iter().map(|case| case.world.name()).collect();
    let facts = [
        ("subject", run.subject.clone()),
        ("seed", run.seed.to_string()),
        ("worlds", worlds.into_iter().collect::<Vec<_>>().join(", ")),
        ("size", format!("{}, {}", counted(scenarios.len(), "scenario"), counted(run.cases.len(), "case"))),
        ("by the clock", spoken(run.wall)),
    ];
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        m.tag("div", &[], |m| {
            m.words("dt", "", name);
            m.words("dd", "", value);
        });
    }
    m.raw("</dl>\n</header>\n");
}

/// How many models are in each state, as a bar and in words.
fn observed(m: &mut Markup, run: &Run) {
    let states = states(run);
    let all: usize = states.values().sum();
    if all == 0 {
        m.raw("<p>nothing ran</p>");
        return;
    }
    m.raw("<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    let mut before = 0;
    for (state, count) in &states {
        let (x, width) = (before * 1000 / all, count * 1000 / all);
        let (x, width) = (x.to_string(), width.to_string());
        m.leaf("rect", &[("class", state.name()), ("x", &x), ("width", &width), ("height", "10")]);
        before += count;
    }
    m.raw("</svg><p class=\"tally\">");
    for (one, count) in &states {
        state(m, *one, &format!("{count} {}", one.name()));
        m.raw(" ");
    }
    let masked = masked(run);
    if masked > 0 {
        m.words("span", "masked", &format!("{masked} masked by a fallback"));
    }
    m.raw("</p>");
}

/// The filter; it is shown by the script that it needs.
fn filter(m: &mut Markup, run: &Run) {
    m.raw(
        "<div id=\"filter\" role=\"search\" hidden>\n<label>Filter <input id=\"q\" type=\"search\" \
           placeholder=\"model, cause, scenario\" autocomplete=\"off\" spellcheck=\"false\"></label>\n",
    );
    let states =
        [State::Healthy, State::Faulty, State::Unreachable].map(|state| (state.name(), state.name()));
    select(m, "observed", "Observed", states.into_iter().chain([("none", "nothing ran")]));
    let totals = run.totals();
    let verdicts = Verdict::ALL.into_iter().filter(|verdict| totals.get(verdict).is_some_and(|n| *n > 0));
    let names = verdicts.map(|verdict| (verdict.name(), verdict.name()));
    select(m, "verdict", "Verdict", [("odd", "not pass")].into_iter().chain(names));
    m.raw("<button id=\"open\" type=\"button\">Open all</button>\n<output id=\"count\"></output>\n</div>\n");
}

fn select<'a>(
    m: &mut Markup,
    id: &'static str,
    label: &'static str,
    options: impl Iterator<Item = (&'a str, &'a str)>,
) {
    m.raw("<label>");
    m.raw(label);
    m.raw(" ");
    m.tag("select", &[("id", id)], |m| {
        m.raw("<option value=\"\">all</option>");
        for (value, text) in options {
            m.tag("option", &[("value", value)], |m| m.text(text));
        }
    });
    m.raw("</label>\n");
}
