//! Traces: a recording as lanes of marks along time, for pictures.
//!
//! Plain values without a body: [`crate::dialect::trace`] computes them where the dialect is known.

use super::{Side, Stage, Timed};
use crate::moment::Moment;

/// What crossed the wire in one case, lane by lane.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// The attempts in their order; the caller's lane, where there is one, is the last.
    pub lanes: Vec<Lane>,
    /// How many attempts are not shown, since there were too many.
    pub lanes_left_out: usize,
    /// When the subject committed to an answer.
    pub commit: Option<Moment>,
}

/// One exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Which leg.
    pub side: Side,
    /// Number of the attempt, from 1; 0 on the caller's leg.
    pub attempt: u32,
    /// Who was asked, as `provider/model`.
    pub target: String,
    /// When the request began.
    pub started: Moment,
    /// When the head of the answer came, and its status.
    pub head: Option<Timed<u16>>,
    /// The bytes of the body that came, whether they were kept or not.
    pub bytes: u64,
    /// What came in the body, in order.
    pub marks: Vec<Mark>,
    /// How many marks in the middle are not shown, since there were too many.
    pub marks_left_out: usize,
    /// The long spans without progress.
    pub quiet: Vec<Quiet>,
    /// How it ended, where it did.
    pub end: Option<Timed<Ending>>,
}

/// Something that came in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When its last byte came.
    pub at: Moment,
    /// What it is.
    pub kind: MarkKind,
    /// Where it begins in the body, in bytes.
    pub offset: u64,
    /// How long it is, in bytes.
    pub bytes: u64,
    /// How it begins: an excerpt.
    pub text: String,
}

/// What came in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// A record with content.
    Content,
    /// A record without content.
    Record,
    /// A record that tells an error.
    Error,
    /// The dialect's terminal record.
    Terminal,
    /// A last record that lacks its blank line.
    Unfinished,
    /// A keep-alive of the dialect.
    Ping,
    /// A comment.
    Comment,
    /// A piece of a body that is no stream of events.
    Piece,
    /// Bytes that came and were not kept.
    Dropped,
}

impl MarkKind {
    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Record => "record",
            Self::Error => "error",
            Self::Terminal => "terminal",
            Self::Unfinished => "unfinished",
            Self::Ping => "ping",
            Self::Comment => "comment",
            Self::Piece => "piece",
            Self::Dropped => "not kept",
        }
    }

    /// Whether it is a sign of life without progress.
    #[must_use]
    pub const fn keeps_alive(self) -> bool {
        matches!(self, Self::Ping | Self::Comment)
    }
}

/// A long span without progress; comments and pings are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// When the last progress was.
    pub from: Moment,
    /// When the next one was, or the end.
    pub to: Moment,
    /// Whether a deadline ended it.
    pub timed_out: bool,
}

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As HTTP's framing promised.
    Whole,
    /// Before what HTTP's framing promised.
    Cut,
    /// The connection was refused.
    Refused,
    /// The TLS handshake failed.
    TlsFailed,
    /// The connection was reset.
    Reset,
    /// The peer went away.
    GoAway,
    /// What came is not HTTP.
    Malformed,
    /// A deadline passed.
    TimedOut(Stage),
    /// The subject dropped the connection.
    Cancelled,
}

impl Ending {
    /// The ending in words that follow "ended:".
    #[must_use]
    pub fn words(self) -> String {
        let fixed = match self {
            Self::TimedOut(stage) => return format!("{} deadline", stage.name()),
            Self::Whole => "closed in order",
            Self::Cut => "cut short",
            Self::Refused => "refused",
            Self::TlsFailed => "TLS failed",
            Self::Reset => "reset",
            Self::GoAway => "peer went away",
            Self::Malformed => "not HTTP",
            Self::Cancelled => "dropped by the subject",
        };
        fixed.to_owned()
    }
}

impl Trace {
    /// The last moment of all lanes.
    #[must_use]
    pub fn end(&self) -> Moment {
        self.lanes.iter().map(Lane::last).max().unwrap_or_default()
    }
}

impl Lane {
    /// The last moment of which the lane tells.
    #[must_use]
    pub fn last(&self) -> Moment {
        let head = self.head.as_ref().map(|head| head.at);
        let end = self.end.as_ref().map(|end| end.at);
        let mark = self.marks.iter().map(|mark| mark.at).max();
        [Some(self.started), head, mark, end].into_iter().flatten().max().unwrap_or_default()
    }

    /// How many marks of a kind are shown.
    #[must_use]
    pub fn count(&self, kind: MarkKind) -> usize {
        self.marks.iter().filter(|mark| mark.kind == kind).count()
    }
}
