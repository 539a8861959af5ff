//! A stream that nobody may be reading: what is written there never waits.
//!
//! A pipe whose reader sleeps, or a terminal that is stopped, takes nothing for as long as it likes.
//! The log must go on, and the gateway must be able to end.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::time::Duration;

/// Texts that may wait to be taken. More are dropped.
const WAITING_MAX: usize = 1024;

/// How long it is waited at the end for the stream to take what is left.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What stands for the stream. Each text that is written is one line, taken whole or dropped.
#[derive(Debug, Clone)]
pub struct Console(SyncSender<Vec<u8>>);

/// The thread behind it.
#[derive(Debug)]
pub struct Finished(Receiver<()>);

impl Console {
    /// Starts to write to a stream.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(mut stream: impl Write + Send + 'static) -> io::Result<(Self, Finished)> {
        let (texts, waiting) = sync_channel::<Vec<u8>>(WAITING_MAX);
        let (done, finished) = channel();
        std::thread::Builder::new().name("console".to_owned()).spawn(move || {
            for text in waiting {
                // A stream that is gone is no reason to stop: nobody is told twice.
                let _ = stream.write_all(&text).and_then(|()| stream.flush());
            }
            let _ = done.send(());
        })?;
        Ok((Self(texts), Finished(finished)))
    }
}

impl Write for Console {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        match self.0.try_send(text.to_vec()) {
            Ok(()) | Err(TrySendError::Full(_)) => Ok(text.len()),
            Err(TrySendError::Disconnected(_)) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Finished {
    /// Waits a moment for what is left. Every [`Console`] must have been dropped before.
    pub fn wait(self) {
        let _ = self.0.recv_timeout(LAST_WORDS);
    }
}
