//! The gateway, from outside and from inside.

mod abuse;
mod around;
mod caller;
mod client;
mod config_change;
mod config_schema;
mod desk;
mod door;
mod door_auth;
mod door_handshake;
mod door_origin;
mod errands;
mod fallback;
mod guest;
mod hall;
mod journal;
mod live;
mod load;
mod openclaw;
mod pairing;
mod payload_shapes;
mod rows;
mod seed;
mod shell;
mod stage;
mod subject;
