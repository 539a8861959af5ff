//! The gateway, part by part and as a whole.

mod config_change;
mod desk;
mod errands;
mod journal;
mod pairing;
mod payload_shapes;
mod shell;
