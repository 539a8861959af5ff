//! A socket that is read by a WebSocket machine and written with ready-made frames.
//!
//! Frames of a server are not masked, so a text is framed once for all who hear it, and written
//! straight to the stream. The machine reads, answers pings and does the closing handshake; what it
//! has to say itself is flushed before a ready-made frame begins, and nothing comes between.

use std::io::{self, Read, Write};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig, WebSocketContext};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::track::Track;

use crate::gateway::frame::Close;

/// What is read at once, in bytes. It is held as long as the socket lives.
const READ_BUFFER: usize = 4096;

/// What the machine itself may have to write: pongs and a close frame, in bytes.
const WRITE_BUFFER_MAX: usize = 4096;

/// The room of a frame that is larger is given back when the frame is read, in bytes.
const LARGE: u64 = 64 << 10;

/// A peer that takes nothing for so long is gone.
const STALL: Duration = Duration::from_secs(60);

/// The first byte of a whole text frame.
const TEXT: u8 = 0x81;

/// A text as one frame.
pub(super) fn text_frame(text: &str) -> Bytes {
    let mut frame = BytesMut::with_capacity(text.len() + 10);
    frame.put_u8(TEXT);
    match text.len() {
        short @ 0..=125 => frame.put_u8(u8::try_from(short).expect("at most 125")),
        middle @ 126..=0xffff => {
            frame.put_u8(126);
            frame.put_u16(u16::try_from(middle).expect("at most 65535"));
        }
        long => {
            frame.put_u8(127);
            frame.put_u64(long as u64);
        }
    }
    frame.put_slice(text.as_bytes());
    frame.freeze()
}

/// A stream whose reads and writes say `WouldBlock` instead of waiting.
#[derive(Debug)]
struct Prompt {
    stream: TcpStream,
    track: Track,
}

impl Read for Prompt {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.try_read(buffer)?;
        self.track.pass(&buffer[..read]);
        Ok(read)
    }
}

impl Write for Prompt {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.try_write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The socket.
#[derive(Debug)]
pub(super) struct Wire {
    prompt: Prompt,
    machine: WebSocketContext,
    /// Messages that were read, control frames included.
    seen: u64,
}

/// The machine's settings.
fn config(payload: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER_MAX)
        .max_message_size(Some(payload))
        .max_frame_size(Some(payload))
}

impl Wire {
    /// A socket that has just been upgraded; `early` was read already. No message may be larger
    /// than `payload`.
    pub(super) fn new(stream: TcpStream, early: &[u8], payload: usize) -> Self {
        let mut track = Track::default();
        track.pass(early);
        let machine =
            WebSocketContext::from_partially_read(early.to_vec(), Role::Server, Some(config(payload)));
        Self { prompt: Prompt { stream, track }, machine, seen: 0 }
    }

    /// Lets larger messages come.
    pub(super) fn allow(&mut self, payload: usize) {
        self.machine.set_config(|known| *known = config(payload));
    }

    /// The next message, if there is one already.
    pub(super) fn read(&mut self) -> Result<Option<Message>, Error> {
        match self.machine.read(&mut self.prompt) {
            Ok(message) => {
                self.seen += 1;
                Ok(Some(message))
            }
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Gives the room of a large message back, once the machine holds nothing.
    pub(super) async fn slim(&mut self) -> Result<(), Error> {
        let track = &self.prompt.track;
        if track.largest() <= LARGE || !track.is_between(self.seen) {
            return Ok(());
        }
        self.settle().await?;
        self.prompt.track.forget_largest();
        self.machine = WebSocketContext::new(Role::Server, Some(*self.machine.get_config()));
        Ok(())
    }

    /// Waits until there may be something to read.
    pub(super) async fn readable(&self) -> io::Result<()> {
        self.stream().readable().await
    }

    /// Writes out what the machine itself has to say: pongs, a close frame.
    pub(super) async fn settle(&mut self) -> Result<(), Error> {
        loop {
            match self.machine.flush(&mut self.prompt) {
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    Box::pin(self.writable()).await?;
                }
                done => return done,
            }
        }
    }

    /// Writes a ready-made frame.
    pub(super) async fn write(&mut self, frame: &[u8]) -> Result<(), Error> {
        self.settle().await?;
        let mut rest = frame;
        while !rest.is_empty() {
            match self.stream().try_write(rest) {
                Ok(written) => rest = &rest[written..],
                // Few come here, so it is kept out of every socket's task.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    Box::pin(self.writable()).await?;
                }
                Err(error) => return Err(Error::Io(error)),
            }
        }
        Ok(())
    }

    /// Queues a close frame and writes it out.
    pub(super) async fn close(&mut self, close: &Close) -> Result<(), Error> {
        let frame = CloseFrame { code: close.code.into(), reason: close.reason.as_str().into() };
        match self.machine.close(&mut self.prompt, Some(frame)) {
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => self.settle().await,
            done => done,
        }
    }

    /// Gives the stream back, for a peer with which the machine can no longer speak.
    pub(super) fn into_stream(self) -> TcpStream {
        self.prompt.stream
    }

    async fn writable(&self) -> io::Result<()> {
        match timeout(STALL, self.stream().writable()).await {
            Ok(ready) => ready,
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the peer takes nothing")),
        }
    }

    const fn stream(&self) -> &TcpStream {
        &self.prompt.stream
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_tungstenite::tungstenite::WebSocket;

    #[test]
    fn a_ready_made_frame_is_what_the_machine_would_write() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 70_000] {
            let text = "x".repeat(length);
            let mut written = Vec::new();
            let stream = io::Cursor::new(&mut written);
            let mut machine = WebSocket::from_raw_socket(stream, Role::Server, None);
            machine.send(Message::text(text.clone())).expect("a vector takes everything");
            drop(machine);
            assert_eq!(text_frame(&text), written, "{length}");
        }
    }
}
