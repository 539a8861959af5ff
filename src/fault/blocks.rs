//! Content blocks of Messages streams, for faults to put in.

use bytes::Bytes;
use serde_json::Value;

use crate::problem::Problem;
use crate::recording::timeline::{Act, Piece, Timeline};

use super::edit;

/// Puts the records of a block with index 0 before the first block; the others move up.
///
/// # Errors
/// A problem when there is no block to stand before.
pub(super) fn insert_first(timeline: &mut Timeline, records: &[Value]) -> Result<(), Problem> {
    edit::need_stream(timeline)?;
    let first = timeline.acts.iter().position(|act| match act {
        Act::Body { bytes, piece } => kind(bytes, *piece) == "content_block_start",
        _ => false,
    });
    let first = first.ok_or_else(|| edit::missing("a content block"))?;
    edit::each_json(timeline, |_, value| {
        let moves = value["type"].as_str().is_some_and(|kind| kind.starts_with("content_block_"));
        if moves {
            value["index"] = value["index"].as_u64().unwrap_or_default().saturating_add(1).into();
        }
        moves
    });
    let acts = records.iter().map(|record| {
        let name = record["type"].as_str().unwrap_or_default();
        edit::body(format!("event: {name}\ndata: {record}\n\n"), Piece::Frame)
    });
    timeline.acts.splice(first..first, acts);
    Ok(())
}

fn kind(bytes: &Bytes, piece: Piece) -> String {
    let value = edit::json_of(bytes, piece).map(|(_, value)| value).unwrap_or_default();
    value["type"].as_str().unwrap_or_default().to_owned()
}
