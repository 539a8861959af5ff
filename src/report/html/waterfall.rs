//! What crossed the wire, drawn along time: a lane per attempt, the caller's lane below.

use super::axis::{Axis, spoken, units};
use super::escape::Markup;
use super::records;
use crate::recording::trace::{Ending, Lane, Mark, MarkKind, Quiet, Trace};
use crate::recording::{Side, Timed};

/// The width of the picture and what stays free at both sides, in its own units.
const WIDTH: u64 = 720;
const MARGIN: u64 = 12;
/// Height of the axis, and of one lane.
const AXIS: usize = 22;
const LANE: usize = 52;
/// Where the lane's line runs, from its top.
const LINE: usize = 36;
/// Characters of a target that a lane's label shows.
const TARGET_MAX: usize = 48;

/// Draws a trace with its caption and its table; all but the first picture of a cell is closed.
pub(super) fn draw(m: &mut Markup, trace: &Trace, title: &'static str, prefix: &str, open: bool) {
    let figure = |m: &mut Markup| {
        m.tag("figure", &[], |m| {
            if open {
                m.words("h5", "", title);
            }
            m.tag("div", &[("class", "scroll"), ("tabindex", "0")], |m| svg(m, trace, title, prefix));
            m.tag("figcaption", &[], |m| records::caption(m, trace));
            records::table(m, trace);
        });
    };
    if open {
        figure(m);
    } else {
        m.tag("details", &[("class", "other")], |m| {
            m.words("summary", "", title);
            figure(m);
        });
    }
}

fn svg(m: &mut Markup, trace: &Trace, title: &'static str, prefix: &str) {
    let height = AXIS + LANE * trace.lanes.len() + 4;
    let id = format!("{prefix}t");
    let view = format!("0 0 {WIDTH} {height}");
    let attributes =
        [("class", "waterfall"), ("viewBox", view.as_str()), ("role", "img"), ("aria-labelledby", &id)];
    m.tag("svg", &attributes, |m| {
        m.tag("title", &[("id", &id)], |m| m.text(title));
        let axis = Axis::new(trace.end(), MARGIN, WIDTH - 2 * MARGIN);
        draw_axis(m, &axis, height);
        if let Some(commit) = trace.commit {
            let path = format!("M{} {AXIS}V{height}", axis.x(commit));
            titled(m, "commit", &path, &format!("committed at {}", spoken(commit)));
        }
        for (place, lane) in trace.lanes.iter().enumerate() {
            draw_lane(m, &axis, lane, AXIS + place * LANE);
        }
    });
}

fn draw_axis(m: &mut Markup, axis: &Axis, height: usize) {
    for step in axis.steps() {
        let tenths = axis.tenths(step);
        let x = units(tenths);
        m.leaf("path", &[("class", "grid"), ("d", &format!("M{x} {}V{height}", AXIS - 6))]);
        let anchor = match tenths {
            ..300 => "start",
            _ if tenths > WIDTH * 10 - 300 => "end",
            _ => "middle",
        };
        let x = match anchor {
            "start" => "2".to_owned(),
            "end" => (WIDTH - 2).to_string(),
            _ => x,
        };
        m.tag("text", &[("x", &x), ("y", "11"), ("text-anchor", anchor)], |m| m.text(&spoken(step)));
    }
}

fn draw_lane(m: &mut Markup, axis: &Axis, lane: &Lane, top: usize) {
    let y = top + LINE;
    labels(m, lane, top + 14);
    for quiet in &lane.quiet {
        draw_quiet(m, axis, quiet, y);
    }
    let (start, last) = (axis.x(lane.started), axis.x(lane.last()));
    let head = lane.head.as_ref().map_or_else(|| last.clone(), |head| axis.x(head.at));
    m.leaf("path", &[("class", "waits"), ("d", &format!("M{start} {y}H{head}"))]);
    m.leaf("path", &[("class", "flows"), ("d", &format!("M{head} {y}H{last}"))]);
    let sent = format!("M{start} {}l6 5l-6 5z", y - 5);
    titled(m, "sent", &sent, &format!("request sent at {}", spoken(lane.started)));
    if let Some(head) = &lane.head {
        let path = format!("M{} {}l4 5l-4 5l-4 -5z", axis.x(head.at), y - 5);
        titled(m, "head", &path, &format!("HTTP {} at {}", head.what, spoken(head.at)));
    }
    for mark in &lane.marks {
        draw_mark(m, axis, mark, y);
    }
    if let Some(end) = &lane.end {
        draw_end(m, axis, end, y);
    }
}

