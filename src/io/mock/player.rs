//! The player: the one place that knows how to write, wait, close and reset.
//!
//! It writes raw bytes, as no HTTP library can send a broken chunk, stop inside a character or
//! reset after the third record. Pacing goes by absolute deadlines, so that drift does not add up.

use std::io::{self, IoSlice};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::fault::wire::WireAct;
use crate::moment::Moment;
use crate::recording::Timed;

use super::super::clock::{Clock, TimeScale};

/// How long a socket is held open, and how long a write may be blocked by a peer that does not read.
pub const MAX_HOLD: Duration = Duration::from_secs(10 * 60);

/// How long, after a close in good order, the peer's own close is awaited.
pub const MAX_LINGER: Duration = Duration::from_secs(2);

/// The most bytes that a peer may send ahead while an answer is played. They are kept for the next request.
pub const MAX_AHEAD: usize = 64 * 1024;

/// The most entries of one play's log; writes behind it are counted, not listed.
pub const MAX_WALL: usize = 64 * 1024;

/// The most pieces that go to the kernel in one call.
const MAX_PIECES: usize = 64;

/// How a play ended.
#[derive(Debug)]
pub enum Ending {
    /// All acts are played; the connection is kept for the next request.
    Kept {
        /// The connection.
        stream: TcpStream,
        /// What the peer sent ahead: the beginning of its next request.
        ahead: Vec<u8>,
    },
    /// Closed in good order.
    Closed,
    /// Reset.
    Reset,
    /// The peer left first: it closed, half-closed or reset.
    PeerLeft,
    /// The bound was reached: a hold too long, or a peer that does not read.
    GaveUp,
    /// The player was told to stop; the connection was dropped.
    Stopped,
}

/// The mock's own log of one play.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wall {
    /// What was done and seen, and when.
    pub entries: Vec<Timed<WallEvent>>,
    /// All bytes that were written.
    pub written: u64,
}

/// What the player did or saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WallEvent {
    /// So many bytes were given to the kernel.
    Wrote(usize),
    /// The connection was closed in good order.
    Closed,
    /// The connection was reset.
    Reset,
    /// The peer was seen to have left.
    PeerLeft,
    /// A bound was reached.
    GaveUp,
    /// The player was told to stop.
    Stopped,
}

impl Wall {
    /// When the peer was seen to have left before all was played: the abort moment.
    #[must_use]
    pub fn abort(&self) -> Option<Moment> {
        self.entries.iter().find(|entry| entry.what == WallEvent::PeerLeft).map(|entry| entry.at)
    }

    fn log(&mut self, clock: Clock, what: WallEvent) {
        if let WallEvent::Wrote(count) = what {
            self.written += count as u64;
        }
        if self.entries.len() < MAX_WALL || !matches!(what, WallEvent::Wrote(_)) {
            self.entries.push(Timed { at: clock.now(), what });
        }
    }
}

/// What came of a play.
#[derive(Debug)]
pub struct Played {
    /// How it ended.
    pub ending: Ending,
    /// What was done and seen.
    pub wall: Wall,
}

/// Plays acts on a connection whose request has been read, without anybody to stop it.
///
/// # Errors
/// When the socket cannot be configured. That a peer leaves or resets is an ending, not an error.
pub async fn play(stream: TcpStream, acts: &[WireAct], scale: TimeScale) -> io::Result<Ending> {
    let (_keep, stop) = watch::channel(false);
    Ok(perform(stream, acts, scale, Clock::start(TimeScale::REAL), stop).await?.ending)
}

/// Plays acts on a connection, logs them by `clock`, and ends early when `stop` becomes true or
/// its sender is gone.
///
/// # Errors
/// When the socket cannot be configured.
pub async fn perform(
    stream: TcpStream,
    acts: &[WireAct],
    scale: TimeScale,
    clock: Clock,
    stop: watch::Receiver<bool>,
) -> io::Result<Played> {
    stream.set_nodelay(true)?;
    let mut player = Player { stream, clock, stop, wall: Wall::default(), ahead: Vec::new() };
    let cut = player.play(acts, scale).await;
    let Player { stream, wall, ahead, .. } = player;
    let ending = match cut {
        Cut::Not => Ending::Kept { stream, ahead },
        Cut::Closed => Ending::Closed,
        Cut::Reset => {
            reset(stream)?;
            Ending::Reset
        }
        Cut::PeerLeft => Ending::PeerLeft,
        Cut::GaveUp => Ending::GaveUp,
        Cut::Stopped => Ending::Stopped,
    };
    Ok(Played { ending, wall })
}

/// Drops a connection with a reset.
fn reset(stream: TcpStream) -> io::Result<()> {
    SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
    drop(stream);
    Ok(())
}

/// Why the acts ended where they did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Not,
    Closed,
    Reset,
    PeerLeft,
    GaveUp,
    Stopped,
}

struct Player {
    stream: TcpStream,
    clock: Clock,
    stop: watch::Receiver<bool>,
    wall: Wall,
    ahead: Vec<u8>,
}

