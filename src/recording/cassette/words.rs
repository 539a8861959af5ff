//! The words of a cassette and what they mean in memory, both ways.

use super::line;
use crate::recording::{FrameOrigin, Side, Stage};

impl From<Side> for line::Side {
    fn from(side: Side) -> Self {
        match side {
            Side::Upstream => Self::Upstream,
            Side::Caller => Self::Caller,
            Side::Wall => Self::Wall,
        }
    }
}

impl From<line::Side> for Side {
    fn from(side: line::Side) -> Self {
        match side {
            line::Side::Upstream => Self::Upstream,
            line::Side::Caller => Self::Caller,
            line::Side::Wall => Self::Wall,
        }
    }
}

impl From<FrameOrigin> for line::Origin {
    fn from(origin: FrameOrigin) -> Self {
        match origin {
            FrameOrigin::Client => Self::Client,
            FrameOrigin::Server => Self::Server,
        }
    }
}

impl From<line::Origin> for FrameOrigin {
    fn from(origin: line::Origin) -> Self {
        match origin {
            line::Origin::Client => Self::Client,
            line::Origin::Server => Self::Server,
        }
    }
}

impl From<Stage> for line::Stage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Connect => Self::Connect,
            Stage::Headers => Self::Headers,
            Stage::FirstEvent => Self::FirstEvent,
            Stage::InterEvent => Self::InterEvent,
            Stage::Total => Self::Total,
            Stage::Drain => Self::Drain,
        }
    }
}

impl From<line::Stage> for Stage {
    fn from(stage: line::Stage) -> Self {
        match stage {
            line::Stage::Connect => Self::Connect,
            line::Stage::Headers => Self::Headers,
            line::Stage::FirstEvent => Self::FirstEvent,
            line::Stage::InterEvent => Self::InterEvent,
            line::Stage::Total => Self::Total,
            line::Stage::Drain => Self::Drain,
        }
    }
}
