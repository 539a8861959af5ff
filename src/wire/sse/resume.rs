//! What a client keeps in order to resume: the last event id and the reconnection time.

use super::field;

/// The last event id and the reconnection time, as WHATWG keeps them.
#[derive(Debug, Clone, Default)]
pub(super) struct Resume {
    /// Set by `id` lines, committed by the next blank line.
    buffer: String,
    last_event_id: String,
    retry: Option<u64>,
}

impl Resume {
    /// Takes up where an earlier stream ended.
    pub(super) fn after(last_event_id: &str) -> Self {
        Self { buffer: last_event_id.to_owned(), last_event_id: last_event_id.to_owned(), retry: None }
    }

    /// Takes an `id` field; false when it holds a NUL and so is ignored.
    pub(super) fn id(&mut self, value: &str) -> bool {
        let good = !value.contains('\0');
        if good {
            self.buffer.clear();
            self.buffer.push_str(value);
        }
        good
    }

    /// Takes a `retry` field; false when it is no number and so is ignored.
    pub(super) fn retry(&mut self, value: &str) -> bool {
        let millis = field::retry(value);
        self.retry = millis.or(self.retry);
        millis.is_some()
    }

    /// Takes a blank line.
    pub(super) fn commit(&mut self) {
        if self.last_event_id != self.buffer {
            self.last_event_id.clone_from(&self.buffer);
        }
    }

    /// The id that the next blank line will commit.
    pub(super) fn pending_id(&self) -> &str {
        &self.buffer
    }

    /// The last event id.
    pub(super) fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The reconnection time in milliseconds.
    pub(super) const fn reconnection_millis(&self) -> Option<u64> {
        self.retry
    }
}
