//! The book of nodes in SQLite: two tables beside those of the devices.
//!
//! Nodes are few and seldom asked about, so each transition reads them anew under the write lock.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::gateway::fresh::Fresh;
use crate::gateway::log::{Level, Line};
use crate::gateway::nodes::{
    Command, Nodes, Step, Store, View, paired_row, pending_row, read_paired_row, read_pending_row,
};
use crate::gateway::pairing::image::{AtRest, Unreadable};

use super::sqlite::{connect, inode, replaced};
use super::{Error, nodes_unavailable};

/// The table of the nodes that may.
const PAIRED: &str = "node";
/// The table of the nodes that ask.
const PENDING: &str = "node_request";

/// The book in a database.
#[derive(Debug)]
pub struct NodeRows {
    path: PathBuf,
    connection: Connection,
    /// The file that is open, to tell when it was taken away.
    inode: u64,
    /// Whether another file stands in its place that nothing was read from yet.
    is_other: bool,
    nodes: Nodes,
    /// The paired nodes as they were last told.
    told: Option<View>,
    /// SQLite's count of what other connections wrote, when it was last looked at.
    version: Option<i64>,
}

impl NodeRows {
    /// Opens a database in a folder that is there, with its tables.
    ///
    /// # Errors
    /// When it cannot be made, is no database, or is of a later version.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let connection = connect(path)?;
        let (nodes, told, version) = (Nodes::default(), None, None);
        let inode = inode(path)?;
        Ok(Self { path: path.to_path_buf(), connection, inode, is_other: false, nodes, told, version })
    }

    fn attempt(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Result<Step, Error> {
        // Another file may be one that was just made in its place: then what is known goes there.
        if replaced(&self.path, self.inode)?.is_some() {
            self.is_other = true;
            self.connection = connect(&self.path)?;
            self.inode = inode(&self.path)?;
        }
        let wrong = |cause| Error::Sqlite { path: self.path.clone(), cause };
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(wrong)?;
        let paired: BTreeMap<_, _> = rows(&self.path, &transaction, PAIRED, read_paired_row)?;
        let pending = rows(&self.path, &transaction, PENDING, read_pending_row)?;
        let saved = self.nodes.renewed(paired, pending);
        let is_lost = self.is_other && saved.is_empty() && !self.nodes.is_empty();
        let mut nodes = if is_lost { self.nodes.clone() } else { saved.clone() };
        let mut step = nodes.handle(now_ms, fresh, AtRest::Hash, command);
        if is_lost {
            let path = self.path.display();
            let words = format!("{path} was gone: {} paired nodes were still known", nodes.paired.len());
            step.log.push(Line::new(Level::Warn, "gateway", words));
        }
        if is_lost || (command.is_change() && step.answer.is_ok()) {
            write(&transaction, PAIRED, &saved.paired, &nodes.paired, paired_row).map_err(wrong)?;
            write(&transaction, PENDING, &saved.pending, &nodes.pending, pending_row).map_err(wrong)?;
            transaction.commit().map_err(wrong)?;
        } else {
            transaction.rollback().map_err(wrong)?;
        }
        if self.told.as_ref().is_none_or(|told| *told != nodes.paired) {
            step.paired = Some(nodes.paired.clone());
        }
        self.told = Some(nodes.paired.clone());
        (self.nodes, self.is_other) = (nodes, false);
        Ok(step)
    }
}

fn rows<V, C: FromIterator<(String, V)>>(
    path: &Path,
    transaction: &Transaction<'_>,
    table: &str,
    read: fn(&str, &str) -> Result<V, Unreadable>,
) -> Result<C, Error> {
    let wrong = |cause| Error::Sqlite { path: path.to_path_buf(), cause };
    let mut statement = transaction.prepare_cached(&format!("SELECT id, row FROM {table}")).map_err(wrong)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(wrong)?;
    rows.map(|row| {
        let (id, text): (String, String) = row.map_err(wrong)?;
        let what = "holds a node that cannot be read; restore the file, nothing is written until then";
        let value = read(&id, &text).map_err(|_| Error::Strange { path: path.to_path_buf(), what })?;
        Ok((id, value))
    })
    .collect()
}

fn write<V: PartialEq>(
    transaction: &Transaction<'_>,
    table: &str,
    saved: &BTreeMap<String, V>,
    now: &BTreeMap<String, V>,
    row: fn(&str, &V) -> String,
) -> rusqlite::Result<()> {
    for id in saved.keys().filter(|id| !now.contains_key(*id)) {
        transaction.prepare_cached(&format!("DELETE FROM {table} WHERE id = ?1"))?.execute([id])?;
    }
    for (id, value) in now.iter().filter(|(id, value)| saved.get(*id) != Some(value)) {
        transaction
            .prepare_cached(&format!("INSERT OR REPLACE INTO {table} (id, row) VALUES (?1, ?2)"))?
            .execute([id, &row(id, value)])?;
    }
    Ok(())
}

impl Store for NodeRows {
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step {
        self.attempt(now_ms, fresh, command).unwrap_or_else(|error| nodes_unavailable(&error))
    }

    fn glance(&mut self, now_ms: u64) -> Option<Step> {
        let version = self.connection.pragma_query_value(None, "data_version", |row| row.get(0)).ok();
        if self.told.is_some() && version == self.version {
            return None;
        }
        self.version = version;
        let step = self.transact(now_ms, Fresh::default(), &Command::List);
        (step.paired.is_some() || !step.log.is_empty()).then_some(step)
    }
}
