//! What a dialect can say, it reads back as it was meant.

use bytes::Bytes;
use proptest::prelude::*;
use provoke::chat::{ErrorBody, Event, Fold, Request, Response};
use provoke::dialect::view::view;
use provoke::dialect::{Codec, codec, codecs};

use super::any;
use super::support::exchange;

fn request_comes_back(id: &str, request: &Request) -> Result<(), TestCaseError> {
    let dialect = codec(id).unwrap();
    let written = dialect.encode_request(request);
    prop_assert_eq!(&written.problems, &[]);
    let read = dialect.decode_request(written.value.to_string().as_bytes());
    prop_assert_eq!(&read.problems, &[], "{}", written.value);
    prop_assert_eq!(&read.value, request, "{}", written.value);
    Ok(())
}

fn response_comes_back(id: &str, response: &Response) -> Result<(), TestCaseError> {
    let dialect = codec(id).unwrap();
    let written = dialect.encode_response(response);
    let read = dialect.decode_response(written.to_string().as_bytes());
    prop_assert_eq!(&read.problems, &[], "{}", written);
    prop_assert_eq!(&read.value, response, "{}", written);
    Ok(())
}

fn stream_comes_back(id: &str, response: &Response, overlap: bool) -> Result<(), TestCaseError> {
    let dialect = codec(id).unwrap();
    let events = any::events(response, overlap);
    let mut fold = Fold::new();
    events.iter().for_each(|event| fold.push(event));
    prop_assert_eq!(&fold.response(), response, "the generator folds to its answer");
    let mut encoder = dialect.stream_encoder();
    let bytes: Vec<u8> = events.iter().flat_map(|event| encoder.event(event)).collect();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let seen = view(dialect, &exchange(200, content_type(dialect), vec![Bytes::from(bytes)]));
    prop_assert!(seen.ended, "{}", text);
    prop_assert_eq!(&seen.problems, &[], "{}", text);
    prop_assert_eq!(&seen.findings, &[], "{}", text);
    prop_assert_eq!(&seen.response, response, "{}", text);
    Ok(())
}

fn content_type(dialect: &dyn Codec) -> &'static str {
    dialect.stream_framings()[0].content_type()
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn anthropic_requests_come_back(request in any::anthropic_request()) {
        request_comes_back("anthropic_messages", &request)?;
    }

    #[test]
    fn bedrock_requests_come_back(request in any::bedrock::request()) {
        request_comes_back("bedrock_converse", &request)?;
    }

    #[test]
    fn bedrock_answers_come_back(response in any::bedrock::response()) {
        response_comes_back("bedrock_converse", &response)?;
    }

    #[test]
    fn bedrock_streams_come_back(response in any::bedrock::response(), overlap in any::<bool>()) {
        stream_comes_back("bedrock_converse", &response, overlap)?;
    }

    #[test]
    fn openai_requests_come_back(request in any::openai_request()) {
        request_comes_back("openai_chat", &request)?;
    }

    #[test]
    fn gemini_requests_come_back(request in any::gemini::request()) {
        request_comes_back("gemini", &request)?;
    }

    #[test]
    fn gemini_answers_come_back(response in any::gemini::response()) {
        response_comes_back("gemini", &response)?;
    }

    #[test]
    fn gemini_streams_come_back(response in any::gemini::response(), overlap in any::<bool>()) {
        stream_comes_back("gemini", &response, overlap)?;
    }

    #[test]
    fn ollama_requests_come_back(request in any::ollama::request()) {
        request_comes_back("ollama", &request)?;
    }

    #[test]
    fn ollama_answers_come_back(response in any::ollama::response()) {
        response_comes_back("ollama", &response)?;
    }

    #[test]
    fn ollama_streams_come_back(response in any::ollama::response(), overlap in any::<bool>()) {
        stream_comes_back("ollama", &response, overlap)?;
    }

    #[test]
    fn responses_requests_come_back(request in any::responses::request()) {
        request_comes_back("openai_responses", &request)?;
    }

    #[test]
    fn responses_answers_come_back(response in any::responses::response()) {
        response_comes_back("openai_responses", &response)?;
    }

    #[test]
    fn responses_streams_come_back(response in any::responses::response(), overlap in any::<bool>()) {
        stream_comes_back("openai_responses", &response, overlap)?;
    }

    #[test]
    fn anthropic_answers_come_back(response in any::anthropic_response()) {
        response_comes_back("anthropic_messages", &response)?;
    }

    #[test]
    fn openai_answers_come_back(response in any::openai_response()) {
        response_comes_back("openai_chat", &response)?;
    }

    #[test]
    fn anthropic_streams_come_back(response in any::anthropic_response(), overlap in any::<bool>()) {
        stream_comes_back("anthropic_messages", &response, overlap)?;
    }

    #[test]
    fn openai_streams_come_back(response in any::openai_response(), overlap in any::<bool>()) {
        stream_comes_back("openai_chat", &response, overlap)?;
    }
}

#[test]
fn an_error_in_a_stream_is_told_in_each_dialects_own_form() {
    let error = ErrorBody {
        message: "busy".into(),
        kind: Some("overloaded_error".into()),
        code: Some("529".into()),
        ..ErrorBody::default()
    };
    for dialect in codecs() {
        let mut encoder = dialect.stream_encoder();
        let mut bytes = encoder.event(&Event::Start { id: None, model: Some("m".into()) });
        bytes.extend(encoder.event(&Event::Error(error.clone())));
        let seen = view(*dialect, &exchange(200, content_type(*dialect), vec![Bytes::from(bytes)]));
        let terminal = dialect.id() == "openai_responses";
        assert_eq!(seen.ended, terminal, "{}: whether an error is followed by an end", dialect.id());
        let told = seen.error.unwrap();
        let kind = match dialect.id() {
            // Ollama has a text for an error, and nothing else.
            "ollama" => None,
            "bedrock_converse" => Some("serviceUnavailableException"),
            _ => Some("overloaded_error"),
        };
        assert_eq!((told.message.as_str(), told.kind.as_deref()), ("busy", kind), "{}", dialect.id());
    }
}
