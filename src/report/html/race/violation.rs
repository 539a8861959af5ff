//! Each race that can be lost: the words, the rule, the diagram, the file that replays it.

use super::super::escape::Markup;
use super::{anchor, diagram};
use crate::report::words::{counted, grouped};
use crate::verdict::race::{MessageKind, Picture, RaceRun, RaceSet, Violation};

/// Diagrams that are drawn on one page before the rest is only told in words.
const DIAGRAMS_MAX: usize = 200;
/// Lines of a file that are shown.
const LINES_MAX: usize = 200;

/// Draws every race that can be lost, and every order that was played alone.
pub(super) fn draw_all(m: &mut Markup, run: &RaceRun) {
    let shown: Vec<&RaceSet> =
        run.sets.iter().filter(|set| !set.violations.is_empty() || set.played.is_some()).collect();
    if shown.is_empty() {
        return;
    }
    m.raw("<section aria-labelledby=\"orders-title\">\n<h2 id=\"orders-title\">The orders, drawn</h2>\n");
    m.raw(
        "<p class=\"lead\">Time goes down. A number begins a step: what one of them does without anybody in ",
    );
    m.raw("between. Solid arrows ask, dashed arrows answer; a box says what changes where it stands. ");
    m.raw(
        "Requests are called r1, r2 and so on, as they appear. The red box is where the rule breaks.</p>\n",
    );
    let mut drawn = 0;
    for set in shown {
        m.tag("section", &[("class", "scenario"), ("id", &anchor(set))], |m| {
            m.tag("h3", &[], |m| {
                m.words("span", "", &set.title);
                m.words("code", "", &set.name);
            });
            m.words("p", "lead", &set.source);
            for (at, broken) in set.violations.iter().enumerate() {
                let id = format!("{}-{at}", anchor(set));
                drawn += 1;
                let story = broken.picture.story();
                let same = set.violations[..at].iter().find(|other| other.picture.story() == story);
                let same = same.map(|other| other.invariant.as_str());
                draw(m, set, broken, (&id, same), drawn <= DIAGRAMS_MAX);
            }
            if let Some(picture) = &set.played {
                m.raw("<p>Nothing breaks in this order.</p>");
                let title = format!("{}: nothing breaks in this order", set.title);
                figure(m, picture, &title, &anchor(set), true);
            }
        });
        m.raw("\n");
    }
    m.raw("</section>\n");
}

/// One violation; `same`: another one that the same order breaks, which was drawn before.
fn draw(m: &mut Markup, set: &RaceSet, broken: &Violation, (id, same): (&str, Option<&str>), draws: bool) {
    m.tag("article", &[("class", "lost")], |m| {
        m.tag("h4", &[], |m| m.words("span", "", &broken.about));
        m.tag("p", &[("class", "rule")], |m| {
            m.words("code", "", &broken.invariant);
            m.words("span", "faint", &format!(" guards {}", broken.source));
        });
        m.tag("p", &[("class", "but")], |m| {
            m.raw("<b>But:</b> ");
            m.text(&broken.message);
            m.raw(". ");
            let orders = if set.whole { "orders" } else { "orders that were tried" };
            let steps = counted(broken.picture.steps.len(), "step");
            let count = format!(
                "So it goes in {} of {} {orders}; this is the shortest, of {steps}.",
                grouped(broken.orders),
                grouped(set.orders)
            );
            m.words("span", "faint", &count);
        });
        let title = format!("{}: {}", broken.invariant, broken.message);
        match same {
            None => figure(m, &broken.picture, &title, id, draws),
            Some(other) => m.tag("details", &[("class", "records")], |m| {
                m.words("summary", "", &format!("It is the same order as for {other}"));
                figure(m, &broken.picture, &title, id, draws);
            }),
        }
        m.tag("details", &[("class", "records")], |m| {
            m.raw("<summary>As a file: <code>provoke race FILE</code> plays it again</summary>");
            m.raw("<div class=\"scroll\" tabindex=\"0\"><pre><code>");
            for line in broken.replay.lines().take(LINES_MAX) {
                m.text(line);
                m.raw("\n");
            }
            m.raw("</code></pre></div>");
        });
    });
}

/// The picture, and the same in words.
fn figure(m: &mut Markup, picture: &Picture, title: &str, id: &str, draws: bool) {
    m.tag("figure", &[], |m| {
        if !picture.start.is_empty() {
            m.tag("p", &[("class", "before")], |m| {
                m.raw("<b>Before:</b> ");
                m.text(&picture.start.join("; "));
                m.raw(".");
            });
        }
        if draws {
            m.tag("div", &[("class", "scroll"), ("tabindex", "0")], |m| diagram::draw(m, picture, title, id));
        }
        m.tag("details", &[("class", "records")], |m| {
            m.raw("<summary>The same in words</summary>");
            words(m, picture);
        });
    });
}

fn words(m: &mut Markup, picture: &Picture) {
    let name = |lane: usize| picture.lanes.get(lane).map_or("", |lane| lane.name.as_str());
    m.tag("ol", &[("class", "told")], |m| {
        for step in &picture.steps {
            m.tag("li", &[], |m| {
                m.words("b", "", name(step.lane));
                m.raw(": ");
                m.text(&step.act);
                m.tag("ul", &[], |m| {
                    for message in &step.messages {
                        let class = if message.kind == MessageKind::Broken { "verdict fail" } else { "" };
                        let way = match (message.from == message.to, message.kind) {
                            (_, MessageKind::Broken) => String::new(),
                            (true, _) => format!("{}: ", name(message.from)),
                            (false, _) => format!("{} to {}: ", name(message.from), name(message.to)),
                        };
                        m.words("li", class, &format!("{way}{}", message.words));
                    }
                });
            });
        }
    });
}
