//! One task per socket: it alone reads and writes it.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::coop::consume_budget;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::door::Permit;
use super::fresh::fresh;
use super::hub::ToHub;
use super::outbox::{Outbox, Parcel};
use super::wire::Wire;
use crate::gateway::desk::ConnId;
use crate::gateway::frame::Close;
use crate::gateway::hall::Input;

/// How long a peer has for its half of the closing handshake.
const CLOSE_GRACE: Duration = Duration::from_secs(2);

/// How long a peer that broke the rules may go on sending before the connection is torn down.
const LINGER: Duration = Duration::from_secs(1);

/// No close frame came.
const ABNORMAL: u16 = 1006;

/// A close frame without a code came.
const NO_CODE: u16 = 1005;

/// One upgraded socket.
pub(super) struct Socket {
    pub(super) conn: ConnId,
    pub(super) wire: Wire,
    pub(super) outbox: Arc<Outbox>,
    pub(super) hub: mpsc::Sender<ToHub>,
    /// Held until it is let in.
    pub(super) permit: Option<Permit>,
    /// A message after hello-ok, in bytes.
    pub(super) payload: usize,
    /// How many texts of this socket may wait for the hall.
    pub(super) turns: Arc<Semaphore>,
    /// How many bytes of all sockets may.
    pub(super) room: Arc<Semaphore>,
}

/// How it ended: the code and reason of the peer's close frame.
type End = (u16, String);

impl Socket {
    /// Serves the socket to its end, and tells the hub.
    pub(super) async fn run(mut self) {
        let (conn, hub) = (self.conn, self.hub.clone());
        let end = self.talk().await;
        let (code, reason) = match end {
            Ok(end) => end,
            Err(Failure::Gone) => (ABNORMAL, String::new()),
            Err(Failure::Farewell(close)) => Box::pin(self.farewell(close)).await,
            Err(Failure::Broken(code)) => {
                let stream = self.wire.into_stream();
                Box::pin(throw_out(stream, code)).await;
                (code, String::new())
            }
        };
        // A hub that is gone needs no telling.
        let _ = hub.send(ToHub::Input(Input::Closed { conn, code, reason })).await;
    }

    async fn talk(&mut self) -> Result<End, Failure> {
        loop {
            while let Some(parcel) = self.outbox.take() {
                match parcel {
                    Parcel::Frame(frame) => self.wire.write(&frame).await?,
                    Parcel::Trust => {
                        self.wire.allow(self.payload);
                        self.permit = None;
                    }
                    Parcel::Close(close) => return Err(Failure::Farewell(close)),
                }
            }
            match self.wire.read()? {
                Some(Message::Text(text)) => self.say(text.as_str().to_owned()).await?,
                // As in the original, what stands in a binary message is read as text.
                Some(Message::Binary(bytes)) => {
                    self.say(String::from_utf8_lossy(&bytes).into_owned()).await?
                }
                Some(Message::Close(frame)) => {
                    self.wire.settle().await?;
                    return Ok(end_of(frame));
                }
                Some(_) => self.wire.settle().await?,
                None => tokio::select! {
                    readable = self.wire.readable() => readable.map_err(|_| Failure::Gone)?,
                    () = self.outbox.ready() => {}
                },
            }
            self.wire.slim().await?;
            // A peer that never stops sending must not keep the thread for itself.
            consume_budget().await;
        }
    }

    /// Passes a text on. While the hub is busy, nothing more is read from this socket.
    async fn say(&self, text: String) -> Result<(), Failure> {
        let bytes = u32::try_from(text.len()).map_err(|_| Failure::Gone)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Failure::Gone)?;
        let room = Arc::clone(&self.room).acquire_many_owned(bytes).await.map_err(|_| Failure::Gone)?;
        let fresh = fresh().map_err(|_| Failure::Gone)?;
        let input = Input::Frame { conn: self.conn, text, fresh };
        let heard = ToHub::Heard { input, share: (turn, room) };
        self.hub.send(heard).await.map_err(|_| Failure::Gone)
    }

    /// Sends a close frame and waits for the peer's, not for ever.
    async fn farewell(&mut self, close: Close) -> End {
        let goodbye = async {
            self.wire.close(&close).await?;
            loop {
                match self.wire.read()? {
                    Some(Message::Close(frame)) => return Ok::<_, Failure>(end_of(frame)),
                    Some(_) => consume_budget().await,
                    None => self.wire.readable().await.map_err(|_| Failure::Gone)?,
                }
            }
        };
        timeout(CLOSE_GRACE, goodbye).await.unwrap_or(Err(Failure::Gone)).unwrap_or((ABNORMAL, String::new()))
    }
}

/// Why a socket cannot go on.
enum Failure {
    /// The peer is gone.
    Gone,
    /// The hall wants it closed.
    Farewell(Close),
    /// The peer broke a rule of the WebSocket protocol, and is told by this code.
    Broken(u16),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Capacity(_) => Self::Broken(1009),
            Error::Utf8(_) => Self::Broken(1007),
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Self::Gone,
            Error::Protocol(_) => Self::Broken(1002),
            _ => Self::Gone,
        }
    }
}

fn end_of(frame: Option<CloseFrame>) -> End {
    frame.map_or((NO_CODE, String::new()), |frame| (frame.code.into(), frame.reason.as_str().to_owned()))
}

/// Tells a peer that broke the rules why it must go. What it still sends is read and thrown away, or
/// the reset that follows would take the close frame with it.
async fn throw_out(mut stream: TcpStream, code: u16) {
    let [high, low] = code.to_be_bytes();
    let told = stream.try_write(&[0x88, 2, high, low]).is_ok();
    if !told || stream.shutdown().await.is_err() {
        return;
    }
    let mut thrown = [0; 2048];
    let drain = async {
        while stream.readable().await.is_ok() {
            match stream.try_read(&mut thrown) {
                Ok(0) => return,
                Ok(_) => consume_budget().await,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    };
    let _ = timeout(LINGER, drain).await;
}
