//! The gateway, part by part and as a whole.

mod config_change;
mod desk;
mod errands;
mod journal;
mod payload_shapes;
