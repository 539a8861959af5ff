//! Bytes as they come: HTTP/1 and server-sent events, lossless and with their moments.

pub mod http;
pub mod sse;
pub mod url;
