//! A 400 for any temperature but 1.

use serde_json::Value;

use crate::chat::ErrorBody;
use crate::fault::{
    Card, Context, Fault, Kind, asked,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct TemperatureFixed;

const CARD: Card = Card {
    code: "O22",
    name: "temperature-fixed",
    kind: Kind::Reactive,
    shows: &["provider.request-rejected"],
    about: "a 400 for any temperature but 1",
    source: "seen: https://github.com/decolua/9router/issues/560",
    ought: "drop it with a warning",
    example: "temperature-fixed",
    ..Card::PLAIN
};

impl Fault for TemperatureFixed {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let asked = asked::json(cx.request);
        let temperature = asked.get("temperature").and_then(Value::as_f64);
        if temperature.is_none_or(|degree| (degree - 1.0).abs() < f64::EPSILON) {
            return Ok(healthy);
        }
        let error = ErrorBody {
            param: Some("temperature".to_owned()),
            code: Some("unsupported_value".to_owned()),
            ..complaint(
                "'temperature' does not support this value with this model: only the default (1) is supported",
            )
        };
        Ok(voice.refusal(400, &error))
    }
}
