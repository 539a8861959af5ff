//! Tool calls without ids.
//!
//! Some dialects match a result to its call by name and order alone, the others need an id. One that
//! is invented here is the same whenever the same answer is read, and is known for what it is, so
//! that it is never told to a provider that gave none.

const PREFIX: &str = "call_noid_";

/// The id of the call `number` of an answer or of a conversation; `answer` is the provider's id of the
/// answer, where there is one.
pub(crate) fn invent(answer: Option<&str>, number: usize) -> String {
    match answer {
        Some(answer) => format!("{PREFIX}{answer}_{number}"),
        None => format!("{PREFIX}{number}"),
    }
}

/// The id, unless it was invented here.
pub(crate) fn given(id: &str) -> Option<&str> {
    (!id.is_empty() && !id.starts_with(PREFIX)).then_some(id)
}

/// The calls of a conversation so far, for the results that follow.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// Ids and names of the calls that wait for their results.
    waiting: Vec<(String, String)>,
    seen: usize,
}

impl Calls {
    /// A call of `name`; its id, invented where none was told.
    pub(crate) fn called(&mut self, id: Option<String>, name: &str) -> String {
        let id = id.unwrap_or_else(|| invent(None, self.seen));
        self.seen += 1;
        self.waiting.push((id.clone(), name.to_owned()));
        id
    }

    /// The call that a result answers: the one it names, else the first of that tool that waits, else,
    /// where it names neither, the first that waits.
    pub(crate) fn answered(&mut self, id: Option<String>, name: Option<&str>) -> Option<String> {
        let fits = |(waiting, tool): &(String, String)| match (&id, name) {
            (Some(id), _) => waiting == id,
            (None, Some(name)) => tool == name,
            (None, None) => true,
        };
        let place = self.waiting.iter().position(fits);
        place.map(|place| self.waiting.remove(place).0).or(id)
    }
}
