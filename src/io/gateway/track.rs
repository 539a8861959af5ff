//! Knows where a peer's frames begin and end, by the bytes that pass.
//!
//! The WebSocket machine keeps the room of the largest message for ever. It can be exchanged for a
//! fresh one when nothing is left in it, and this is how that is known.

/// The longest head of a frame, in bytes.
const HEAD_MAX: usize = 14;

/// What has passed so far.
#[derive(Debug, Default)]
pub(super) struct Track {
    head: [u8; HEAD_MAX],
    have: usize,
    /// Bytes of the frame's payload that are still to come.
    rest: u64,
    /// Last frames of messages, and control frames, that have passed whole.
    ends: u64,
    /// Whether a frame is not whole yet.
    inside: bool,
    largest: u64,
}

impl Track {
    /// Takes note of bytes.
    pub(super) fn pass(&mut self, mut bytes: &[u8]) {
        while let Some(&next) = bytes.first() {
            if self.rest > 0 {
                let part = bytes.len().min(usize::try_from(self.rest).unwrap_or(usize::MAX));
                self.rest -= part as u64;
                bytes = &bytes[part..];
            } else {
                self.inside = true;
                self.head[self.have] = next;
                self.have += 1;
                bytes = &bytes[1..];
                let Some(length) = self.length() else { continue };
                self.have = 0;
                self.rest = length;
                self.largest = self.largest.max(length);
            }
            if self.rest == 0 {
                self.inside = false;
                self.ends += u64::from(self.head[0] >> 7);
            }
        }
    }

    /// The length of the payload, once the head is whole.
    fn length(&self) -> Option<u64> {
        if self.have < 2 {
            return None;
        }
        let more = match self.head[1] & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask = if self.head[1] & 0x80 == 0 { 0 } else { 4 };
        if self.have < 2 + more + mask {
            return None;
        }
        let long = self.head[2..2 + more].iter().fold(0, |length, byte| (length << 8) | u64::from(*byte));
        Some(if more == 0 { u64::from(self.head[1] & 0x7f) } else { long })
    }

    /// Whether all that passed is frames that are whole, and `seen` messages and control frames of
    /// them, which is all, were handed on.
    pub(super) const fn is_between(&self, seen: u64) -> bool {
        !self.inside && self.ends == seen
    }

    /// The largest frame since the last time this was forgotten, in bytes.
    pub(super) const fn largest(&self) -> u64 {
        self.largest
    }

    pub(super) const fn forget_largest(&mut self) {
        self.largest = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_followed_however_they_are_cut() {
        let mut bytes = vec![0x89, 0x80, 1, 2, 3, 4];
        bytes.extend([0x01, 0x83, 1, 2, 3, 4, 7, 7, 7]);
        bytes.extend([0x80, 0xfe, 0x01, 0x00, 1, 2, 3, 4]);
        bytes.extend([9; 256]);
        bytes.extend([0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4]);
        bytes.extend(vec![9; 65_536]);
        for step in [1, 2, 3, 5, 7, 1000, bytes.len()] {
            let mut track = Track::default();
            bytes.chunks(step).for_each(|part| track.pass(part));
            assert!(track.is_between(3) && !track.is_between(2), "{track:?}");
            assert_eq!(track.largest(), 65_536);
            track.pass(&[0x81]);
            assert!(!track.is_between(3));
        }
    }
}
