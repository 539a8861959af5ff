//! Mocks made from other mocks: the form that a case lacks, and answers made for one request.

use bytes::Bytes;

use super::MockCase;
use super::ask::Want;
use crate::chat::{Event, Finish, FinishReason, Fold, Part, Response, Usage, unfold};
use crate::dialect::Codec;
use crate::moment::Moment;
use crate::wire::Item;
use crate::wire::sse::Lexer;

/// How many characters of a made answer one record carries.
const PIECE: usize = 16;

/// How many bytes are counted as a token, where somebody wants a number.
const BYTES_PER_TOKEN: usize = 4;

/// Roughly how many tokens so many bytes are.
pub(super) const fn tokens(bytes: usize) -> u64 {
    bytes.div_ceil(BYTES_PER_TOKEN) as u64
}

/// The case with both forms: what it lacks is made from what it has.
pub(super) fn completed(case: &MockCase) -> MockCase {
    let dialect = case.dialect;
    let mut both = case.clone();
    match (&case.stream, &case.whole) {
        (Some(stream), None) => {
            both.whole = Some(dialect.encode_response(&folded(dialect, stream)).to_string().into());
        }
        (None, Some(whole)) if case.about.status < 400 => {
            both.stream = Some(streamed(dialect, &dialect.decode_response(whole).value));
        }
        _ => {}
    }
    both
}

/// The case, saying what is wanted in place of its text. `number` makes ids, `asked` is the size of
/// the request in bytes.
pub(super) fn made(base: &MockCase, want: &Want, number: u64, asked: usize) -> MockCase {
    let (part, reason, length) = match want {
        Want::Text => return base.clone(),
        Want::Call { name, arguments } => {
            let (id, arguments) = (format!("call_mock_{number}"), arguments.to_string());
            let length = arguments.len();
            (Part::ToolCall { id, name: name.clone(), arguments }, FinishReason::ToolCalls, length)
        }
        Want::Json(value) => {
            let text = value.to_string();
            let length = text.len();
            (Part::Text(text), FinishReason::Stop, length)
        }
    };
    let (input, output) = (tokens(asked), tokens(length));
    let response = Response {
        id: Some(format!("mock_{number}")),
        model: Some(super::case::MODEL.to_owned()),
        parts: vec![part],
        // No dialect's own word: each writes the one it has for the reason.
        finish: Some(Finish { reason, raw: String::new() }),
        usage: Usage {
            input: Some(input),
            output: Some(output),
            total: Some(input + output),
            ..Usage::default()
        },
        ..Response::default()
    };
    let mut case = base.clone();
    case.stream = Some(streamed(base.dialect, &response));
    case.whole = Some(base.dialect.encode_response(&response).to_string().into());
    case
}

fn folded(dialect: &dyn Codec, stream: &[u8]) -> Response {
    let (mut lexer, mut decoder, mut fold) = (Lexer::new(), dialect.stream_decoder(), Fold::new());
    let mut items = lexer.push(stream, Moment::ZERO);
    items.extend(lexer.finish(Moment::ZERO));
    for item in items {
        if let Item::Record(event) = item {
            decoder.record(&event.event, &event.data).value.iter().for_each(|event| fold.push(event));
        }
    }
    decoder.finish().value.iter().for_each(|event| fold.push(event));
    fold.response()
}

/// The answer as a stream, a few characters a record.
fn streamed(dialect: &dyn Codec, response: &Response) -> Bytes {
    let mut encoder = dialect.stream_encoder();
    let mut bytes = Vec::new();
    for event in unfold(response) {
        match event {
            // Some dialects tell the tokens of the request at the start.
            Event::Start { .. } => {
                bytes.extend(encoder.event(&event));
                bytes.extend(encoder.event(&Event::Usage(Usage {
                    output: None,
                    total: None,
                    ..response.usage
                })));
            }
            Event::Delta { part, text } => {
                let letters: Vec<char> = text.chars().collect();
                for piece in letters.chunks(PIECE) {
                    bytes.extend(encoder.event(&Event::Delta { part, text: piece.iter().collect() }));
                }
            }
            event => bytes.extend(encoder.event(&event)),
        }
    }
    bytes.into()
}
