//! The gateway, part by part and as a whole.

mod config_change;
mod config_schema;
mod desk;
mod errands;
mod journal;
mod payload_shapes;
