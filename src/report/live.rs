//! Races that were played on a running gateway as bytes: for people and for machines.

use super::{Options, json, terminal};
use crate::verdict::race::live::LiveRun;

/// One format of such a report.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The name that it is asked for by.
    pub id: &'static str,
    /// The run in this format, whole and ending in a newline.
    pub render: fn(&LiveRun, &Options) -> Vec<u8>,
}

/// Every format, the one for people first.
pub const ALL: [Format; 2] =
    [Format { id: "terminal", render: terminal::race_live }, Format { id: "json", render: json::race_live }];

/// The format of that name.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Format> {
    ALL.iter().find(|format| format.id == id)
}
