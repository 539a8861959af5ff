//! What is wrong: one block per cause and what it says, with the fix.

use std::collections::BTreeSet;

use anstyle::Style;

use super::blocks::{Block, by_model, merge};
use super::canvas::{BAD, Canvas, FAINT, GOOD, Line, PLAIN, STRONG, WARN};
use super::fold::Folds;
use super::measure::measure;
use super::{heading, hidden, label, listed};
use crate::report::telling::place;
use crate::report::text::shown;
use crate::report::words::{MASKED, counted};
use crate::verdict::{Evidence, Run, State};

/// Blocks that a report shows unless all are asked for.
const BLOCKS_MAX: usize = 8;
/// Steps of a fix in a block, unless all are asked for.
const STEPS_MAX: usize = 3;
/// Screen lines that one piece of evidence may take.
const EVIDENCE_LINES_MAX: usize = 2;
/// Screen lines that one text may take.
const LINES_MAX: usize = 4;
/// What stands before whose fault it is, on the line of the models.
const BLAME: &str = "blame ";
/// Between the models and whose fault it is.
const GAP: usize = 2;

/// Draws the blocks, what nobody declared first, without those that are folded.
pub(super) fn draw(canvas: &mut Canvas, run: &Run, folds: &Folds, verbose: bool) {
    let shown = by_model(run).into_iter().filter(|block| !is_folded(block, folds)).collect();
    let mut blocks = merge(shown);
    blocks.sort_by_key(|block| block.declared);
    let limit = if verbose { blocks.len() } else { BLOCKS_MAX };
    let left = blocks.len().saturating_sub(limit);
    blocks.truncate(limit);
    let blame = blame_column(&blocks, canvas.width(), verbose);
    for block in &blocks {
        draw_block(canvas, block, blame, verbose);
    }
    hidden(canvas, left, "more fault");
    if left > 0 {
        canvas.blank();
    }
}

/// Draws the line that counts what is folded, and so not shown.
pub(super) fn draw_folded(canvas: &mut Canvas, run: &Run, folds: &Folds) {
    let folded: Vec<_> = by_model(run).into_iter().filter(|block| is_folded(block, folds)).collect();
    if folded.is_empty() {
        return;
    }
    let providers: BTreeSet<&str> = folded.iter().map(|block| block.provider).collect();
    let (faults, providers) = (counted(folded.len(), "fault"), listed(providers, false));
    let text = format!("{faults} of {providers}, as declared; --verbose shows all");
    canvas.paragraph(label("folded"), FAINT, &text, 2);
}

/// What a folded provider does as declared is only counted.
fn is_folded(block: &Block<'_>, folds: &Folds) -> bool {
    block.declared && folds.hold(block.provider)
}

/// The column in which every block names whose fault it is, where there is room
/// for it beside the models.
fn blame_column(blocks: &[Block<'_>], width: usize, verbose: bool) -> Option<usize> {
    let heads = blocks.iter().map(|block| head(block).width() + measure(&shown(&models(block, verbose))));
    let column = heads.max()? + GAP;
    let widest = blocks.iter().map(|block| blame(Line::default().put(FAINT, BLAME), block).width()).max()?;
    (column + widest <= width).then_some(column)
}

fn draw_block(canvas: &mut Canvas, block: &Block<'_>, blame_beside: Option<usize>, verbose: bool) {
    let models = models(block, verbose);
    match blame_beside {
        Some(column) => {
            canvas.line(blame(head(block).put(STRONG, models).to(column).put(FAINT, BLAME), block));
        }
        None => canvas.paragraph(head(block), STRONG, &models, LINES_MAX),
    }
    let said = if block.cause == MASKED { WARN } else { PLAIN };
    canvas.paragraph(label(""), said, &block.message, LINES_MAX);
    if verbose {
        for (scenario, evidence) in &block.evidence {
            draw_evidence(canvas, scenario, evidence);
        }
    } else if let Some((scenario, evidence)) = block.most_telling() {
        draw_evidence(canvas, scenario, evidence);
    }
    for (by, scenarios) in &block.masks {
        let text = format!("{by} ({})", listed(scenarios.iter().copied(), verbose));
        canvas.paragraph(heading(WARN, "masked"), WARN, &text, LINES_MAX);
    }
    if block.blame.is_some() && blame_beside.is_none() {
        canvas.line(blame(label("blame"), block));
    }
    draw_fix(canvas, block, verbose);
    if verbose {
        let scenarios = listed(block.scenarios.iter().copied(), true);
        canvas.paragraph(label("shown by"), FAINT, &scenarios, LINES_MAX);
    }
    canvas.blank();
}

fn draw_evidence(canvas: &mut Canvas, scenario: &str, evidence: &Evidence) {
    let at = match place(evidence) {
        place if place.is_empty() => format!("{scenario}: "),
        place => format!("{scenario}, {place}: "),
    };
    canvas.paragraph(label("seen"), PLAIN, &format!("{at}{}", evidence.text), EVIDENCE_LINES_MAX);
}

fn draw_fix(canvas: &mut Canvas, block: &Block<'_>, verbose: bool) {
    let mut steps = block.fix.clone();
    if verbose {
        steps.extend(block.fix_mask.iter().map(String::as_str));
    } else {
        steps.truncate(STEPS_MAX);
    }
    for (n, step) in steps.iter().enumerate() {
        let head = if n == 0 { heading(GOOD, "fix") } else { label("") };
        let number = if steps.len() > 1 { format!("{}. ", n + 1) } else { String::new() };
        canvas.paragraph(head.put(FAINT, number), PLAIN, step, LINES_MAX);
    }
}

fn models(block: &Block<'_>, verbose: bool) -> String {
    listed(block.models.iter().map(String::as_str), verbose)
}

/// State and cause. A fallback that hides nothing named is said aloud.
fn head(block: &Block<'_>) -> Line {
    let (style, word): (Style, _) = match block.state {
        _ if block.cause == MASKED => (WARN, "masked"),
        State::Healthy => (WARN, "found"),
        state => (BAD, state.name()),
    };
    heading(style, word).put(style, block.cause).put(PLAIN, "  ")
}

/// The line with whose fault it is, and how sure that is.
fn blame(line: Line, block: &Block<'_>) -> Line {
    let Some(blame) = block.blame else { return line };
    let sure = block.confidence.map(|sure| format!(" ({})", sure.name())).unwrap_or_default();
    line.put(STRONG, blame.name()).put(FAINT, sure)
}
