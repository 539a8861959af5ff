//! Nodes: machines that lend their commands to the gateway, and who let them.
//!
//! The book of nodes is a machine of its own beside that of devices: a node comes as a paired device, and
//! its commands are good for nothing until somebody approves them. Per node there is one request, whose id
//! stays and whose lifetime begins anew with every ask.
//!
//! A node's token is told once, to the connection that asked, when it is approved: in an event
//! `node.pair.resolved` of its own. No answer, list or broadcast carries it.

mod allow;
mod book;
mod command;
mod entry;
mod image;

pub use book::{NODES_MAX, Nodes, TTL_MS, View};
pub use command::{Command, Step, Store};
pub use entry::{Paired, Pending};
pub use image::{
    PAIRED, PENDING, paired_row, paired_text, pending_row, pending_text, read_paired, read_paired_row,
    read_pending, read_pending_row,
};
