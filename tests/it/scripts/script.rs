//! Scripts of inputs for the machine of one turn.

use std::time::Duration;

use bytes::Bytes;
use provoke::chat::{Message, Request, Role};
use provoke::dialect::codec;
use provoke::recording::timeline::{Act, Piece, Timeline};
use provoke::recording::{Head, TransportEvent};
use provoke::routing::{Backoff, Candidate, Deadlines, Input, Policy, Turn};
use provoke::seed::Seed;

use crate::healthy;

/// A script, read.
pub(super) struct Script {
    pub(super) about: Vec<String>,
    pub(super) setup: Setup,
    pub(super) steps: Vec<Step>,
}

/// Candidates and policy of a script.
pub(super) struct Setup {
    pub(super) dialects: Vec<String>,
    pub(super) policy: Policy,
    pub(super) stream: bool,
}

/// One line of a script.
pub(super) struct Step {
    pub(super) text: String,
    /// `None`: when the machine asked for it.
    pub(super) after: Option<Duration>,
    /// The attempt that the news is of; the last one that was opened by default.
    pub(super) attempt: Option<u32>,
    pub(super) word: String,
    pub(super) rest: String,
}

impl Default for Setup {
    /// Round numbers, so that a transcript can be read: the stages take 1, 2, 3 and 4 seconds.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        let deadlines = Deadlines {
            connect: seconds(1),
            headers: seconds(2),
            first_event: seconds(3),
            inter_event: seconds(4),
            total: seconds(20),
            drain: seconds(5),
        };
        let backoff = Backoff { first: Duration::from_millis(400), max: seconds(2) };
        let policy =
            Policy { deadlines, attempts_max: 6, attempts_per_candidate: 2, backoff, wait_max: seconds(10) };
        Self { dialects: vec!["openai_chat".to_owned()], policy, stream: true }
    }
}

impl Setup {
    fn set(&mut self, key: &str, value: &str) {
        let span = || Duration::from_millis(value.parse().expect("milliseconds"));
        match key {
            "candidates" => self.dialects = value.split_whitespace().map(str::to_owned).collect(),
            "attempts" => self.policy.attempts_max = value.parse().expect("a number"),
            "per-candidate" => self.policy.attempts_per_candidate = value.parse().expect("a number"),
            "total" => self.policy.deadlines.total = span(),
            "wait-max" => self.policy.wait_max = span(),
            "stream" => self.stream = value == "yes",
            _ => panic!("unknown setting `{key}`"),
        }
    }

    /// The candidates: `p0/m0`, `p1/m1` and so on.
    pub(super) fn candidates(&self) -> Vec<Candidate> {
        let candidate = |(place, id): (usize, &String)| Candidate {
            provider: format!("p{place}"),
            model: format!("m{place}"),
            dialect: codec(id).unwrap_or_else(|| panic!("no dialect `{id}`")),
            base_url: format!("http://p{place}.test/v1"),
            key: None,
            bearer_too: false,
            headers: Vec::new(),
        };
        self.dialects.iter().enumerate().map(candidate).collect()
    }

    pub(super) fn turn(&self, seed: Seed) -> Turn {
        Turn::new(self.candidates(), request(self.stream), self.policy.clone(), seed)
    }
}

/// A short request.
pub(super) fn request(stream: bool) -> Request {
    let messages = vec![Message::text(Role::User, "Good morning")];
    Request { messages, stream, max_tokens: Some(64), ..Request::default() }
}

impl Script {
    pub(super) fn read(name: &str, text: &str) -> Self {
        let mut script = Self { about: Vec::new(), setup: Setup::default(), steps: Vec::new() };
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(about) = line.strip_prefix("# ") {
                script.about.push(about.to_owned());
            } else if let Some(setting) = line.strip_prefix("@ ") {
                let (key, value) = setting.split_once(' ').unwrap_or((setting, ""));
                script.setup.set(key, value);
            } else if !line.is_empty() {
                let step = Step::read(line).unwrap_or_else(|| panic!("{name}:{number}: `{line}`"));
                script.steps.push(step);
            }
        }
        assert!(!script.about.is_empty(), "{name}: does not say what it stands for");
        script
    }
}

