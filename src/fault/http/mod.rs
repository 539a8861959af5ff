//! Faults of HTTP: statuses, framing, content types.

pub(super) mod alien_envelope;
pub(super) mod bad_gateway_html;
pub(super) mod cdn_error;
pub(super) mod early_413_reset;
pub(super) mod gzip_buffered_sse;
pub(super) mod hop_buffers_16k;
pub(super) mod html_page;
pub(super) mod json_error_200;
pub(super) mod json_for_stream;
pub(super) mod ndjson_for_stream;
pub(super) mod no_last_chunk;
pub(super) mod overloaded;
pub(super) mod reply;
pub(super) mod server_error;
pub(super) mod server_error_empty;
pub(super) mod server_error_once;
pub(super) mod short_length;
pub(super) mod stream_for_json;
pub(super) mod unavailable;
