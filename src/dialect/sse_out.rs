//! Writing server-sent events, shared by the stream encoders.

use serde_json::Value;

/// One record, with an `event:` line where the dialect has them.
pub(crate) fn record(event: Option<&str>, data: &Value) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128);
    if let Some(event) = event {
        bytes.extend_from_slice(b"event: ");
        bytes.extend_from_slice(event.as_bytes());
        bytes.push(b'\n');
    }
    bytes.extend_from_slice(b"data: ");
    bytes.extend_from_slice(data.to_string().as_bytes());
    bytes.extend_from_slice(b"\n\n");
    bytes
}
