//! The integration tests.

mod case_file;
mod config;
mod dialects;
mod http;
mod recordings;
mod sse;
