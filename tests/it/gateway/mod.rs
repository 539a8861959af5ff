//! The gateway, from outside and from inside.

mod abuse;
mod fallback;
mod guest;
mod load;
mod openclaw;
mod rows;
mod seed;
mod subject;
