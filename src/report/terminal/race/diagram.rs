//! A sequence diagram of text: a column per lane, an arrow per message, the words beside it.

use anstyle::Style;

use super::super::INDENT;
use super::super::canvas::{BAD, Canvas, FAINT, GOOD, Line, PLAIN, STRONG, WARN};
use super::super::measure::{measure, wrap};
use crate::verdict::race::{Message, MessageKind, Picture};

/// Where the lanes begin: the numbers of the steps stand before them.
const LANES: usize = INDENT + 4;
/// The narrowest and the widest column of a lane.
const LANE_MIN: usize = 5;
const LANE_MAX: usize = 16;
/// The narrowest column of words.
const WORDS_MIN: usize = 34;
/// Lines that the words of one message take at most.
const LINES_MAX: usize = 8;

/// Where the lanes stand on the screen.
struct Grid {
    lanes: usize,
    /// Columns of one lane.
    lane: usize,
    /// Where the words begin.
    words: usize,
    /// Columns of the words.
    width: usize,
}

impl Grid {
    fn of(picture: &Picture, width: usize) -> Self {
        let lanes = picture.lanes.len().max(1);
        let name = picture.lanes.iter().map(|lane| measure(&lane.name) + 2).max().unwrap_or(LANE_MIN);
        let room = width.saturating_sub(LANES + WORDS_MIN + 2) / lanes;
        let lane = name.clamp(LANE_MIN, LANE_MAX).min(room.max(LANE_MIN));
        let words = LANES + lanes * lane + 2;
        Self { lanes, lane, words, width: width.saturating_sub(words) }
    }

    /// The column of a lane's line.
    const fn line(&self, lane: usize) -> usize {
        LANES + lane * self.lane + self.lane / 2
    }
}

/// Draws a picture.
pub(super) fn draw(canvas: &mut Canvas, picture: &Picture) {
    let grid = Grid::of(picture, canvas.width());
    canvas.blank();
    let mut names = Line::default();
    for (at, lane) in picture.lanes.iter().enumerate() {
        let width = measure(&lane.name).min(grid.lane - 1);
        names = names.to(grid.line(at).saturating_sub(width / 2)).put_name(STRONG, &lane.name, grid.lane - 1);
    }
    canvas.line(names);
    canvas.line(lifelines(&grid, Line::default(), None));
    for (number, step) in picture.steps.iter().enumerate() {
        let number = Some(number + 1);
        let is_told = step.messages.first().is_some_and(|first| first.words == step.act);
        if !is_told {
            let mark = (step.lane, '●', STRONG);
            let line = lifelines(&grid, numbered(number), Some(mark));
            put_words(canvas, &grid, line, STRONG, &step.act);
        }
        for (at, message) in step.messages.iter().enumerate() {
            let number = number.filter(|_| is_told && at == 0);
            let style = if number.is_some() { STRONG } else { style(message.kind) };
            let line = arrow(&grid, numbered(number), message);
            put_words(canvas, &grid, line, style, &message.words);
        }
    }
}

fn numbered(number: Option<usize>) -> Line {
    number.map_or_else(Line::default, |number| Line::indented(INDENT).put(FAINT, format!("{number:>2}")))
}

const fn style(kind: MessageKind) -> Style {
    match kind {
        MessageKind::Ask => PLAIN,
        MessageKind::Answer => GOOD,
        MessageKind::Refusal => WARN,
        MessageKind::Note => FAINT,
        MessageKind::Broken => BAD.bold(),
    }
}

/// The words beside a line, and the lifelines beside the words that are left.
fn put_words(canvas: &mut Canvas, grid: &Grid, line: Line, style: Style, words: &str) {
    let mut wrapped = wrap(words, grid.width, LINES_MAX).into_iter();
    canvas.line(line.to(grid.words).put(style, wrapped.next().unwrap_or_default()));
    for more in wrapped {
        canvas.line(lifelines(grid, Line::default(), None).to(grid.words).put(style, more));
    }
}

/// The line of every lane, with a mark on one of them.
fn lifelines(grid: &Grid, head: Line, mark: Option<(usize, char, Style)>) -> Line {
    let mut line = head;
    for lane in 0..grid.lanes {
        line = line.to(grid.line(lane));
        line = match mark {
            Some((at, mark, style)) if at == lane => line.put(style, mark.to_string()),
            _ => line.put(FAINT, "│"),
        };
    }
    line
}

/// A message between two lanes; at one lane, a mark on it.
fn arrow(grid: &Grid, head: Line, message: &Message) -> Line {
    let style = style(message.kind);
    if message.from == message.to {
        let mark = if message.kind == MessageKind::Broken { '✕' } else { '◆' };
        let style = if message.kind == MessageKind::Note { PLAIN } else { style };
        return lifelines(grid, head, Some((message.from, mark, style)));
    }
    let (left, right) = (message.from.min(message.to), message.from.max(message.to));
    let goes_right = message.from < message.to;
    let dash = match message.kind {
        MessageKind::Ask => '─',
        _ => '╌',
    };
    let mut line = head;
    for lane in 0..left {
        line = line.to(grid.line(lane)).put(FAINT, "│");
    }
    let mut shaft = String::new();
    for column in grid.line(left)..=grid.line(right) {
        let lane = (left..=right).find(|lane| grid.line(*lane) == column);
        shaft.push(match lane {
            Some(lane) if lane == left => {
                if goes_right {
                    '├'
                } else {
                    '│'
                }
            }
            Some(lane) if lane == right => {
                if goes_right {
                    '│'
                } else {
                    '┤'
                }
            }
            Some(_) => '┼',
            None if goes_right && column + 1 == grid.line(right) => '►',
            None if !goes_right && column == grid.line(left) + 1 => '◄',
            None => dash,
        });
    }
    line = line.to(grid.line(left)).put(style, shaft);
    for lane in right + 1..grid.lanes {
        line = line.to(grid.line(lane)).put(FAINT, "│");
    }
    line
}
