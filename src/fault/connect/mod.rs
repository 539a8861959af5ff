//! Faults of the connection: refused, reset, silent.

pub(super) mod accept_silence;
pub(super) mod close_before_headers;
pub(super) mod connect_blackhole;
pub(super) mod header_drip;
pub(super) mod idle_cut;
pub(super) mod not_http;
pub(super) mod refuse;
pub(super) mod reset_after_headers;
pub(super) mod reset_before_headers;
pub(super) mod reset_mid_body;
pub(super) mod stale_keepalive;
