//! Pairing: the book by cases and by chance, its files, and its stores.

mod any;
mod bounds;
mod cases;
pub(crate) mod script;
mod foreign;
pub(crate) mod killed;
mod sqlite;
mod stale;
mod races;
mod readers;
pub(crate) mod stores;
mod taken;
