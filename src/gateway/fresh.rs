//! The time and the chance that the machines here are given.

use crate::moment::Moment;

/// When something happens, on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// On the clock that never steps: for deadlines.
    pub at: Moment,
    /// On the wall, in milliseconds since 1970: for what is stored, signed or shown.
    pub ms: u64,
}

/// Random bytes for one input, from the caller: enough for two ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fresh(pub [u8; 32]);

impl Fresh {
    /// The first UUID (version 4) that these bytes make.
    #[must_use]
    pub fn uuid(&self) -> String {
        uuid_of(&self.0[..16])
    }

    /// The second one.
    #[must_use]
    pub fn second_uuid(&self) -> String {
        uuid_of(&self.0[16..])
    }
}

/// A version 4 UUID of 16 random bytes.
fn uuid_of(bytes: &[u8]) -> String {
    let mut raw = [0; 16];
    raw.copy_from_slice(bytes);
    uuid::Builder::from_random_bytes(raw).into_uuid().to_string()
}
