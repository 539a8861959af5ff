//! Pairing: who may do what, because somebody said so.
//!
//! The rules (R1 to R7 and the decisions above them):
//!
//! - R1: an id grants exactly the scopes that were shown under it;
//! - R2: an id that was shown stays approvable for its lifetime;
//! - R3: asking for a subset changes nothing;
//! - R4: an approver's own connect never spoils what it approves;
//! - R5: retrying keeps a request alive, within bounds;
//! - R6: one writer; what others change in the files is merged, never overwritten;
//! - R7: a store that cannot be read is not written.

mod book;
mod command;

pub use book::{Book, Device, Origin, PairRequest, ServerKey, Token, Tombstone};
pub use command::{Answer, By, Bypass, Claim, Command, Connect, Event, Proof, Reason, Step};
