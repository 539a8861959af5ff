//! The book as rows of tables, for stores that write row by row.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::book::{Book, Bootstrap, Device, PairRequest, Tombstone};
use super::rows::{BootstrapRow, DeviceRow, RequestRow, TombstoneRow};

/// A table. Each has a text key and one JSON text per row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Devices by id.
    Device,
    /// Requests by id.
    Request,
    /// Tombstones by device id.
    Tombstone,
    /// Bootstrap tokens by hash.
    Bootstrap,
    /// The last epoch of each role, by device id.
    Epochs,
    /// The few values that stand alone.
    Setting,
}

/// All tables.
pub const TABLES: [Table; 6] =
    [Table::Device, Table::Request, Table::Tombstone, Table::Bootstrap, Table::Epochs, Table::Setting];

impl Table {
    /// Its name in a database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Request => "request",
            Self::Tombstone => "tombstone",
            Self::Bootstrap => "bootstrap",
            Self::Epochs => "epochs",
            Self::Setting => "setting",
        }
    }
}

/// A row that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowChange {
    /// Where.
    pub table: Table,
    /// Which.
    pub id: String,
    /// What it is now; `None`: it is gone.
    pub row: Option<String>,
}

/// A row that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a row of table `{}` cannot be read: {what}", table.name())]
pub struct BadRow {
    /// Where.
    pub table: Table,
    /// What is wrong.
    pub what: &'static str,
}

/// The highest epoch that had to be forgotten.
const EPOCH_FLOOR: &str = "epochFloor";
/// Whether a tombstone had to be forgotten.
const WARY: &str = "wary";
/// The last step of the wall clock over which all was carried.
const BASE: &str = "baseMs";

impl Book {
    /// What has changed since `saved`.
    #[must_use]
    pub fn changes_since(&self, saved: &Self) -> Vec<RowChange> {
        let mut changes = Vec::new();
        diff(&mut changes, Table::Device, &saved.devices, &self.devices, |row| DeviceRow::from(row));
        diff(&mut changes, Table::Request, &saved.requests, &self.requests, |row| RequestRow::from(row));
        diff(&mut changes, Table::Tombstone, &saved.tombstones, &self.tombstones, |row| {
            TombstoneRow::from(row)
        });
        diff(&mut changes, Table::Bootstrap, &saved.bootstraps, &self.bootstraps, |row| {
            BootstrapRow::from(row)
        });
        diff(&mut changes, Table::Epochs, &saved.epochs, &self.epochs, Clone::clone);
        let setting = |id: &str, value: String| RowChange {
            table: Table::Setting,
            id: id.to_owned(),
            row: Some(value),
        };
        if self.epoch_floor != saved.epoch_floor {
            changes.push(setting(EPOCH_FLOOR, self.epoch_floor.to_string()));
        }
        if self.wary != saved.wary {
            changes.push(setting(WARY, u64::from(self.wary).to_string()));
        }
        if let Some(base_ms) = self.base_ms.filter(|_| self.base_ms != saved.base_ms) {
            changes.push(setting(BASE, base_ms.to_string()));
        }
        changes
    }

    /// Takes in a row as it was written.
    ///
    /// # Errors
    /// Where it is not what [`Book::changes_since`] writes.
    pub fn take_row(&mut self, table: Table, id: String, row: &str) -> Result<(), BadRow> {
        match table {
            Table::Device => {
                self.devices.insert(id, Device::from(read::<DeviceRow>(table, row)?));
            }
            Table::Request => {
                self.requests.insert(id, PairRequest::from(read::<RequestRow>(table, row)?));
            }
            Table::Tombstone => {
                self.tombstones.insert(id, Tombstone::from(read::<TombstoneRow>(table, row)?));
            }
            Table::Bootstrap => {
                self.bootstraps.insert(id, Bootstrap::from(read::<BootstrapRow>(table, row)?));
            }
            Table::Epochs => {
                self.epochs.insert(id, read(table, row)?);
            }
            Table::Setting => match id.as_str() {
                EPOCH_FLOOR => self.epoch_floor = read(table, row)?,
                BASE => self.base_ms = Some(read(table, row)?),
                WARY => self.wary = read::<u64>(table, row)? != 0,
                _ => return Err(BadRow { table, what: "there is no such setting" }),
            },
        }
        Ok(())
    }
}

fn read<T: DeserializeOwned>(table: Table, row: &str) -> Result<T, BadRow> {
    // The parser's words may quote a token.
    serde_json::from_str(row).map_err(|_| BadRow { table, what: "it is no JSON of this version" })
}

fn diff<V: PartialEq, R: Serialize>(
    changes: &mut Vec<RowChange>,
    table: Table,
    saved: &BTreeMap<String, V>,
    now: &BTreeMap<String, V>,
    row: impl Fn(&V) -> R,
) {
    for id in saved.keys().filter(|id| !now.contains_key(*id)) {
        changes.push(RowChange { table, id: id.clone(), row: None });
    }
    for (id, value) in now {
        if saved.get(id) != Some(value) {
            let text = serde_json::to_string(&row(value)).expect("rows of text and numbers are JSON");
            changes.push(RowChange { table, id: id.clone(), row: Some(text) });
        }
    }
}
