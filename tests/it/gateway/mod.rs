//! The gateway.

mod caller;
mod door;
mod door_auth;
mod door_handshake;
mod door_origin;
mod stage;
