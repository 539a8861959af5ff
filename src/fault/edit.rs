//! The tools of fault authors: find a place in a timeline, cut, splice, rewrite records.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use crate::problem::Problem;
use crate::recording::Head;
use crate::recording::timeline::{Act, Framing, Piece, Timeline};

/// The most times that a fault repeats a sign of life before it falls silent.
pub(super) const MAX_BEATS: u64 = 300;

/// A body act.
pub(super) fn body(bytes: impl Into<Bytes>, piece: Piece) -> Act {
    Act::Body { bytes: bytes.into(), piece }
}

/// Whether the timeline answers with a stream of records.
pub(super) fn is_stream(timeline: &Timeline) -> bool {
    bodies(timeline).any(|(_, piece)| piece != Piece::Whole)
}

/// Refuses a timeline that does not stream.
pub(super) fn need_stream(timeline: &Timeline) -> Result<(), Problem> {
    if is_stream(timeline) { Ok(()) } else { Err(missing("a stream of records")) }
}

/// Refuses a timeline that sends no head.
pub(super) fn need_head(timeline: &Timeline) -> Result<(), Problem> {
    let has = timeline.acts.iter().any(|act| matches!(act, Act::Head { .. }));
    if has { Ok(()) } else { Err(missing("a head")) }
}

/// The problem of a fault that finds nothing to spoil. A fault that cannot bite must say so:
/// to pass health off as the fault would prove the wrong thing.
pub(super) fn missing(what: &str) -> Problem {
    Problem::new(format!("the answer has not {what} that the fault could spoil"))
        .hint("give the fault an answer that has it")
}

/// The pieces of the body, in order.
pub(super) fn bodies(timeline: &Timeline) -> impl DoubleEndedIterator<Item = (&Bytes, Piece)> {
    timeline.acts.iter().filter_map(|act| match act {
        Act::Body { bytes, piece } => Some((bytes, *piece)),
        _ => None,
    })
}

/// The length of the body in bytes.
pub(super) fn body_len(timeline: &Timeline) -> u64 {
    bodies(timeline).map(|(bytes, _)| bytes.len() as u64).sum()
}

/// Cuts behind the `after`th record with content (before the body for 0); a whole body is cut in
/// half unless `after` is 0. Gives what comes before and the acts behind.
///
/// # Errors
/// A problem when there is no body.
pub(super) fn cut(mut timeline: Timeline, after: u64) -> Result<(Timeline, Vec<Act>), Problem> {
    let start = timeline.body_start().ok_or_else(|| missing("a body"))?;
    if after > 0 && !is_stream(&timeline) {
        let half = body_at(&timeline, start).map_or(0, |bytes| bytes.len() / 2);
        split(&mut timeline, start, half);
        let rest = timeline.acts.split_off(start + 1);
        return Ok((timeline, rest));
    }
    let wanted = usize::try_from(after).unwrap_or(usize::MAX);
    let last = timeline.pieces(Piece::Content).take(wanted).last();
    let rest = timeline.acts.split_off(last.map_or(start, |place| place + 1));
    Ok((timeline, rest))
}

/// The bytes of the body act at `place`.
fn body_at(timeline: &Timeline, place: usize) -> Option<&Bytes> {
    match timeline.acts.get(place) {
        Some(Act::Body { bytes, .. }) => Some(bytes),
        _ => None,
    }
}

/// Splits the piece at `place` into two, the first with `at` bytes.
pub(super) fn split(timeline: &mut Timeline, place: usize, at: usize) {
    if let Some(Act::Body { bytes, piece }) = timeline.acts.get_mut(place) {
        let back = bytes.split_off(at.min(bytes.len()));
        let second = Act::Body { bytes: back, piece: *piece };
        timeline.acts.insert(place + 1, second);
    }
}

/// The first character of several bytes in the content: the place of its act, and the byte inside
/// it behind the character's first byte.
pub(super) fn wide_char(timeline: &Timeline) -> Option<(usize, usize)> {
    timeline.acts.iter().enumerate().find_map(|(place, act)| {
        let Act::Body { bytes, piece: Piece::Content | Piece::Whole } = act else { return None };
        bytes.iter().position(|byte| *byte >= 0xc2).map(|at| (place, at + 1))
    })
}

/// The same bytes with other line ends in place of LF or CR LF.
pub(super) fn with_line_ends(bytes: &[u8], end: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 16);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(text) => {
                out.extend_from_slice(text.strip_suffix(b"\r").unwrap_or(text));
                out.extend_from_slice(end);
            }
            None => out.extend_from_slice(line),
        }
    }
    Bytes::from(out)
}

/// Makes the head promise the length that the body has now, whatever is cut from it later.
pub(super) fn promise(timeline: &mut Timeline) {
    let length = body_len(timeline);
    for act in &mut timeline.acts {
        if let Act::Head { framing: framing @ Framing::Length, .. } = act {
            *framing = Framing::FixedLength(length);
        }
    }
}

/// Sets how the end of the body is told.
pub(super) fn frame(timeline: &mut Timeline, wanted: Framing) {
    for act in &mut timeline.acts {
        if let Act::Head { framing, .. } = act {
            *framing = wanted;
        }
    }
}

/// The timeline's head, for changing.
pub(super) fn head_mut(timeline: &mut Timeline) -> Option<&mut Head> {
    timeline.acts.iter_mut().find_map(|act| match act {
        Act::Head { head, .. } => Some(head),
        _ => None,
    })
}

/// Sets a header.
pub(super) fn set_header(timeline: &mut Timeline, name: &str, value: &str) {
    if let Some(head) = head_mut(timeline) {
        head.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        head.headers.push((name.to_owned(), value.to_owned()));
    }
}

