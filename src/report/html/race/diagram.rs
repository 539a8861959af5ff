//! A sequence diagram: a lifeline per lane, arrows for what is said, boxes for what happens.

use super::super::escape::Markup;
use super::lines::{bold_units, units, wrap};
use crate::verdict::race::{Message, MessageKind, Picture, RaceStep};

/// Where the lanes begin: the numbers of the steps stand before them.
const LEFT: usize = 36;
/// What the lanes share, as long as none gets narrower or wider than this.
const WIDTH: usize = 920;
const LANE_MIN: usize = 176;
const LANE_MAX: usize = 300;
/// Height of a line of text, and what is free around it in a box.
const LINE: usize = 15;
const PAD: usize = 6;
/// What is free between two rows, and between two steps.
const GAP: usize = 12;
const STEP_GAP: usize = 10;
/// Half of what a label leaves free beside its lifelines.
const ASIDE: usize = 14;

/// The picture while it grows downwards.
struct Sheet<'a> {
    picture: &'a Picture,
    lane: usize,
    width: usize,
    /// What stands over everything, from the top.
    rows: Vec<Row>,
    /// The bands behind the steps: from, to.
    bands: Vec<(usize, usize)>,
    y: usize,
}

enum Row {
    /// A number in a circle at this height.
    Number(usize, usize),
    /// A box: its class, its left edge, top and width, and its lines.
    Box(&'static str, usize, usize, usize, Vec<String>),
    /// An arrow: its class, from, to, height, and the lines above it.
    Arrow(&'static str, usize, usize, usize, Vec<String>),
}

/// Draws a picture; `id` is for the names of its parts.
pub(super) fn draw(m: &mut Markup, picture: &Picture, title: &str, id: &str) {
    let lanes = picture.lanes.len().max(1);
    let lane = ((WIDTH - LEFT) / lanes).clamp(LANE_MIN, LANE_MAX);
    let width = LEFT + lanes * lane + 8;
    let mut sheet = Sheet { picture, lane, width, rows: Vec::new(), bands: Vec::new(), y: 0 };
    let heads = sheet.heads();
    for (number, step) in picture.steps.iter().enumerate() {
        sheet.step(number + 1, step);
    }
    let height = sheet.y + 4;
    let (view, title_id) = (format!("0 0 {width} {height}"), format!("{id}-title"));
    let (wide, high) = (width.to_string(), height.to_string());
    let attributes = [
        ("class", "sequence"),
        ("viewBox", view.as_str()),
        ("width", &wide),
        ("height", &high),
        ("role", "group"),
        ("aria-labelledby", &title_id),
    ];
    m.tag("svg", &attributes, |m| {
        m.tag("title", &[("id", &title_id)], |m| m.text(title));
        for (from, to) in &sheet.bands {
            let (y, height) = (from.to_string(), (to - from).to_string());
            let width = (sheet.width - 4).to_string();
            m.leaf(
                "rect",
                &[
                    ("class", "band"),
                    ("x", "2"),
                    ("y", &y),
                    ("width", &width),
                    ("height", &height),
                    ("rx", "6"),
                ],
            );
        }
        for at in 0..picture.lanes.len() {
            let path = format!("M{} {heads}V{}", sheet.x(at), sheet.y);
            m.leaf("path", &[("class", "life"), ("d", &path)]);
        }
        for row in &sheet.rows {
            put(m, row);
        }
    });
}

impl Sheet<'_> {
    /// Where a lane's line stands.
    const fn x(&self, lane: usize) -> usize {
        LEFT + lane * self.lane + self.lane / 2
    }

    /// The names of the lanes; where their lines begin.
    fn heads(&mut self) -> usize {
        let room = self.lane - 24;
        let all: Vec<(Vec<String>, Vec<String>)> =
            self.picture.lanes.iter().map(|lane| (wrap(&lane.name, room), wrap(&lane.about, room))).collect();
        let tallest = all.iter().map(|(name, about)| name.len() + about.len()).max().unwrap_or(1);
        for (at, (name, about)) in all.into_iter().enumerate() {
            let left = self.x(at) - self.lane / 2 + 6;
            let mut lines = name;
            let names = lines.len();
            lines.extend(about);
            lines.resize(tallest, String::new());
            let class = if names == 1 { "head" } else { "head tall" };
            self.rows.push(Row::Box(class, left, 2, self.lane - 12, lines));
        }
        self.y = 2 + tallest * LINE + 2 * PAD;
        let below = self.y;
        self.y += GAP;
        below
    }

    fn step(&mut self, number: usize, step: &RaceStep) {
        let top = self.y;
        self.y += STEP_GAP;
        let is_told = step.messages.first().is_some_and(|first| first.words == step.act);
        self.rows.push(Row::Number(number, self.y + 10));
        if !is_told {
            self.boxed("act", step.lane, &step.act);
        }
        for message in &step.messages {
            self.message(message);
        }
        let bottom = self.y;
        self.bands.push((top, bottom));
        self.y += 4;
    }

    fn message(&mut self, message: &Message) {
        let class = match message.kind {
            MessageKind::Ask => "ask",
            MessageKind::Answer => "answer",
            MessageKind::Refusal => "refusal",
            MessageKind::Note => "note",
            MessageKind::Broken => return self.broken(&message.words),
        };
        if message.from == message.to {
            return self.boxed(class, message.from, &message.words);
        }
        let (from, to) = (self.x(message.from), self.x(message.to));
        let lines = wrap(&message.words, from.abs_diff(to) - 2 * ASIDE);
        self.y += lines.len() * LINE + 4;
        self.rows.push(Row::Arrow(class, from, to, self.y, lines));
        self.y += GAP;
    }

    /// A box that stands on a lane.
    fn boxed(&mut self, class: &'static str, lane: usize, words: &str) {
        let (of, room): (fn(&str) -> usize, _) =
            if class == "act" { (bold_units, self.lane - 48) } else { (units, self.lane - 28) };
        // One change a line.
        let lines: Vec<String> = words.split("; ").flat_map(|change| wrap(change, room)).collect();
        let widest = lines.iter().map(|line| of(line)).max().unwrap_or_default();
        let width = (widest + 3 * PAD).min(self.lane - 8);
        let height = lines.len() * LINE + 2 * PAD;
        self.rows.push(Row::Box(class, self.x(lane) - width / 2, self.y, width, lines));
        self.y += height + GAP;
    }

    /// Where the rule breaks: over all lanes.
    fn broken(&mut self, words: &str) {
        let room = self.width - LEFT - 16;
        let lines = wrap(&format!("✕ {words}"), (room - 4 * PAD) * 3 / 4);
        let height = lines.len() * LINE + 2 * PAD;
        self.rows.push(Row::Box("broken", LEFT + 4, self.y, room, lines));
        self.y += height + GAP;
    }
}

fn put(m: &mut Markup, row: &Row) {
    match row {
        Row::Number(number, y) => {
            let (x, middle) = ((LEFT / 2).to_string(), y.to_string());
            m.leaf("circle", &[("class", "number"), ("cx", &x), ("cy", &middle), ("r", "10")]);
            text(m, "number", LEFT / 2, y + 4, &number.to_string());
        }
        Row::Box(class, left, top, width, lines) => {
            let height = lines.len() * LINE + 2 * PAD;
            let [x, y, wide, high] = [left, top, width, &height].map(ToString::to_string);
            m.leaf(
                "rect",
                &[("class", class), ("x", &x), ("y", &y), ("width", &wide), ("height", &high), ("rx", "5")],
            );
            for (at, line) in lines.iter().enumerate() {
                let class = if class.starts_with("head") && at > 0 { "about" } else { class };
                text(m, class, left + width / 2, top + PAD + at * LINE + 11, line);
            }
        }
        Row::Arrow(class, from, to, y, lines) => {
            let (tip, back) = if from < to { (to - 1, to - 9) } else { (to + 1, to + 9) };
            m.leaf("path", &[("class", class), ("d", &format!("M{from} {y}H{back}"))]);
            let head = format!("M{tip} {y}L{back} {}V{}z", y - 4, y + 4);
            m.leaf("path", &[("class", &format!("tip {class}")), ("d", &head)]);
            for (at, line) in lines.iter().enumerate() {
                let above = (lines.len() - 1 - at) * LINE;
                text(m, class, usize::midpoint(*from, *to), y - 6 - above, line);
            }
        }
    }
}

fn text(m: &mut Markup, class: &str, x: usize, y: usize, words: &str) {
    if words.is_empty() {
        return;
    }
    let (x, y) = (x.to_string(), y.to_string());
    m.tag("text", &[("class", class), ("x", &x), ("y", &y), ("text-anchor", "middle")], |m| m.text(words));
}
