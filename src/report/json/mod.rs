//! `json`: the whole run as one document, for other programs.
//!
//! The shape is `provoke.report/1` and grows only by addition. All times by the
//! clock stand under keys named `timing`: without them, the same seed and the
//! same inputs give the same bytes.

mod proof;
mod race;
mod race_live;
mod reference;
mod shape;
mod words;

use std::fmt::Write;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Options, Renderer, Told, text};
use crate::verdict::matrix::Matrix;
use crate::verdict::race::RaceRun;
use crate::verdict::race::live::LiveRun;

/// The `$id` of the published JSON Schema.
pub const SCHEMA_ID: &str = "urn:provoke:schema:report:1";

/// The renderer.
pub(super) struct Json;

impl Renderer for Json {
    fn id(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "One JSON document with everything that was judged, for other programs."
    }

    fn render(&self, told: &Told<'_>, _: &Options) -> Vec<u8> {
        document(&shape::Report::of(told.run))
    }
}

fn document(shape: &impl Serialize) -> Vec<u8> {
    let json = serde_json::to_string_pretty(shape).expect("its keys are strings");
    let mut out = printable(&json);
    out.push('\n');
    out.into_bytes()
}

/// The mutation matrix as one document, `provoke.matrix/1`.
#[must_use]
pub fn proof(matrix: &Matrix) -> Vec<u8> {
    document(&proof::Proof::of(matrix))
}

/// Races as one document, `provoke.race/1`.
#[must_use]
pub fn race(run: &RaceRun, _: &Options) -> Vec<u8> {
    document(&race::Races::of(run))
}

/// Races on a running gateway as one document, `provoke.race-live/1`.
#[must_use]
pub fn race_live(run: &LiveRun, _: &Options) -> Vec<u8> {
    document(&race_live::Live::of(run))
}

/// The JSON Schema of a report about races on a running gateway, as `provoke schema race-live-report`
/// prints it.
#[must_use]
pub fn race_live_schema() -> Value {
    schema_of::<race_live::Live>("urn:provoke:schema:race-live-report:1", "provoke.race-live/1")
}

/// The JSON Schema of a report about races, as `provoke schema race-report` prints it.
#[must_use]
pub fn race_schema() -> Value {
    schema_of::<race::Races>("urn:provoke:schema:race-report:1", "provoke.race/1")
}

/// The JSON Schema of the matrix, as `provoke schema matrix` prints it.
#[must_use]
pub fn proof_schema() -> Value {
    schema_of::<proof::Proof>("urn:provoke:schema:matrix:1", "provoke.matrix/1")
}

/// The JSON Schema of the report, as `provoke schema report` prints it.
#[must_use]
pub fn schema() -> Value {
    schema_of::<shape::Report>(SCHEMA_ID, "provoke.report/1")
}

fn schema_of<T: JsonSchema>(id: &str, title: &str) -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut rest = generator.into_root_schema_for::<T>();
    let mut schema = Map::new();
    schema.extend(rest.remove("$schema").map(|dialect| ("$schema".to_owned(), dialect)));
    schema.insert("$id".to_owned(), id.into());
    schema.insert("title".to_owned(), title.into());
    rest.remove("title");
    schema.extend(rest.as_object().cloned().unwrap_or_default());
    Value::Object(schema)
}

/// The same document with every character that acts written as `\uXXXX`, so
/// that `cat` is safe. Such characters occur in strings only.
fn printable(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for char in json.chars() {
        if char == '\n' || !text::acts(char) {
            out.push(char);
            continue;
        }
        for unit in char.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}").expect("a string takes all");
        }
    }
    out
}