/// Ends the body and closes in good order.
pub(super) fn end_in_order(mut timeline: Timeline) -> Timeline {
    timeline.acts.extend([Act::EndBody, Act::Close]);
    timeline
}

/// Removes the acts that end the body or the connection.
pub(super) fn without_end(mut timeline: Timeline) -> Timeline {
    timeline.acts.retain(|act| !matches!(act, Act::EndBody | Act::Close | Act::Reset | Act::Hold));
    timeline
}

/// Keeps the head and replaces everything behind it with `acts`.
pub(super) fn only_head(mut timeline: Timeline, acts: impl IntoIterator<Item = Act>) -> Timeline {
    timeline.acts.retain(|act| matches!(act, Act::Head { .. }));
    timeline.acts.extend(acts);
    timeline
}

/// Rewrites every piece of the body by itself.
pub(super) fn each_body(
    mut timeline: Timeline,
    mut rewrite: impl FnMut(&Bytes, Piece) -> Vec<Act>,
) -> Timeline {
    let acts = timeline.acts.into_iter().flat_map(|act| match act {
        Act::Body { bytes, piece } => rewrite(&bytes, piece),
        other => vec![other],
    });
    timeline.acts = acts.collect();
    timeline
}

/// Puts a line in front of every record.
pub(super) fn with_line(timeline: Timeline, line: &[u8]) -> Timeline {
    each_body(timeline, |bytes, piece| vec![body([line, bytes].concat(), piece)])
}

/// Lets `change` edit the JSON of every record or whole body; it says whether it did.
/// Gives the number of changes.
pub(super) fn each_json(timeline: &mut Timeline, mut change: impl FnMut(Piece, &mut Value) -> bool) -> usize {
    let mut changes = 0;
    for act in &mut timeline.acts {
        let Act::Body { bytes, piece } = act else { continue };
        let Some((range, mut value)) = json_of(bytes, *piece) else { continue };
        if change(*piece, &mut value) {
            *bytes = with_data(bytes, &range, value.to_string().as_bytes());
            changes += 1;
        }
    }
    changes
}

/// Sets how many prompt tokens the answer counts, wherever it tells; gives the number of changes.
pub(super) fn set_prompt_tokens(timeline: &mut Timeline, tokens: u64) -> usize {
    const PLACES: [&str; 3] = ["/usage/prompt_tokens", "/usage/input_tokens", "/message/usage/input_tokens"];
    each_json(timeline, |_, value| {
        let mut changed = false;
        for place in PLACES {
            if let Some(count) = value.pointer_mut(place).filter(|count| count.is_number()) {
                *count = tokens.into();
                changed = true;
            }
        }
        changed
    })
}

/// Lets `change` edit the JSON of the body act at `place`.
pub(super) fn each_json_at(timeline: &mut Timeline, place: usize, change: impl FnOnce(&mut Value)) {
    let Some(Act::Body { bytes, piece }) = timeline.acts.get_mut(place) else { return };
    if let Some((range, mut value)) = json_of(bytes, *piece) {
        change(&mut value);
        *bytes = with_data(bytes, &range, value.to_string().as_bytes());
    }
}

/// The JSON of a record or whole body, and where its bytes stand.
pub(super) fn json_of(bytes: &Bytes, piece: Piece) -> Option<(Range<usize>, Value)> {
    let range = if piece == Piece::Whole { 0..bytes.len() } else { data_range(bytes)? };
    let value = serde_json::from_slice(&bytes[range.clone()]).ok()?;
    Some((range, value))
}

/// Where the value of the first `data:` line stands.
pub(super) fn data_range(bytes: &[u8]) -> Option<Range<usize>> {
    let mut start = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if let Some(value) = line.strip_prefix(b"data:") {
            let value = value.strip_prefix(b" ").unwrap_or(value);
            let from = start + line.len() - value.len();
            return Some(from..from + value.trim_ascii_end().len());
        }
        start += line.len();
    }
    None
}

/// The bytes with another value in `range`.
pub(super) fn with_data(bytes: &Bytes, range: &Range<usize>, data: &[u8]) -> Bytes {
    Bytes::from([&bytes[..range.start], data, &bytes[range.end..]].concat())
}

/// `beat`, every `every`, for as long as `span` says; without a span [`MAX_BEATS`] times.
pub(super) fn beats(beat: &Act, every: Duration, span: Option<Duration>) -> Vec<Act> {
    let every = every.max(Duration::from_millis(1));
    let wanted = span.map_or(MAX_BEATS, |span| {
        u64::try_from(span.as_nanos() / every.as_nanos()).unwrap_or(MAX_BEATS).min(MAX_BEATS)
    });
    let mut acts: Vec<Act> = (0..wanted).flat_map(|_| [Act::Wait(every), beat.clone()]).collect();
    let spent = every * u32::try_from(wanted).unwrap_or(u32::MAX);
    if let Some(left) = span.and_then(|span| span.checked_sub(spent)) {
        acts.push(Act::Wait(left));
    }
    acts
}

/// Cuts, lets something happen for a while and goes on; for ever where no time is named.
pub(super) fn stall(
    healthy: Timeline,
    after: u64,
    meanwhile: Vec<Act>,
    span: Option<Duration>,
) -> Result<Timeline, Problem> {
    let mut whole = healthy;
    promise(&mut whole);
    let (mut timeline, rest) = cut(whole, after)?;
    timeline.acts.extend(meanwhile);
    match span {
        Some(_) => timeline.acts.extend(rest),
        None => timeline.acts.push(Act::Hold),
    }
    Ok(timeline)
}
