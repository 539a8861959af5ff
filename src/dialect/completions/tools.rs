//! Which tool call a piece of a streamed call belongs to.
//!
//! The API keys pieces by `index`. Its speakers leave the index out, give every call the
//! same one, let it drift, repeat the id in each piece, or tell the name late.

use serde_json::Value;

use crate::dialect::json::{spelt, text, told};

/// The most argument bytes that are held back while a call's name is not known.
const HELD_MAX: usize = 1024 * 1024;

/// A tool call that has begun.
#[derive(Debug)]
pub(in crate::dialect) struct Call {
    /// The part's number, once the part is open.
    pub part: Option<u32>,
    /// The provider's id, where it told one.
    pub id: Option<String>,
    /// The name, once it is known.
    pub name: Option<String>,
    /// Arguments that came before the name.
    pub held: String,
    index: Option<u64>,
    arguments: JsonObject,
}

/// One entry of `delta.tool_calls`.
#[derive(Debug, Default)]
pub(in crate::dialect) struct Piece<'a> {
    index: Option<u64>,
    id: Option<&'a str>,
    name: Option<&'a str>,
    arguments: String,
}

impl<'a> Piece<'a> {
    /// Reads an entry; `arguments` may be an object where a string ought to stand.
    pub(in crate::dialect) fn read(entry: &'a Value) -> Self {
        let function = told(entry, "function").unwrap_or(entry);
        Self {
            index: entry.get("index").and_then(Value::as_u64),
            id: text(entry, "id"),
            name: text(function, "name"),
            arguments: told(function, "arguments").map(spelt).unwrap_or_default(),
        }
    }
}

/// What to do with a piece.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::dialect) struct Taken {
    /// The call's place among the calls of its choice.
    pub place: usize,
    /// The arguments to pass on at once.
    pub arguments: String,
    /// What was odd about it.
    pub problem: Option<&'static str>,
}

/// The tool calls of one choice.
#[derive(Debug, Default)]
pub(in crate::dialect) struct Calls(pub Vec<Call>);

impl Calls {
    /// Finds or opens the call that `piece` belongs to. `fresh` is the number of calls that
    /// stood before this delta: an entry never continues a call that the same delta began.
    pub(in crate::dialect) fn take(&mut self, piece: Piece<'_>, fresh: usize) -> Taken {
        let (place, mut problem) = match self.find(&piece, fresh) {
            (Some(place), problem) => (place, problem),
            (None, problem) => {
                self.0.push(Call {
                    part: None,
                    id: None,
                    name: None,
                    held: String::new(),
                    index: piece.index,
                    arguments: JsonObject::default(),
                });
                (self.0.len() - 1, problem)
            }
        };
        let call = &mut self.0[place];
        if let (None, Some(id)) = (&call.id, piece.id) {
            call.id = Some(id.to_owned());
            if call.part.is_some() {
                problem = Some("a tool call's id came after the call had begun");
            }
        }
        if let (None, Some(name)) = (&call.name, piece.name) {
            call.name = Some(name.to_owned());
        }
        call.arguments.push(&piece.arguments);
        let mut arguments = piece.arguments;
        if call.name.is_none() {
            if call.held.len() + arguments.len() <= HELD_MAX {
                call.held.push_str(&arguments);
            } else {
                problem = Some("too many arguments came before the tool's name");
            }
            arguments = String::new();
        } else if !call.held.is_empty() {
            arguments.insert_str(0, &std::mem::take(&mut call.held));
        }
        Taken { place, arguments, problem }
    }

    fn find(&self, piece: &Piece<'_>, fresh: usize) -> (Option<usize>, Option<&'static str>) {
        if let Some(id) = piece.id {
            return self.find_by_id(id, piece, fresh);
        }
        let at_index = self.last_at(piece.index);
        match (piece.name, piece.index) {
            (Some(name), Some(_)) => (at_index.filter(|place| self.may_continue(*place, name, piece)), None),
            (Some(_), None) => (self.last().filter(|place| self.0[*place].name.is_none()), None),
            (None, Some(_)) if at_index.is_some() => (at_index, None),
            (None, Some(_)) => match self.last() {
                Some(last) if !self.0[last].arguments.complete() => {
                    (Some(last), Some("a tool call's index drifts between its pieces"))
                }
                _ => (None, None),
            },
            (None, None) => (self.last(), None),
        }
    }

    fn find_by_id(&self, id: &str, piece: &Piece<'_>, fresh: usize) -> (Option<usize>, Option<&'static str>) {
        let known = self.0.iter().rposition(|call| call.id.as_deref() == Some(id));
        if let Some(place) = known {
            let call = &self.0[place];
            let moved = piece.index.is_some() && call.index.is_some() && piece.index != call.index;
            if piece.name.is_some() && (moved || place >= fresh) {
                return (None, Some("two tool calls have the same id"));
            }
            return (Some(place), None);
        }
        let anonymous = self.last_at(piece.index).filter(|place| {
            let call = &self.0[*place];
            call.id.is_none() && (call.name.is_none() || piece.name.is_none())
        });
        if anonymous.is_some() {
            return (anonymous, None);
        }
        let shared = piece.index.is_some() && self.last_at(piece.index).is_some();
        (None, shared.then_some("two tool calls share one index"))
    }

    /// Whether a nameful piece without id can belong to the call at `place`.
    fn may_continue(&self, place: usize, name: &str, piece: &Piece<'_>) -> bool {
        let call = &self.0[place];
        match &call.name {
            None => true,
            Some(known) => known == name && (!call.arguments.complete() || piece.arguments.is_empty()),
        }
    }

    fn last(&self) -> Option<usize> {
        self.0.len().checked_sub(1)
    }

    fn last_at(&self, index: Option<u64>) -> Option<usize> {
        match index {
            Some(_) => self.0.iter().rposition(|call| call.index == index),
            None => self.last(),
        }
    }
}

/// Follows a JSON text piece by piece, only to know whether its outermost value is closed.
#[derive(Debug, Default)]
struct JsonObject {
    depth: u32,
    closed: bool,
    in_string: bool,
    escaped: bool,
}

impl JsonObject {
    fn push(&mut self, piece: &str) {
        for byte in piece.bytes() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.closed |= self.depth == 0;
                }
                _ => {}
            }
        }
    }

    const fn complete(&self) -> bool {
        self.closed && self.depth == 0
    }
}
