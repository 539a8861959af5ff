//! How an encoded stream ends: whole, cut by its provider, or by an error.

use serde_json::{Value, json};

use super::encode::{Encoder, What};
use super::{finish, response, usage};
use crate::chat::ErrorBody;

impl Encoder {
    fn close_all(&mut self, out: &mut Vec<u8>) {
        let open: Vec<u32> = self.parts.keys().copied().collect();
        for part in open {
            self.part_end(part, out);
        }
        self.settle(None, out);
    }

    /// What is not whole stays so in the last event.
    fn leave_open(&mut self) {
        for open in std::mem::take(&mut self.parts).into_values() {
            if open.kind == What::Silent {
                continue;
            }
            let Some(item) = self.output.get_mut(open.index) else { continue };
            match open.kind {
                What::Text => item["content"][open.place]["text"] = open.text.into(),
                What::Refusal => item["content"][open.place]["refusal"] = open.text.into(),
                What::Reasoning => item["summary"][open.place]["text"] = open.text.into(),
                What::Call | What::Silent => item["arguments"] = open.text.into(),
            }
            item["status"] = "incomplete".into();
        }
    }

    /// The answer as it stands.
    fn answer(&mut self) -> Value {
        let mut answer = response::frame(self.id.as_deref(), &self.model);
        answer["output"] = std::mem::take(&mut self.output).into();
        answer["usage"] = usage::write(&self.usage);
        answer
    }

    /// The terminal event. An end without a reason is told as such.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        self.over = true;
        self.close_all(out);
        let mut answer = self.answer();
        let finish = self.finish.take();
        let (status, reason) = finish.as_ref().map_or(("incomplete", None), finish::write);
        response::end(&mut answer, (status, reason));
        let event = match status {
            "completed" | "complete" => "response.completed",
            "failed" | "cancelled" => "response.failed",
            _ => "response.incomplete",
        };
        self.write(event, json!({ "response": answer }), out);
    }

    /// Some clients go by `error`, some by `response.failed`.
    pub(super) fn fail(&mut self, error: &ErrorBody, out: &mut Vec<u8>) {
        self.over = true;
        let kind = error.kind.as_deref().unwrap_or("server_error");
        let told =
            json!({ "type": kind, "code": error.code, "message": error.message, "param": error.param });
        self.settle(None, out);
        self.write("error", json!({ "error": told }), out);
        self.leave_open();
        let mut answer = self.answer();
        response::end(&mut answer, ("failed", None));
        answer["error"] = response::error_of(error);
        self.write("response.failed", json!({ "response": answer }), out);
    }
}
