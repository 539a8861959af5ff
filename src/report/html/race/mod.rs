//! Races as a page: what breaks, every set, and each losing order as a sequence diagram.

mod diagram;
mod lines;
mod violation;

use super::escape::{Attributes, Markup};
use super::evidence::verdict;
use super::page;
use crate::report::Options;
use crate::report::words::{counted, grouped, spoken};
use crate::verdict::race::{RaceRun, RaceSet};

/// The races as one page.
pub(in crate::report) fn race(run: &RaceRun, _: &Options) -> Vec<u8> {
    let title = format!("provoke race: {}, {}", run.verdict.name(), run.policy);
    page::shell(&title, "Skip to the races", "sets", |m| {
        header(m, run);
        m.raw("<main>\n");
        if run.sets.is_empty() {
            m.raw("<p class=\"lead\">Nothing was selected, so no order was tried.</p>\n");
        } else {
            sets(m, run);
            violation::draw_all(m, run);
        }
        m.raw("</main>\n");
    })
    .into_bytes()
}

/// The answer, then what was tried.
fn header(m: &mut Markup, run: &RaceRun) {
    let broken = run.sets.iter().filter(|set| !set.violations.is_empty()).count();
    m.raw("<header>\n<h1>provoke race</h1>\n<div class=\"answers\">\n<section><h2>Does any order break a rule?</h2>");
    m.tag("p", &[("class", "big")], |m| {
        let class = format!("verdict {}", run.verdict.name());
        let all = counted(run.sets.len(), "race");
        let answer = match broken {
            0 => format!("none, in {all}"),
            _ => format!("{broken} of {all} can be lost"),
        };
        m.words("span", &class, &answer);
    });
    m.raw("<p class=\"lead\">A race is a few short scripts that run at once against one gateway. Every order of ");
    m.raw("their moves was tried");
    if run.sets.iter().any(|set| !set.whole) {
        m.raw(", but where there are too many: there some were drawn by chance");
    }
    m.raw(". Where one breaks a rule of pairing, the shortest such order is drawn below.</p>");
    m.raw("</section>\n<section><h2>Whose rules of pairing?</h2>");
    m.tag("p", &[("class", "big")], |m| m.text(&run.policy));
    m.words("p", "", &run.about);
    m.raw("</section>\n</div>\n<dl class=\"facts\">");
    let (moves, made) = run.moves();
    let facts = [
        ("orders", grouped(run.orders())),
        ("moves", format!("{}, {} of them different", grouped(moves.into()), grouped(made.into()))),
        ("states", grouped(run.states().into())),
        ("seed", run.seed.to_string()),
        ("by the clock", spoken(run.wall)),
    ];
    for (name, value) in &facts {
        m.tag("div", &[], |m| {
            m.words("dt", "", name);
            m.words("dd", "", value);
        });
    }
    m.raw("</dl>\n</header>\n");
}

/// Where a race stands on the page.
fn anchor(set: &RaceSet) -> String {
    format!("race-{}", set.name)
}

/// The table of the sets.
fn sets(m: &mut Markup, run: &RaceRun) {
    m.raw("<section id=\"sets\" aria-labelledby=\"sets-title\">\n<h2 id=\"sets-title\">Races</h2>\n");
    m.raw("<table class=\"matrix races\"><caption>Races</caption><thead><tr>");
    m.raw("<th scope=\"col\">race</th><th scope=\"col\">what breaks</th><th scope=\"col\">verdict</th>");
    m.raw("<th scope=\"col\" class=\"count\">orders</th><th scope=\"col\" class=\"count\">states</th></tr></thead>\n<tbody>\n");
    for set in &run.sets {
        m.tag("tr", &[], |m| row(m, set));
        m.raw("\n");
    }
    m.raw("</tbody></table>\n</section>\n");
}

fn row(m: &mut Markup, set: &RaceSet) {
    m.tag("th", &[("scope", "row")], |m| {
        if set.violations.is_empty() && set.played.is_none() {
            m.words("code", "", &set.name);
        } else {
            let href = format!("#{}", anchor(set));
            m.tag("a", &[("href", &href)], |m| m.words("code", "", &set.name));
        }
        m.words("p", "faint", &set.title);
    });
    m.tag("td", &[], |m| match &set.skipped {
        Some(why) => m.words("span", "faint", why),
        None => {
            for (at, broken) in set.violations.iter().enumerate() {
                if at > 0 {
                    m.raw("<br>");
                }
                m.words("code", "", &broken.invariant);
            }
        }
    });
    m.tag("td", &[("class", "mark")], |m| verdict(m, set.verdict));
    let count: Attributes<'_> = &[("class", "count")];
    let more = if set.whole { "" } else { "+" };
    m.tag("td", count, |m| m.text(&format!("{}{more}", grouped(set.orders))));
    m.tag("td", count, |m| m.text(&grouped(set.states.into())));
}
