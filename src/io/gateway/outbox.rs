//! What waits to be written to one socket. The hub puts it in, the socket's task takes it out.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::gateway::frame::Close;
use crate::gateway::hall::Queues;

/// What a waiting message costs beside its bytes.
const OVERHEAD: usize = 64;

/// A queue that has held more is made small again once it is empty.
const SHRINK_FROM: usize = 32;

/// Bytes that wait for all sockets together.
#[derive(Debug, Clone, Default)]
pub(super) struct Total(Arc<AtomicUsize>);

/// What the socket's task does next.
#[derive(Debug)]
pub(super) enum Parcel {
    /// Write a whole frame.
    Frame(Bytes),
    /// Larger messages may come.
    Trust,
    /// Send a close frame, and end.
    Close(Close),
}

/// The queue of one socket.
#[derive(Debug)]
pub(super) struct Outbox {
    state: Mutex<State>,
    total: Total,
    ready: Notify,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Bytes>,
    /// Bytes in the queue, and those that are being written.
    waiting: usize,
    writing: usize,
    trust: bool,
    close: Option<Close>,
    /// After the close frame nothing is taken in.
    shut: bool,
}

impl Outbox {
    pub(super) fn new(total: Total) -> Self {
        Self { state: Mutex::default(), total, ready: Notify::new() }
    }

    /// What waits here, and in all.
    pub(super) fn queues(&self) -> Queues {
        Queues { own: self.lock().waiting, all: self.total.0.load(Ordering::Relaxed) }
    }

    /// Queues a frame.
    pub(super) fn send(&self, frame: Bytes) {
        let mut state = self.lock();
        if state.shut {
            return;
        }
        let cost = frame.len() + OVERHEAD;
        state.waiting += cost;
        self.total.0.fetch_add(cost, Ordering::Relaxed);
        state.queue.push_back(frame);
        drop(state);
        self.ready.notify_one();
    }

    /// Lets larger messages come.
    pub(super) fn trust(&self) {
        self.lock().trust = true;
        self.ready.notify_one();
    }

    /// Closes behind what is queued.
    pub(super) fn close(&self, close: Close) {
        let mut state = self.lock();
        if !state.shut {
            state.shut = true;
            state.close = Some(close);
        }
        drop(state);
        self.ready.notify_one();
    }

    /// Closes at once: what is queued is thrown away.
    pub(super) fn cut(&self, close: Close) {
        let mut state = self.lock();
        let thrown: usize = state.queue.drain(..).map(|frame| frame.len() + OVERHEAD).sum();
        state.queue = VecDeque::new();
        state.waiting -= thrown;
        self.total.0.fetch_sub(thrown, Ordering::Relaxed);
        drop(state);
        self.close(close);
    }

    /// The next thing to do. What was taken before counts as written.
    pub(super) fn take(&self) -> Option<Parcel> {
        let mut state = self.lock();
        self.settle(&mut state);
        if std::mem::take(&mut state.trust) {
            return Some(Parcel::Trust);
        }
        if let Some(frame) = state.queue.pop_front() {
            state.writing = frame.len() + OVERHEAD;
            return Some(Parcel::Frame(frame));
        }
        if state.queue.capacity() > SHRINK_FROM {
            state.queue = VecDeque::new();
        }
        state.close.take().map(Parcel::Close)
    }

    /// Waits until there may be something to do.
    pub(super) async fn ready(&self) {
        self.ready.notified().await;
    }

    fn settle(&self, state: &mut State) {
        let written = std::mem::take(&mut state.writing);
        state.waiting -= written;
        self.total.0.fetch_sub(written, Ordering::Relaxed);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing under the lock can panic halfway.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        let waiting = self.lock().waiting;
        self.total.0.fetch_sub(waiting, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_counted_until_it_is_written_or_thrown_away() {
        let total = Total::default();
        let outbox = Outbox::new(total.clone());
        let all = || total.0.load(Ordering::Relaxed);
        outbox.send(Bytes::from_static(b"one"));
        outbox.send(Bytes::from_static(b"two"));
        outbox.trust();
        assert_eq!((outbox.queues().own, all()), (2 * (3 + OVERHEAD), 2 * (3 + OVERHEAD)));
        assert!(matches!(outbox.take(), Some(Parcel::Trust)));
        assert!(matches!(outbox.take(), Some(Parcel::Frame(frame)) if frame == "one"));
        assert_eq!(all(), 2 * (3 + OVERHEAD), "it is being written");
        outbox.close(Close::new(1000, "done"));
        outbox.send(Bytes::from_static(b"late"));
        assert!(matches!(outbox.take(), Some(Parcel::Frame(frame)) if frame == "two"));
        assert!(matches!(outbox.take(), Some(Parcel::Close(close)) if close.code == 1000));
        assert!(outbox.take().is_none());
        assert_eq!((outbox.queues().own, all()), (0, 0));
    }

    #[test]
    fn a_cut_throws_away_what_is_queued() {
        let total = Total::default();
        let outbox = Outbox::new(total.clone());
        (0..100).for_each(|_| outbox.send(Bytes::from_static(b"frame")));
        assert!(outbox.take().is_some());
        outbox.cut(Close::new(1008, "slow consumer"));
        assert_eq!(outbox.queues().own, 5 + OVERHEAD, "what is being written stays");
        assert!(matches!(outbox.take(), Some(Parcel::Close(close)) if close.code == 1008));
        outbox.send(Bytes::from_static(b"late"));
        drop(outbox);
        assert_eq!(total.0.load(Ordering::Relaxed), 0);
    }
}