impl Player {
    async fn play(&mut self, acts: &[WireAct], scale: TimeScale) -> Cut {
        let mut due = Instant::now();
        let touch =
            |one: &WireAct, next: &WireAct| matches!((one, next), (WireAct::Write(_), WireAct::Write(_)));
        for run in acts.chunk_by(touch) {
            // Writes that never block would never let anybody else run, nor hear a stop.
            tokio::task::consume_budget().await;
            if *self.stop.borrow() {
                return self.end(Cut::Stopped, WallEvent::Stopped);
            }
            let cut = match &run[0] {
                WireAct::Write(_) => self.write(run).await,
                WireAct::Wait(span) => {
                    due += scale.real(*span).min(MAX_HOLD);
                    self.watch_until(due).await
                }
                // Whoever is connected cannot be kept out any more; silence is the nearest.
                WireAct::Hold | WireAct::Blackhole => {
                    let cut = self.watch_until(Instant::now() + MAX_HOLD).await;
                    if cut == Cut::Not { self.end(Cut::GaveUp, WallEvent::GaveUp) } else { cut }
                }
                WireAct::Close => self.close().await,
                // Whoever is connected cannot be refused any more; a reset is the nearest.
                WireAct::Reset | WireAct::Refuse => self.end(Cut::Reset, WallEvent::Reset),
            };
            if cut != Cut::Not {
                return cut;
            }
        }
        Cut::Not
    }

    fn end(&mut self, cut: Cut, event: WallEvent) -> Cut {
        self.wall.log(self.clock, event);
        cut
    }

    /// Writes all bytes of writes that touch, in as few segments as the kernel allows.
    async fn write(&mut self, run: &[WireAct]) -> Cut {
        let mut limit = None;
        let mut rest: Vec<&[u8]> = run.iter().filter_map(WireAct::written).collect();
        let mut rest = &mut rest[..];
        while !rest.is_empty() {
            match self.write_some(rest) {
                Ok(count) => {
                    self.wall.log(self.clock, WallEvent::Wrote(count));
                    rest = behind(rest, count);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let limit = *limit.get_or_insert_with(|| Instant::now() + MAX_HOLD);
                    match self.wait(limit, true).await {
                        Woken::Writable => {}
                        Woken::Due => return self.end(Cut::GaveUp, WallEvent::GaveUp),
                        Woken::Cut(cut) => return cut,
                    }
                }
                Err(_) => return self.end(Cut::PeerLeft, WallEvent::PeerLeft),
            }
        }
        Cut::Not
    }

    fn write_some(&self, pieces: &[&[u8]]) -> io::Result<usize> {
        match pieces {
            [one] => self.stream.try_write(one),
            many => {
                let mut slices = [IoSlice::new(&[]); MAX_PIECES];
                let count = many.len().min(MAX_PIECES);
                for (slice, piece) in slices.iter_mut().zip(many) {
                    *slice = IoSlice::new(piece);
                }
                self.stream.try_write_vectored(&slices[..count])
            }
        }
    }

    /// Waits until `due`, and no longer than the peer stays. A time that has passed takes no timer.
    async fn watch_until(&mut self, due: Instant) -> Cut {
        if due <= Instant::now() {
            return Cut::Not;
        }
        match self.wait(due, false).await {
            Woken::Cut(cut) => cut,
            Woken::Due | Woken::Writable => Cut::Not,
        }
    }

    async fn wait(&mut self, due: Instant, for_writing: bool) -> Woken {
        loop {
            let watching = self.ahead.len() < MAX_AHEAD;
            let sign = tokio::select! {
                () = sleep_until(due) => Sign::Due,
                () = stopped(&mut self.stop) => Sign::Stop,
                _ = self.stream.writable(), if for_writing => Sign::Writable,
                _ = self.stream.readable(), if watching => Sign::Readable,
            };
            match sign {
                Sign::Due => return Woken::Due,
                Sign::Writable => return Woken::Writable,
                Sign::Stop => return Woken::Cut(self.end(Cut::Stopped, WallEvent::Stopped)),
                Sign::Readable if self.peer_stays() => {}
                Sign::Readable => return Woken::Cut(self.end(Cut::PeerLeft, WallEvent::PeerLeft)),
            }
        }
    }

    /// Takes what the peer sent ahead; false when it has closed or reset.
    fn peer_stays(&mut self) -> bool {
        let mut scratch = [0; 4096];
        loop {
            match self.stream.try_read(&mut scratch) {
                Ok(0) => return false,
                Ok(count) => {
                    self.ahead.extend_from_slice(&scratch[..count]);
                    if self.ahead.len() >= MAX_AHEAD {
                        return true;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                Err(_) => return false,
            }
        }
    }

    /// Sends the FIN and reads on until the peer closes too: a socket that is dropped with unread
    /// bytes sends a reset instead, and a reset may overtake the body.
    async fn close(&mut self) -> Cut {
        if self.stream.shutdown().await.is_err() {
            return self.end(Cut::PeerLeft, WallEvent::PeerLeft);
        }
        let cut = self.end(Cut::Closed, WallEvent::Closed);
        let limit = Instant::now() + MAX_LINGER;
        loop {
            self.ahead.clear();
            if !self.lingers(limit).await {
                return cut;
            }
        }
    }

    /// Whether a peer that has been sent the FIN said something more within the limit.
    async fn lingers(&mut self, limit: Instant) -> bool {
        let readable = tokio::select! {
            () = sleep_until(limit) => false,
            () = stopped(&mut self.stop) => false,
            ready = self.stream.readable() => ready.is_ok(),
        };
        readable && self.peer_stays()
    }
}

/// What is left of the pieces behind the first `count` bytes.
fn behind<'a, 'b>(mut pieces: &'b mut [&'a [u8]], mut count: usize) -> &'b mut [&'a [u8]] {
    while let Some(first) = pieces.first_mut() {
        if count < first.len() {
            *first = &first[count..];
            return pieces;
        }
        count -= first.len();
        pieces = &mut pieces[1..];
    }
    pieces
}

/// Ends when the player is told to stop, or nobody is left who could tell it.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

#[derive(Debug, Clone, Copy)]
enum Sign {
    Due,
    Stop,
    Writable,
    Readable,
}

#[derive(Debug, Clone, Copy)]
enum Woken {
    Due,
    Writable,
    Cut(Cut),
}
