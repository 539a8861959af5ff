//! The dialects of choices that are only read: Mistral's chat and text completions.

use bytes::Bytes;
use provoke::chat::{FinishReason, Part, ToolChoice};
use provoke::dialect::by_id;
use provoke::dialect::view::{View, view};

use super::support::exchange;

/// A stream of these payloads, as `dialect` reads it.
fn streamed(dialect: &str, payloads: &[&str]) -> View {
    let body: String = payloads.iter().map(|payload| format!("data: {payload}\n\n")).collect();
    view(by_id(dialect).unwrap(), &exchange(200, "text/event-stream", vec![Bytes::from(body)]))
}

fn text(said: &str) -> Part {
    Part::Text(said.to_owned())
}

#[test]
fn choices_of_text_come_in_turns() {
    let seen = streamed(
        "openai_completions",
        &[
            r#"{"id":"cmpl-1","model":"m","choices":[{"text":"a","index":0},{"text":"x","index":1}]}"#,
            r#"{"id":"cmpl-1","choices":[{"text":"y","index":1,"finish_reason":"length"}]}"#,
            r#"{"id":"cmpl-1","choices":[{"text":"b","index":0,"finish_reason":"stop"}]}"#,
            r#"{"id":"cmpl-1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#,
            "[DONE]",
        ],
    );
    assert_eq!(seen.response.parts, [text("ab")]);
    assert_eq!(seen.response.more_choices, [vec![text("xy")]]);
    assert_eq!(seen.response.finish.unwrap().reason, FinishReason::Stop);
    assert_eq!((seen.response.usage.input, seen.response.usage.output), (Some(3), Some(4)));
    assert!(seen.ended && seen.problems.is_empty(), "{:?}", seen.problems);
}

#[test]
fn a_text_that_is_told_as_text_and_as_delta_is_told_once() {
    let chunk = r#"{"choices":[{"index":0,"text":" and","delta":{"content":" and"}}]}"#;
    assert_eq!(streamed("openai_completions", &[chunk]).response.text(), " and");
}

#[test]
fn values_alone_are_text() {
    let seen = streamed("openai_completions", &[r#"{"value":"Su"}"#, r#"{"value":"re"}"#]);
    assert_eq!(seen.response.text(), "Sure");
    assert!(!seen.ended);
}

#[test]
fn what_is_no_text_completion_is_named() {
    let seen = streamed("openai_completions", &[r#"{"type":"message_start"}"#, "{", "[DONE]", "{}"]);
    let problems: Vec<&str> = seen.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert_eq!(problems[0], "a record is no text completion: it has no choices");
    let failed = streamed("openai_completions", &[r#"{"error":{"message":"busy","type":"x"}}"#]);
    assert_eq!(failed.error.unwrap().message, "busy");
}

#[test]
fn a_prompt_is_what_the_user_says() {
    let dialect = by_id("openai_completions").unwrap();
    let read =
        dialect.decode_request(br#"{"model":"m","prompt":["Say hi"],"max_tokens":5,"echo":true,"stop":"."}"#);
    assert_eq!(read.problems, []);
    assert_eq!(read.value.messages[0].parts, [text("Say hi")]);
    assert_eq!((read.value.max_tokens, read.value.stop.len()), (Some(5), 1));
    assert_eq!(read.value.extra, [("echo".to_owned(), true.into())]);
    let several = dialect.decode_request(br#"{"model":"m","prompt":["a","b"]}"#);
    assert_eq!(several.value.extra[0].0, "prompt", "several prompts stay as they are");
}

#[test]
fn mistral_thinks_in_its_content_and_calls_tools_whole() {
    let seen = streamed(
        "mistral_chat",
        &[
            r#"{"id":"1","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}}],"p":"abc"}"#,
            r#"{"id":"1","choices":[{"index":0,"delta":{"content":[{"type":"text","text":"hi"}]}}]}"#,
            r#"{"id":"1","choices":[{"index":0,"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"g","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#,
            "[DONE]",
        ],
    );
    let calls: Vec<String> = seen.response.tool_calls().into_iter().map(|call| call.name).collect();
    assert_eq!((seen.response.reasoning().as_str(), seen.response.text().as_str()), ("hm", "hi"));
    assert_eq!(calls, ["f", "g"]);
    assert_eq!(seen.response.usage.total, Some(3));
    assert!(seen.ended && seen.problems.is_empty(), "{:?}", seen.problems);
}

#[test]
fn mistral_has_words_of_its_own() {
    let dialect = by_id("mistral_chat").unwrap();
    let read = dialect.decode_request(
        br#"{"model":"m","messages":[{"role":"user","content":"hi"}],"tool_choice":"any","random_seed":7}"#,
    );
    assert_eq!(read.value.tool_choice, Some(ToolChoice::Required));
    assert_eq!(read.value.extra, [("random_seed".to_owned(), 7.into())]);
    assert_eq!(read.value.extra_from, Some("mistral_chat"));
    let error = r#"{"object":"error","message":"bad","type":"invalid_request_error","code":"1500"}"#;
    assert_eq!(dialect.decode_error(error.as_bytes()).unwrap().code.as_deref(), Some("1500"));
    assert_eq!(streamed("mistral_chat", &[error]).error.unwrap().message, "bad");
}
