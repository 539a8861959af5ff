//! The integration tests.

mod case_file;
mod http;
mod recordings;
mod sse;
