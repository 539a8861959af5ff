//! The gateway, part by part and as a whole.

mod caller;
mod config_change;
mod config_schema;
mod desk;
mod door;
mod door_auth;
mod door_handshake;
mod door_origin;
mod errands;
mod hall;
mod journal;
mod pairing;
mod payload_shapes;
mod shell;
mod stage;
