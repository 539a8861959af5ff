//! The integration tests.

mod case_file;
mod config;
mod dialects;
mod faults;
mod healthy;
mod http;
mod player;
mod recordings;
mod sse;
