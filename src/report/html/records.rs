//! The same as the picture, in words and as a table.

use super::axis::spoken;
use super::escape::Markup;
use crate::recording::Side;
use crate::recording::trace::{Lane, Mark, MarkKind, Trace};
use crate::report::words::counted;

/// What a lane is called.
fn name(lane: &Lane) -> String {
    match lane.side {
        Side::Caller => "caller".to_owned(),
        Side::Upstream => format!("attempt {}", lane.attempt),
        Side::Wall => format!("request {}", lane.attempt),
    }
}

/// How a lane went, in a few words: `HTTP 200 · 12 records · 3 pings · closed in order`.
pub(super) fn brief(lane: &Lane) -> String {
    let head = lane.head.as_ref().map(|head| format!("HTTP {}", head.what));
    let alive = lane.marks.iter().filter(|mark| mark.kind.keeps_alive()).count();
    let records = lane.marks.len() - alive + lane.marks_left_out;
    let what = if lane.count(MarkKind::Piece) > 0 { "piece" } else { "record" };
    let records = (lane.head.is_some()).then(|| counted(records, what));
    let bytes = (lane.bytes > 0).then(|| counted(usize::try_from(lane.bytes).unwrap_or(usize::MAX), "byte"));
    let alive = (alive > 0).then(|| counted(alive, "keep-alive"));
    let end = lane.end.as_ref().map(|end| end.what.words());
    [head, records, bytes, alive, end].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The picture in sentences.
pub(super) fn caption(m: &mut Markup, trace: &Trace) {
    for lane in &trace.lanes {
        m.tag("p", &[], |m| {
            let who = match lane.side {
                Side::Caller => "The caller".to_owned(),
                Side::Upstream => format!("Attempt {}", lane.attempt),
                Side::Wall => format!("Request {}", lane.attempt),
            };
            m.words("b", "", &who);
            if lane.side != Side::Caller {
                m.text(&format!(" asked {}", lane.target));
            }
            m.text(&sentence(lane));
        });
    }
    if trace.lanes_left_out > 0 {
        m.words("p", "", &format!("{} are not drawn.", counted(trace.lanes_left_out, "more attempt")));
    }
    if let Some(commit) = trace.commit {
        m.words("p", "", &format!("The subject committed to an answer at {}.", spoken(commit)));
    }
}

fn sentence(lane: &Lane) -> String {
    let mut parts = vec![format!(" at {}", spoken(lane.started))];
    parts.push(match &lane.head {
        Some(head) => format!("HTTP {} at {}", head.what, spoken(head.at)),
        None => "no head of an answer".to_owned(),
    });
    let progress = || lane.marks.iter().filter(|mark| !mark.kind.keeps_alive());
    if let (Some(first), Some(last)) = (progress().next(), progress().next_back()) {
        let count = progress().count() + lane.marks_left_out;
        let what = if first.kind == MarkKind::Piece { "piece" } else { "record" };
        parts.push(format!("{} from {} to {}", counted(count, what), spoken(first.at), spoken(last.at)));
    }
    let alive = lane.marks.len() - progress().count();
    if alive > 0 {
        parts.push(counted(alive, "keep-alive"));
    }
    for quiet in &lane.quiet {
        parts.push(format!("no progress from {} to {}", spoken(quiet.from), spoken(quiet.to)));
    }
    parts.push(match &lane.end {
        Some(end) => format!("ended at {}: {}", spoken(end.at), end.what.words()),
        None => "no end was seen".to_owned(),
    });
    parts.join(", ") + "."
}

/// Everything that is drawn, row by row.
pub(super) fn table(m: &mut Markup, trace: &Trace) {
    m.tag("details", &[("class", "records")], |m| {
        m.raw("<summary>The same as a table</summary>");
        m.tag("div", &[("class", "scroll"), ("tabindex", "0")], |m| {
            m.raw("<table><thead><tr><th scope=\"col\">lane</th><th scope=\"col\">at</th>");
            m.raw("<th scope=\"col\">what</th><th scope=\"col\">byte</th><th scope=\"col\">bytes</th>");
            m.raw("<th scope=\"col\">begins with</th></tr></thead><tbody>\n");
            for lane in &trace.lanes {
                rows(m, lane);
            }
            m.raw("</tbody></table>");
        });
    });
}

fn rows(m: &mut Markup, lane: &Lane) {
    let name = name(lane);
    row(m, [&name, &spoken(lane.started), "request sent"], None);
    if let Some(head) = &lane.head {
        row(m, [&name, &spoken(head.at), &format!("HTTP {}", head.what)], None);
    }
    for mark in &lane.marks {
        row(m, [&name, &spoken(mark.at), mark.kind.name()], Some(mark));
    }
    if lane.marks_left_out > 0 {
        let text = format!("{} in between not shown", lane.marks_left_out);
        row(m, [&name, "", &text], None);
    }
    if let Some(end) = &lane.end {
        row(m, [&name, &spoken(end.at), &end.what.words()], None);
    }
}

fn row(m: &mut Markup, [lane, at, what]: [&str; 3], mark: Option<&Mark>) {
    m.tag("tr", &[], |m| {
        for text in [lane, at, what] {
            m.words("td", "", text);
        }
        match mark {
            None => m.raw("<td></td><td></td><td></td>"),
            Some(mark) => {
                m.words("td", "", &mark.offset.to_string());
                m.words("td", "", &mark.bytes.to_string());
                m.tag("td", &[], |m| m.words("code", "", &mark.text));
            }
        }
    });
    m.raw("\n");
}
