//! Healthy answers, rendered once: what is the same for every request of its kind is not made again.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::MockCase;
use crate::fault::wire::WireAct;

/// The most answers that are kept; the oldest goes first.
const ANSWERS_MAX: usize = 64;

/// The longest model id, in bytes, whose answers are kept.
const MODEL_MAX: usize = 256;

/// The id of request number `number`. All have one length, so that one can stand in another's place.
pub(super) fn request_id(number: u64) -> String {
    format!("req_mock_{number:020}")
}

/// Rendered answers, by case, form and model.
#[derive(Debug, Clone, Default)]
pub(super) struct Prepared {
    answers: VecDeque<Answer>,
}

#[derive(Debug, Clone)]
struct Answer {
    case: Arc<MockCase>,
    stream: bool,
    model: String,
    /// The first write: the head, and where in it the request's id stands.
    head: Bytes,
    id: Range<usize>,
    /// All else, with writes that touch as one.
    rest: Vec<WireAct>,
}

impl Prepared {
    /// The acts of an answer that was kept, with the id of this request.
    pub(super) fn find(
        &self,
        case: &Arc<MockCase>,
        model: &str,
        stream: bool,
        id: &str,
    ) -> Option<Vec<WireAct>> {
        let is_it = |answer: &&Answer| {
            Arc::ptr_eq(&answer.case, case) && answer.stream == stream && answer.model == model
        };
        let answer = self.answers.iter().find(is_it)?;
        let mut head = answer.head.to_vec();
        head.get_mut(answer.id.clone())
            .filter(|place| place.len() == id.len())?
            .copy_from_slice(id.as_bytes());
        let mut acts = Vec::with_capacity(answer.rest.len() + 2);
        acts.push(WireAct::Write(head.into()));
        acts.extend(answer.rest.iter().cloned());
        Some(acts)
    }

    /// Keeps an answer that carries the id of its request in its head, where it is worth it.
    pub(super) fn keep(
        &mut self,
        case: &Arc<MockCase>,
        model: &str,
        stream: bool,
        id: &str,
        acts: &[WireAct],
    ) {
        let Some((WireAct::Write(head), rest)) = acts.split_first() else { return };
        let place = head.windows(id.len()).position(|window| window == id.as_bytes());
        let Some(place) = place.filter(|_| model.len() <= MODEL_MAX) else { return };
        if self.answers.len() >= ANSWERS_MAX {
            self.answers.pop_front();
        }
        self.answers.push_back(Answer {
            case: Arc::clone(case),
            stream,
            model: model.to_owned(),
            head: head.clone(),
            id: place..place + id.len(),
            rest: joined(rest),
        });
    }
}

fn joined(acts: &[WireAct]) -> Vec<WireAct> {
    let mut joined = Vec::new();
    for run in acts.chunk_by(|one, next| matches!((one, next), (WireAct::Write(_), WireAct::Write(_)))) {
        if let [WireAct::Write(_), _, ..] = run {
            let bytes = run.iter().filter_map(WireAct::written).collect::<Vec<_>>().concat();
            joined.push(WireAct::Write(bytes.into()));
        } else {
            joined.extend_from_slice(run);
        }
    }
    joined
}
