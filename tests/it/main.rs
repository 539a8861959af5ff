//! The integration tests.

mod case_file;
mod dialects;
mod http;
mod recordings;
mod sse;
