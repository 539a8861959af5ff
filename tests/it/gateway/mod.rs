//! The gateway, from outside and from inside.

mod guest;
mod openclaw;
mod subject;
