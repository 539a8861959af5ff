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

mod approve;
mod aspect;
mod audit;
mod book;
mod bootstrap;
mod clock;
mod command;
mod connect;
pub mod image;
mod list;
mod remove;
mod request;
mod store;
mod token;
mod turn;

pub use aspect::Aspect;
pub use book::{
    BOOTSTRAP_TTL_MS, Book, Bootstrap, DEVICES_MAX, Device, EPOCHS_MAX, Half, NAME_MAX, Origin, PairRequest,
    Policy, Profile, REQUEST_LIFE_MS, REQUEST_TTL_MS, REQUESTS_MAX, REQUESTS_PER_DEVICE, SCOPE_MAX,
    SCOPES_MAX, SEEN_EVERY_MS, ServerKey, TOMBSTONES_MAX, Token, Tombstone,
};
pub use command::{Answer, By, Bypass, Claim, Command, Connect, Event, Proof, Reason, Step};
pub use store::Store;
pub use token::{derive, hash_of, matches};
