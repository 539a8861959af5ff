//! The neutral conversation: what every dialect is decoded into and encoded from.
//!
//! A dialect never sees another dialect; both see this.

mod event;
mod fold;
mod message;
pub mod replay;
mod request;
mod response;
mod unfold;

pub use event::{Event, PartKind};
pub use fold::Fold;
pub use message::{ImageSource, Message, Part, Role};
pub use request::{Reasoning, Request, ResponseFormat, Tool, ToolChoice};
pub use response::{ErrorBody, Finish, FinishReason, Response, ToolCall, Usage};
pub use unfold::unfold;

use crate::problem::Problem;

/// What a total reader returns: what was understood, and what was not.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded<T> {
    /// What was understood.
    pub value: T,
    /// What was not, each with its place.
    pub problems: Vec<Problem>,
}

impl<T> Decoded<T> {
    /// A value understood in full.
    pub const fn whole(value: T) -> Self {
        Self { value, problems: Vec::new() }
    }

    /// A value with what was not understood beside it.
    pub const fn with(value: T, problems: Vec<Problem>) -> Self {
        Self { value, problems }
    }
}
