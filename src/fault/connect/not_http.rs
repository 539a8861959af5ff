//! The port speaks another protocol: what comes is not HTTP.

use bytes::Bytes;

use crate::fault::{Card, Context, Fault};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct NotHttp;

const CARD: Card = Card {
    code: "Z41",
    name: "not-http",
    shows: &["net.not-http"],
    about: "what answers is no HTTP server: another protocol's greeting comes",
    source: "follows from the protocol: a wrong port in a base URL",
    ought: "say that no HTTP is spoken there; go to the next candidate at once",
    example: "not-http",
    ..Card::PLAIN
};

/// The greeting of a server of another kind (RFC 4253 §4.2).
const GREETING: &[u8] = b"SSH-2.0-OpenSSH_9.2\r\n";

impl Fault for NotHttp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        Ok(Timeline { acts: vec![Act::Raw(Bytes::from_static(GREETING)), Act::Close] })
    }
}
