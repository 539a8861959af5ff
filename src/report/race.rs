//! Races as bytes: the same formats as everywhere, of a [`RaceRun`].

use super::{Options, html, json, junit, terminal};
use crate::verdict::race::RaceRun;

/// One format of a report about races.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The name that it is asked for by, such as `junit`.
    pub id: &'static str,
    /// The races in this format, whole and ending in a newline.
    pub render: fn(&RaceRun, &Options) -> Vec<u8>,
}

/// Every format, the one for people first.
pub const ALL: [Format; 4] = [
    Format { id: "terminal", render: terminal::race },
    Format { id: "json", render: json::race },
    Format { id: "junit", render: junit::race },
    Format { id: "html", render: html::race },
];

/// The format of that name.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Format> {
    ALL.iter().find(|format| format.id == id)
}