impl Step {
    fn read(line: &str) -> Option<Self> {
        let (when, mut what) = line.split_once(' ').unwrap_or((line, "deadline"));
        let after = match when {
            "due" => None,
            _ => Some(Duration::from_millis(when.strip_prefix('+')?.parse().ok()?)),
        };
        let mut attempt = None;
        if let Some(rest) = what.strip_prefix("of ") {
            let (number, rest) = rest.split_once(' ')?;
            (attempt, what) = (Some(number.parse().ok()?), rest);
        }
        let (word, rest) = what.split_once(' ').unwrap_or((what, ""));
        Some(Self { text: line.to_owned(), after, attempt, word: word.to_owned(), rest: rest.to_owned() })
    }

    /// The input that the line stands for, when `attempt` was opened last and speaks `dialect`.
    pub(super) fn input(&self, attempt: u32, dialect: &str) -> Input {
        match self.word.as_str() {
            "begin" => Input::Begin,
            "deadline" => Input::Deadline,
            "left" => Input::CallerLeft,
            _ => Input::Transport(self.attempt.unwrap_or(attempt), self.event(dialect)),
        }
    }

    fn event(&self, dialect: &str) -> TransportEvent {
        let bytes = |bytes: Vec<u8>| TransportEvent::Bytes(Bytes::from(bytes));
        match self.word.as_str() {
            "connected" => TransportEvent::Connected,
            "refused" => TransportEvent::Refused,
            "tls-failed" => TransportEvent::TlsFailed(self.rest.clone()),
            "malformed" => TransportEvent::Malformed(self.rest.clone()),
            "reset" => TransportEvent::Reset,
            "goaway" => TransportEvent::GoAway,
            "eof" => TransportEvent::Eof { complete: true },
            "cut" => TransportEvent::Eof { complete: false },
            "head" => TransportEvent::Head(head(&self.rest)),
            "bytes" => bytes(unescape(&self.rest)),
            "spaces" => bytes(vec![b' '; self.rest.parse().expect("a number")]),
            "comment" => bytes(b": keep-alive\n\n".to_vec()),
            "ping" => bytes(b"event: ping\ndata: {\"type\": \"ping\"}\n\n".to_vec()),
            "json" => bytes(body(&healthy::whole(dialect), |_| true)),
            "healthy" => bytes(body(&healthy::text(dialect), |_| true)),
            // What stands before the first content, the nth content, and what stands behind the last.
            "start" => bytes(pieces(dialect).0),
            "say" => bytes(pieces(dialect).1.swap_remove(self.rest.parse().expect("a number"))),
            "finish" => bytes(pieces(dialect).2),
            "terminal" => bytes(body(&healthy::text(dialect), |piece| piece == Piece::Terminal)),
            word => panic!("unknown word `{word}`"),
        }
    }
}

/// The pieces of the body that `wanted` takes, joined.
pub(super) fn body(timeline: &Timeline, wanted: impl Fn(Piece) -> bool) -> Vec<u8> {
    let taken = timeline.acts.iter().filter_map(|act| match act {
        Act::Body { bytes, piece } if wanted(*piece) => Some(bytes.to_vec()),
        _ => None,
    });
    taken.collect::<Vec<_>>().concat()
}

/// The healthy text in its pieces: before the content, the contents, then up to the terminal record.
pub(super) fn pieces(dialect: &str) -> (Vec<u8>, Vec<Vec<u8>>, Vec<u8>) {
    let (mut before, mut contents, mut after) = (Vec::new(), Vec::new(), Vec::new());
    for act in healthy::text(dialect).acts {
        match act {
            Act::Body { bytes, piece: Piece::Content } => contents.push(bytes.to_vec()),
            Act::Body { piece: Piece::Terminal, .. } => {}
            Act::Body { bytes, .. } if contents.is_empty() => before.extend_from_slice(&bytes),
            Act::Body { bytes, .. } => after.extend_from_slice(&bytes),
            _ => {}
        }
    }
    (before, contents, after)
}

/// `200 content-type: text/event-stream | x: y`.
fn head(text: &str) -> Head {
    let (status, fields) = text.split_once(' ').unwrap_or((text, ""));
    let fields = fields.split(" | ").filter_map(|field| field.split_once(": "));
    let headers = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Head { status: status.parse().expect("a status"), headers }
}

fn unescape(text: &str) -> Vec<u8> {
    text.replace("\\n", "\n").replace("\\r", "\r").replace("\\u{feff}", "\u{feff}").into_bytes()
}
