//! From an address to an open WebSocket.

use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Error as WsError;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::gateway::client::endpoint::Endpoint;
use crate::gateway::client::fault::Fault;
use crate::io::words;

/// The largest message that is taken from a gateway, in bytes: the 25 MiB that it may send.
const MESSAGE_MAX: usize = 26_214_400;
/// Bytes that may wait to be written.
const WRITE_MAX: usize = 26_214_400;
/// The read buffer: the library's own would be 128 KiB.
const READ_BUFFER: usize = 4096;
/// Of a body that is no upgrade, so many bytes are shown.
const BODY_MAX: usize = 200;

/// Opens a WebSocket to a gateway.
pub(super) async fn dial(endpoint: &Endpoint) -> Result<WebSocketStream<TcpStream>, Fault> {
    let refused = |error: &std::io::Error| Fault::Unreachable(words(error).to_lowercase());
    let stream = TcpStream::connect((endpoint.host.as_str(), endpoint.port)).await;
    let stream = stream.map_err(|error| refused(&error))?;
    stream.set_nodelay(true).map_err(|error| refused(&error))?;
    let url = format!("{}{}", endpoint.url(), if endpoint.path == "/" { "/" } else { "" });
    let request = url.into_client_request().map_err(|error| Fault::Unreachable(error.to_string()))?;
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_MAX)
        .max_message_size(Some(MESSAGE_MAX))
        .max_frame_size(Some(MESSAGE_MAX));
    match client_async_with_config(request, stream, Some(config)).await {
        Ok((socket, _)) => Ok(socket),
        Err(WsError::Http(response)) => {
            let body = response.body().as_deref().unwrap_or_default();
            let body = String::from_utf8_lossy(&body[..body.len().min(BODY_MAX)]);
            Err(Fault::NoWebSocket(response.status().as_u16(), body.escape_debug().to_string()))
        }
        Err(WsError::Io(error)) => Err(refused(&error)),
        Err(error) => Err(Fault::Unreachable(error.to_string())),
    }
}
