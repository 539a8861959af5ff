//! What becomes of a message for a socket that does not read fast enough.

/// What waits for one socket and for all of them, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queues {
    /// For this socket.
    pub own: usize,
    /// For all sockets together.
    pub all: usize,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is queued.
    Send,
    /// The socket misses it.
    Skip,
    /// The socket is too slow: it is closed with 1008 `slow consumer`.
    Close,
}

/// What may wait for all sockets together, in bytes. Beyond it, sockets with more than
/// [`OWN_FAIR`] are treated as too slow.
const ALL_MAX: usize = 512 << 20;

/// What may wait for a socket even when too much waits in all, in bytes.
const OWN_FAIR: usize = 256 << 10;

/// Decides by what waits already; `limit` is `Limits::buffered`.
#[must_use]
pub const fn fate(queues: Queues, limit: usize, droppable: bool) -> Fate {
    let slow = queues.own > limit || (queues.all > ALL_MAX && queues.own > OWN_FAIR);
    match (slow, droppable) {
        (false, _) => Fate::Send,
        (true, true) => Fate::Skip,
        (true, false) => Fate::Close,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_socket_misses_what_it_may_and_is_closed_for_the_rest() {
        let limit = 52_428_800;
        let cases = [
            (limit, 0, true, Fate::Send),
            (limit, 0, false, Fate::Send),
            (limit + 1, 0, true, Fate::Skip),
            (limit + 1, 0, false, Fate::Close),
            (OWN_FAIR, ALL_MAX + 1, false, Fate::Send),
            (OWN_FAIR + 1, ALL_MAX + 1, false, Fate::Close),
            (OWN_FAIR + 1, ALL_MAX, false, Fate::Send),
        ];
        for (own, all, droppable, wanted) in cases {
            assert_eq!(fate(Queues { own, all }, limit, droppable), wanted, "{own} {all} {droppable}");
        }
    }
}
