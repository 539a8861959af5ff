//! Races that were played on a running gateway, beside the model: race by race, order by order.

use super::super::canvas::{BAD, Canvas, FAINT, GOOD, Line, PLAIN, STRONG, WARN};
use super::super::measure::measure;
use super::super::{INDENT, TEXT, WIDTH_MAX, WIDTH_MIN};
use crate::report::Options;
use crate::report::words::counted;
use crate::verdict::race::live::{Cleared, LiveOrder, LiveRate, LiveRun, LiveSet, LiveStep};

/// Where what is said of an order stands, unless its name is longer.
const SAID: usize = TEXT + 42;
/// The least room in which it still stands beside the name.
const BESIDE_MIN: usize = 24;
/// Where a step's words stand.
const STEP: usize = 8;
/// Where what was said in it stands.
const WORDS: usize = 17;
/// Lines that one text takes at most.
const LINES_MAX: usize = 6;

/// The races as a person sees them.
pub(in crate::report) fn race_live(run: &LiveRun, options: &Options) -> Vec<u8> {
    let mut canvas = Canvas::new(options.colour, options.width.clamp(WIDTH_MIN, WIDTH_MAX));
    let head =
        format!("{} · version {} · held against {}: {}", run.target, run.version, run.policy, run.because);
    canvas.paragraph(Line::default(), PLAIN, &head, LINES_MAX);
    run.sets.iter().for_each(|set| draw(&mut canvas, set, options.verbose));
    canvas.blank();
    draw_summary(&mut canvas, run);
    canvas.finish()
}

fn draw(canvas: &mut Canvas, set: &LiveSet, verbose: bool) {
    canvas.blank();
    canvas.paragraph(Line::default().put(STRONG, &set.name).put(PLAIN, "  "), FAINT, &set.title, LINES_MAX);
    if let Some(reason) = &set.skipped {
        canvas.paragraph(mark("skipped", WARN), PLAIN, reason, LINES_MAX);
    }
    set.orders.iter().for_each(|order| draw_order(canvas, order, verbose));
    set.rate.iter().for_each(|rate| draw_rate(canvas, rate));
}

/// A line that starts with a word of what came of it.
fn mark(word: &str, style: anstyle::Style) -> Line {
    Line::indented(INDENT).put(style, word).to(TEXT)
}

fn draw_order(canvas: &mut Canvas, order: &LiveOrder, verbose: bool) {
    let head = if order.differs.is_some() { mark("DISAGREE", BAD) } else { mark("agree", GOOD) };
    let reality: Vec<&str> = order.reality.iter().map(|(invariant, _)| invariant.as_str()).collect();
    let model: Vec<&str> = order.model.iter().map(String::as_str).collect();
    let said = if reality == model {
        format!("both: {}", breaks(&model))
    } else {
        format!("model: {} · reality: {}", breaks(&model), breaks(&reality))
    };
    let beside = SAID.max(TEXT + measure(&crate::report::text::shown(&order.words)) + 2);
    if canvas.width().saturating_sub(beside) < BESIDE_MIN {
        canvas.paragraph(head, PLAIN, &order.words, LINES_MAX);
        canvas.paragraph(Line::indented(TEXT), PLAIN, &said, LINES_MAX);
    } else {
        canvas.paragraph(head.put(PLAIN, &order.words).to(beside), PLAIN, &said, LINES_MAX);
    }
    for (place, step) in order.steps.iter().enumerate() {
        let differs = order.differs.as_ref().filter(|differs| differs.step == place + 1);
        if verbose || differs.is_some() {
            draw_step(canvas, place + 1, step, differs.map(|both| (&*both.model, &*both.reality)));
        }
    }
    for (invariant, words) in order.reality.iter().filter(|_| verbose) {
        let head = Line::indented(STEP).put(BAD, short(invariant)).put(PLAIN, "  ");
        canvas.paragraph(head, PLAIN, words, LINES_MAX);
    }
}

fn draw_step(canvas: &mut Canvas, number: usize, step: &LiveStep, differs: Option<(&str, &str)>) {
    let closed = step.closed.map(|code| format!(" ({code})")).unwrap_or_default();
    let head = Line::indented(INDENT + 2).put(FAINT, format!("{number:2}.")).to(STEP);
    canvas.paragraph(head, PLAIN, &format!("{}: {}", step.actor, step.act), LINES_MAX);
    let line = |word| Line::indented(STEP).put(FAINT, word).to(WORDS);
    match differs {
        Some((model, reality)) => {
            canvas.paragraph(line("model"), PLAIN, model, LINES_MAX);
            canvas.paragraph(line("reality"), BAD, &format!("{reality}{closed}"), LINES_MAX);
        }
        None => {
            let said = format!("{}{closed}; {}", step.reality, step.listed);
            canvas.paragraph(Line::indented(STEP), PLAIN, &said, LINES_MAX);
        }
    }
}

fn breaks(invariants: &[&str]) -> String {
    let short: Vec<&str> = invariants.iter().map(|invariant| short(invariant)).collect();
    if short.is_empty() { "nothing breaks".to_owned() } else { format!("breaks {}", short.join(", ")) }
}

fn short(invariant: &str) -> &str {
    invariant.strip_prefix("pairing.").unwrap_or(invariant)
}

fn draw_rate(canvas: &mut Canvas, rate: &LiveRate) {
    if rate.reality.is_empty() {
        let said = format!("nothing broke in {} runs", rate.runs);
        canvas.paragraph(mark("at once", GOOD), PLAIN, &said, LINES_MAX);
    }
    for (invariant, count, words) in &rate.reality {
        let said = format!("{count} of {} runs broke {}: {words}", rate.runs, short(invariant));
        canvas.paragraph(mark("at once", BAD), PLAIN, &said, LINES_MAX);
    }
    let is_seen = |invariant: &String| rate.reality.iter().any(|(seen, ..)| seen == invariant);
    let unseen: Vec<&str> =
        rate.model.iter().filter(|invariant| !is_seen(invariant)).map(|invariant| short(invariant)).collect();
    if !unseen.is_empty() {
        let said = format!("the model can break {} inside the gateway", unseen.join(", "));
        canvas.paragraph(Line::indented(TEXT), PLAIN, &said, LINES_MAX);
    }
}

fn draw_summary(canvas: &mut Canvas, run: &LiveRun) {
    let orders = || run.sets.iter().flat_map(|set| &set.orders);
    let (all, apart) = (orders().count(), run.disagreements());
    let broke = orders().filter(|order| !order.reality.is_empty()).count();
    let skipped = run.sets.iter().filter(|set| set.skipped.is_some()).count();
    let said = format!(
        "{}, {} played: {broke} broke something in reality; {} skipped",
        counted(run.sets.len() - skipped, "race"),
        counted(all, "order"),
        counted(skipped, "race")
    );
    canvas.paragraph(Line::default(), PLAIN, &said, LINES_MAX);
    let (style, said) = if apart == 0 {
        (GOOD, format!("model and reality agree in all {all}"))
    } else {
        (BAD, format!("model and reality DISAGREE in {apart} of {all}"))
    };
    canvas.paragraph(Line::default(), style, &said, LINES_MAX);
    match &run.cleared {
        Cleared::All(count) => {
            let said = format!("{} made; none of them is left", counted(*count, "scratch device"));
            canvas.paragraph(Line::default(), PLAIN, &said, LINES_MAX);
        }
        Cleared::Left(left, why) => {
            let said = format!("{why}: {}", left.join(", "));
            canvas.paragraph(Line::default().put(BAD, "left behind: "), PLAIN, &said, LINES_MAX);
        }
    }
}
