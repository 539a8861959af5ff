//! What broke: the words, the rule, in how many orders, the diagram, and how to see it again.

use super::super::canvas::{BAD, Canvas, FAINT, GOOD, Line, PLAIN, STRONG};
use super::super::{INDENT, heading, label};
use super::diagram;
use crate::report::words::{counted, grouped};
use crate::verdict::race::{Picture, RaceRun, RaceSet, RaceStep, Violation};

/// Races that are drawn unless all are asked for; the table names the others.
const SETS_MAX: usize = 12;
/// The widest name that has other words beside it.
pub(super) const NAME_MAX: usize = 44;
/// Lines that a sentence takes at most.
const LINES_MAX: usize = 6;

/// Draws every violation; a losing order that was drawn before is not drawn again.
pub(super) fn draw(canvas: &mut Canvas, run: &RaceRun, verbose: bool) {
    let mut drawn: Vec<(Vec<RaceStep>, String)> = Vec::new();
    let mut left = if verbose { usize::MAX } else { SETS_MAX };
    let mut left_out = 0;
    for set in &run.sets {
        if let Some(picture) = &set.played {
            draw_held(canvas, set, picture);
        }
        if set.violations.is_empty() {
            continue;
        }
        if left == 0 {
            left_out += 1;
            continue;
        }
        left -= 1;
        let title = heading(BAD, "broken").put_name(STRONG, &set.name, NAME_MAX).put(PLAIN, "  ");
        canvas.paragraph(title, PLAIN, &set.title, LINES_MAX);
        canvas.paragraph(label("seen"), FAINT, &set.source, LINES_MAX);
        canvas.blank();
        for broken in &set.violations {
            draw_words(canvas, set, broken);
            let story = broken.picture.story();
            let before = drawn.iter().find(|(known, _)| *known == story && !verbose);
            match before {
                Some((_, name)) => canvas.line(label("order").put(PLAIN, format!("the same as for {name}"))),
                None => {
                    draw_start(canvas, &broken.picture);
                    diagram::draw(canvas, &broken.picture);
                    drawn.push((story, format!("{} in {}", broken.invariant, set.name)));
                }
            }
            if let Some(file) = &broken.kept {
                let again = format!("provoke race --policy {} {file}", run.policy);
                canvas.paragraph(label("again"), FAINT, &again, LINES_MAX);
            }
            canvas.blank();
        }
        if set.violations.iter().all(|broken| broken.kept.is_none()) {
            let keep = format!("provoke race --policy {} {} --counterexamples DIR", run.policy, set.name);
            canvas.paragraph(label("to a file"), FAINT, &keep, LINES_MAX);
            canvas.blank();
        }
    }
    if left_out > 0 {
        let more = counted(left_out, "more race");
        let text = format!("and {more} that can be lost; name one to see it, or --verbose for all");
        canvas.line(Line::indented(INDENT).put(FAINT, text));
        canvas.blank();
    }
}

/// One order that was asked for, and in which nothing breaks.
fn draw_held(canvas: &mut Canvas, set: &RaceSet, picture: &Picture) {
    let title = heading(GOOD, "holds").put_name(STRONG, &set.name, NAME_MAX).put(PLAIN, "  ");
    canvas.paragraph(title, PLAIN, &set.title, LINES_MAX);
    draw_start(canvas, picture);
    diagram::draw(canvas, picture);
    canvas.blank();
}

fn draw_words(canvas: &mut Canvas, set: &RaceSet, broken: &Violation) {
    let orders = if set.whole { "orders" } else { "orders that were tried" };
    let steps = counted(broken.picture.steps.len(), "step");
    let count = format!("in {} of {} {orders}; {steps}", grouped(broken.orders), grouped(set.orders));
    canvas.paragraph(
        label("invariant").put_name(BAD, &broken.invariant, NAME_MAX).put(PLAIN, "  "),
        PLAIN,
        &count,
        2,
    );
    canvas.paragraph(label(""), PLAIN, &broken.about, LINES_MAX);
    canvas.paragraph(label("guards"), FAINT, &broken.source, LINES_MAX);
    canvas.paragraph(label("but"), BAD, &broken.message, LINES_MAX);
}

fn draw_start(canvas: &mut Canvas, picture: &Picture) {
    for (at, line) in picture.start.iter().enumerate() {
        canvas.paragraph(label(if at == 0 { "before" } else { "" }), PLAIN, line, LINES_MAX);
    }
}
