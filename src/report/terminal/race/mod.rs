//! Races on a screen: a table of the sets, every violation with its sequence diagram, and the sum.

mod diagram;
mod live;
mod sets;
mod violation;

use super::canvas::{Canvas, FAINT, PLAIN, WARN};
use super::{WIDTH_MAX, WIDTH_MIN, label, verdict_style};
use crate::report::Options;
use crate::report::words::{counted, grouped, spoken};
use crate::verdict::race::RaceRun;

pub(in crate::report) use live::race_live;

/// What stands in the diagrams.
const LEGEND: &str = "time goes down; a number begins a step; ● does, … goes on, ► asks, ◄ is answered, ◆ what is \
                      kept changes, ✕ the rule breaks; r1, r2: requests, as they appear";

/// The races as a person sees them.
pub(in crate::report) fn race(run: &RaceRun, options: &Options) -> Vec<u8> {
    let mut canvas = Canvas::new(options.colour, options.width.clamp(WIDTH_MIN, WIDTH_MAX));
    sets::draw(&mut canvas, run);
    canvas.blank();
    violation::draw(&mut canvas, run, options.verbose);
    if run.sets.iter().any(|set| set.played.is_some() || !set.violations.is_empty()) {
        canvas.paragraph(label("signs"), FAINT, LEGEND, 4);
        canvas.blank();
    }
    draw_summary(&mut canvas, run);
    canvas.finish()
}

fn draw_summary(canvas: &mut Canvas, run: &RaceRun) {
    canvas.paragraph(
        label("policy").put_name(PLAIN, &run.policy, violation::NAME_MAX).put(PLAIN, "  "),
        PLAIN,
        &run.about,
        2,
    );
    let broken = run.sets.iter().filter(|set| !set.violations.is_empty()).count();
    let all = counted(run.sets.len(), "set");
    let sets = if broken == 0 { all } else { format!("{broken} of {all} broken") };
    let ((moves, made), micros) = (run.moves(), run.exploring.as_micros().max(1));
    let pace = u128::from(moves) * 1_000_000 / micros;
    let orders = if run.orders() == 1 { "order" } else { "orders" };
    let text = format!(
        "{sets}: {} {orders}, {} moves ({} of them different), {} states; seed {}; {}, {} moves/s",
        grouped(run.orders()),
        grouped(moves.into()),
        grouped(made.into()),
        grouped(run.states().into()),
        run.seed,
        spoken(run.wall),
        grouped(pace)
    );
    let drawn = run.sets.iter().filter(|set| !set.whole).count();
    if drawn > 0 {
        let said = format!(
            "not all orders of {} were tried: they are too many, and some were drawn by chance",
            counted(drawn, "set")
        );
        canvas.paragraph(label("sampled"), WARN, &said, 3);
    }
    let head = label("verdict").put(verdict_style(run.verdict).bold(), run.verdict.name()).put(PLAIN, "  ");
    canvas.paragraph(head, PLAIN, &text, 3);
}
