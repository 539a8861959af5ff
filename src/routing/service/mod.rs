//! What a router in service decides beside the turn itself: what a path asks for, which models stand for a
//! name, and what is said of it.

mod endpoint;
mod route;
mod told;

pub use endpoint::{Endpoint, credential, endpoint, is_agent};
pub use route::{Route, route};
pub use told::{headers, lines};