/// Who was asked on the left, how it went on the right.
fn labels(m: &mut Markup, lane: &Lane, y: usize) {
    let target: String = lane.target.chars().take(TARGET_MAX).collect();
    let cut = if target.len() < lane.target.len() { "…" } else { "" };
    let name = match lane.side {
        Side::Caller => "caller".to_owned(),
        Side::Upstream | Side::Wall => format!("{}. {target}{cut}", lane.attempt),
    };
    let y = y.to_string();
    m.tag("text", &[("class", "who"), ("x", "2"), ("y", &y)], |m| m.text(&name));
    let x = (WIDTH - 2).to_string();
    m.tag("text", &[("x", &x), ("y", &y), ("text-anchor", "end")], |m| m.text(&records::brief(lane)));
}

fn draw_quiet(m: &mut Markup, axis: &Axis, quiet: &Quiet, y: usize) {
    let (from, to) = (axis.tenths(quiet.from), axis.tenths(quiet.to));
    let class = if quiet.timed_out { "quiet stall" } else { "quiet" };
    let path = format!("M{} {}H{}V{}H{}z", units(from), y - 9, units(to), y + 9, units(from));
    titled(m, class, &path, &format!("no progress from {} to {}", spoken(quiet.from), spoken(quiet.to)));
}

fn draw_mark(m: &mut Markup, axis: &Axis, mark: &Mark, y: usize) {
    let x = axis.x(mark.at);
    let (class, path) = match mark.kind {
        MarkKind::Content | MarkKind::Piece => ("content", format!("M{x} {}v16", y - 8)),
        MarkKind::Record => ("record", format!("M{x} {}v10", y - 5)),
        MarkKind::Error => ("error", format!("M{x} {}v20", y - 10)),
        MarkKind::Terminal => ("terminal", format!("M{x} {}v20m-3 0h6", y - 10)),
        MarkKind::Unfinished => ("unfinished", format!("M{x} {}v5m0 4v5", y - 7)),
        MarkKind::Ping | MarkKind::Comment => {
            ("alive", format!("M{x} {}m-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0z", y + 11))
        }
        MarkKind::Dropped => ("dropped", format!("M{x} {}v16m3 -16v16", y - 8)),
    };
    let (name, at) = (mark.kind.name(), spoken(mark.at));
    titled(m, class, &path, &format!("{name} at {at}: byte {}, {} bytes", mark.offset, mark.bytes));
}

fn draw_end(m: &mut Markup, axis: &Axis, end: &Timed<Ending>, y: usize) {
    let x = axis.x(end.at);
    let (class, path) = match end.what {
        Ending::Whole => ("end", format!("M{x} {}m-3.5 0h7v7h-7z", y - 3)),
        Ending::Cancelled => ("end left", format!("M{x} {}m-3.5 0h7v7h-7z", y - 3)),
        Ending::Cut => ("end cut", format!("M{x} {}m-2 0l-4 16m8 -16l-4 16", y - 8)),
        Ending::TimedOut(_) => ("end late", format!("M{x} {}m-5 0h10l-10 16h10z", y - 8)),
        Ending::Refused | Ending::TlsFailed | Ending::Reset | Ending::GoAway | Ending::Malformed => {
            ("end broken", format!("M{x} {}m-5 0l10 10m0 -10l-10 10", y - 5))
        }
    };
    titled(m, class, &path, &format!("{} at {}", end.what.words(), spoken(end.at)));
}

/// A shape that says what it is.
fn titled(m: &mut Markup, class: &str, path: &str, title: &str) {
    m.tag("path", &[("class", class), ("d", path)], |m| m.words("title", "", title));
}
