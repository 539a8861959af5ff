//! Which dialects there are, and where they send what.

use provoke::chat::{Reasoning, Request};
use provoke::dialect::{all, by_id, by_openclaw_api, codec, codecs};

#[test]
fn dialects_are_found_by_id_and_by_openclaws_name() {
    let mut ids: Vec<&str> = all().iter().map(|dialect| dialect.id()).collect();
    for dialect in all() {
        assert_eq!(by_id(dialect.id()).unwrap().id(), dialect.id());
        assert!(!dialect.about().is_empty());
        assert!(!dialect.stream_framings().is_empty());
    }
    for codec in codecs() {
        assert_eq!(by_id(codec.id()).unwrap().about(), codec.about());
        assert_eq!(by_openclaw_api(codec.openclaw_api()).unwrap().id(), codec.id());
    }
    assert!(ids.is_sorted(), "{ids:?}");
    ids.dedup();
    assert_eq!(ids.len(), all().len());
    assert!(by_id("morse").is_none() && codec("morse").is_none());
    assert!(by_openclaw_api("morse").is_none());
}

#[test]
fn urls_are_built_as_openclaw_builds_them() {
    let cases = [
        ("anthropic_messages", "https://x", "https://x/v1/messages"),
        ("anthropic_messages", "https://x/", "https://x/v1/messages"),
        ("anthropic_messages", "https://x/v1", "https://x/v1/messages"),
        ("anthropic_messages", "https://x/v1/", "https://x/v1/messages"),
        ("anthropic_messages", "https://x/v1/messages", "https://x/v1/messages/v1/messages"),
        ("gemini", "https://x/v1beta", "https://x/v1beta/models/m:streamGenerateContent?alt=sse"),
        ("gemini", "https://x/v1beta/", "https://x/v1beta/models/m:streamGenerateContent?alt=sse"),
        ("ollama", "http://x:11434", "http://x:11434/api/chat"),
        ("ollama", "http://x:11434/", "http://x:11434/api/chat"),
        ("ollama", "http://x:11434/v1", "http://x:11434/api/chat"),
        ("ollama", "http://x:11434/v1/", "http://x:11434/api/chat"),
        ("bedrock_converse", "https://x", "https://x/model/m/converse-stream"),
        ("bedrock_converse", "https://x/", "https://x/model/m/converse-stream"),
        ("openai_chat", "https://x", "https://x/chat/completions"),
        ("openai_chat", "https://x/v1", "https://x/v1/chat/completions"),
        ("openai_chat", "https://x/v1/", "https://x/v1/chat/completions"),
        ("openai_responses", "https://x/v1", "https://x/v1/responses"),
        ("openai_responses", "https://x/v1/", "https://x/v1/responses"),
    ];
    for (id, base, url) in cases {
        assert_eq!(codec(id).unwrap().path(base, "m", true), url, "{id} {base}");
    }
}

#[test]
fn a_path_tells_what_a_body_does_not() {
    let gemini = codec("gemini").unwrap();
    assert_eq!(gemini.path("https://x/v1", "models/m", false), "https://x/v1/models/m:generateContent");
    for (path, asked) in [
        ("/v1beta/models/gemini-pro:generateContent", Some(("gemini-pro", false))),
        ("/v1beta/models/gemini-pro:streamGenerateContent?alt=sse", Some(("gemini-pro", true))),
        ("/v1/models/tuned/models/a:b:generateContent?key=k", Some(("a:b", false))),
        ("/v1beta/models/gemini-pro:countTokens", None),
        ("/v1beta/models/gemini-pro", None),
        ("/v1beta/models", None),
    ] {
        let asked = asked.map(|(model, stream)| (model.to_owned(), stream));
        assert_eq!(gemini.asked_by_path(path), asked, "{path}");
    }
    assert_eq!(codec("openai_chat").unwrap().asked_by_path("/v1/chat/completions"), None);
}

#[test]
fn a_model_id_is_one_segment_of_a_path() {
    let arn = "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-v1:0";
    let path = codec("bedrock_converse").unwrap().path("https://x", arn, false);
    let id = "arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.anthropic.claude-v1%3A0";
    assert_eq!(path, format!("https://x/model/{id}/converse"));
}

#[test]
fn each_family_on_bedrock_is_asked_to_reason_in_its_own_words() {
    let cases = [
        (
            "us.anthropic.claude-opus-4-6-v1",
            Reasoning::Budget(9),
            r#"{"thinking":{"type":"enabled","budget_tokens":9}}"#,
        ),
        (
            "us.amazon.nova-2-lite-v1:0",
            Reasoning::Effort("low".into()),
            r#"{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"low"}}"#,
        ),
        ("openai.gpt-oss-120b-1:0", Reasoning::Effort("low".into()), r#"{"reasoning_effort":"low"}"#),
        ("meta.llama3-3-70b-instruct-v1:0", Reasoning::Effort("low".into()), "null"),
    ];
    for (model, reasoning, want) in cases {
        let asked = Request { model: model.into(), reasoning: Some(reasoning.clone()), ..Request::default() };
        let codec = codec("bedrock_converse").unwrap();
        let written = codec.encode_request(&asked);
        assert_eq!(written.value["additionalModelRequestFields"].to_string(), want, "{model}");
        assert_eq!(written.problems.is_empty(), want != "null", "{model}");
        let read = codec.decode_request(written.value.to_string().as_bytes()).value;
        assert_eq!(read.reasoning, Some(reasoning).filter(|_| want != "null"), "{model}");
    }
}

#[test]
fn a_key_goes_where_the_dialect_wants_it() {
    let headers = |id: &str, key| {
        let headers = codec(id).unwrap().headers(key);
        headers.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>()
    };
    let version = "anthropic-version: 2023-06-01";
    assert_eq!(headers("anthropic_messages", Some("k")), ["x-api-key: k", version]);
    assert_eq!(headers("anthropic_messages", None), [version]);
    assert_eq!(headers("openai_chat", Some("k")), ["authorization: Bearer k"]);
    assert!(headers("openai_chat", None).is_empty());
    assert_eq!(headers("gemini", Some("k")), ["x-goog-api-key: k"]);
    assert_eq!(headers("ollama", Some("k")), ["authorization: Bearer k"]);
    assert_eq!(headers("openai_responses", Some("k")), ["authorization: Bearer k"]);
    assert_eq!(headers("bedrock_converse", Some("k")), ["authorization: Bearer k"]);
    assert!(headers("bedrock_converse", None).is_empty());
}
