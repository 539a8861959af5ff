//! Nodes: their stores, and what they are asked over real sockets.

mod killed;
mod stores;
mod wire;
