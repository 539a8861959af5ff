//! One attempt over reqwest, told as transport events.

use std::error::Error;
use std::io::ErrorKind;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::recording::{Head, TransportEvent};
use crate::routing::Call;
use crate::wire::http::latin1;

use super::connect::OnConnect;

/// How much news may wait to be read before the transport waits.
pub(super) const NEWS_MAX: usize = 64;

/// What the transport tells of one call, from the connection to the end of the answer.
///
/// Dropping the receiver drops the connection.
pub fn events_of(call: Call) -> Receiver<TransportEvent> {
    let (sender, news) = channel(NEWS_MAX);
    let listened = sender.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = attempt(call, sender) => {}
            () = listened.closed() => {}
        }
    });
    news
}

/// Sends a call and tells everything that happens until the answer ends.
///
/// The channel must be this attempt's own and empty: then the news that the connection stands has
/// a place in it. Dropping the future drops the connection.
pub(super) async fn attempt(call: Call, news: Sender<TransportEvent>) {
    let end = match exchange(call, &news).await {
        Ok(end) => end,
        Err(error) => broken(&error),
    };
    // A closed channel means that the turn is over: nobody wants to know.
    let _ = news.send(end).await;
}

async fn exchange(call: Call, news: &Sender<TransportEvent>) -> Result<TransportEvent, reqwest::Error> {
    let connected = news.clone();
    let on_connect = OnConnect(Arc::new(move || {
        let _ = connected.try_send(TransportEvent::Connected);
    }));
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tcp_nodelay(true)
        .http1_only()
        .pool_max_idle_per_host(0)
        .connector_layer(on_connect)
        .build()?;
    let mut request = client.post(&call.url).body(call.body);
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    let answer = request.send().await?;
    let headers =
        answer.headers().iter().map(|(name, value)| (name.as_str().to_owned(), latin1(value.as_bytes())));
    let head = Head { status: answer.status().as_u16(), headers: headers.collect() };
    if news.send(TransportEvent::Head(head)).await.is_err() {
        return Ok(TransportEvent::Cancelled);
    }
    let mut body = answer.bytes_stream();
    while let Some(piece) = body.next().await {
        let piece: Bytes = piece?;
        if news.send(TransportEvent::Bytes(piece)).await.is_err() {
            return Ok(TransportEvent::Cancelled);
        }
    }
    Ok(TransportEvent::Eof { complete: true })
}

/// What an error of the transport is, by its causes and not by its words.
fn broken(error: &reqwest::Error) -> TransportEvent {
    // Refused, no such host, no way to it, no address at all: nobody has answered anything.
    if error.is_builder() || error.is_connect() {
        return TransportEvent::Refused;
    }
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            match io.kind() {
                ErrorKind::UnexpectedEof => return TransportEvent::Eof { complete: false },
                ErrorKind::InvalidData | ErrorKind::InvalidInput => {
                    return TransportEvent::Malformed(io.to_string());
                }
                // Whatever else the system says of a connection: it is gone.
                _ if error.source().is_none() => return TransportEvent::Reset,
                _ => {}
            }
        }
        if let Some(http) = error.downcast_ref::<hyper::Error>() {
            if http.is_incomplete_message() {
                return TransportEvent::Eof { complete: false };
            }
            if http.is_parse() {
                return TransportEvent::Malformed(http.to_string());
            }
        }
        cause = error.source();
    }
    TransportEvent::Malformed(error.to_string())
}
