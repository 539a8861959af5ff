//! The gateway.

mod pairing;
