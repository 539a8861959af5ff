//! Redaction: what goes, what stays, and that nothing moves.

use std::borrow::Cow;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::read::GzDecoder;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use provoke::recording::redact::Redactor;

use super::samples;

/// Keys as services give them, put together here so that no scanner takes this file for a leak.
fn shaped() -> Vec<String> {
    let noise = "Q7zW2mLx9KcV4bNt8RfY1gHs6DpJ3kUa5eTo0iXw";
    let n = |length: usize| &noise[..length];
    vec![
        format!("sk-{}", n(32)),
        format!("sk-proj-{}_{}", n(20), n(20)),
        format!("sk-ant-api03-{}-AA", n(40)),
        format!("sk-or-v1-{}", n(40).to_lowercase()),
        format!("gsk_{}", n(40)),
        format!("xai-{}", n(40)),
        format!("AIza{}", n(35)),
        format!("hf_{}", n(34)),
        format!("r8_{}", n(37)),
        format!("AKIA{}", n(16).to_uppercase()),
        format!("ghp_{}", n(36)),
        format!("github_pat_{}_{}", n(22), n(40)),
        format!("xox{}-123456789012-{}", "b", n(24)),
        format!("eyJ{}.eyJ{}.{}", n(20), n(30), n(40)),
        format!("123456789:AA{}", n(33)),
    ]
}

/// Places in which a key stands; `{}` is where.
const PLACES: &[&str] = &[
    "{}",
    "key {} end",
    "{\"apiKey\": \"{}\", \"model\": \"m\"}",
    "{\"error\":{\"message\":\"Incorrect API key provided: {}.\"}}",
    "{\"text\":\"line\\n{}\\nline\"}",
    "https://api.example/v1?alt=sse&key={}&x=1",
    "redirect=%22{}%22",
    "Authorization: Bearer {}\r\n",
    "OPENAI_API_KEY={}",
    "data: {\"a\":\"{}\"}\n\n",
];

fn leaks(haystack: &[u8], secret: &str) -> bool {
    let hidden = &secret.as_bytes()[secret.len().min(14)..];
    haystack.windows(hidden.len().clamp(1, 8)).any(|window| hidden.starts_with(window))
}

#[test]
fn keys_of_every_known_shape_are_masked_wherever_they_stand() {
    let redactor = Redactor::default();
    for secret in shaped() {
        for place in PLACES {
            let text = place.replacen("{}", &secret, 1);
            let masked = redactor.text(&text);
            assert!(!leaks(masked.as_bytes(), &secret), "{text}\n{masked}");
            assert_eq!(masked.len(), text.len(), "{masked}");
            assert_eq!(redactor.text(&masked), masked, "redacting twice changes nothing");
            let (before, after) = place.split_once("{}").unwrap();
            // Behind `%22` a bot's number may begin with the 22: one digit more is hidden.
            let before = before.trim_end_matches('2');
            assert!(masked.starts_with(before) && masked.ends_with(after), "too much: {masked}");
        }
    }
}

#[test]
fn values_are_masked_by_the_name_that_they_stand_behind() {
    let token = "3f9a1c77e0b24d5588aa6610";
    for text in [
        "\"gateway\": {\"auth\": {\"token\": \"{}\"}}",
        "{\\\"deviceToken\\\":\\\"{}\\\"}",
        "'bootstrapToken' : '{}'",
        "openclaw://x#token={}",
        "x-api-key: {}",
        "client_secret={}&grant=x",
        "curl --api-key {} https://x",
        "password: {}",
        "postgres://user:{}@db/x",
        "authorization: token {}",
        "AWS_SECRET_ACCESS_KEY={}",
    ] {
        let text = text.replacen("{}", token, 1);
        let masked = Redactor::default().text(&text).into_owned();
        assert_eq!(masked, text.replace(token, &"*".repeat(token.len())));
    }
}

#[test]
fn a_private_key_is_masked_and_its_json_stays_json() {
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n{}==\n-----END PRIVATE KEY-----\n",
        "Ab3/".repeat(16),
        "xY9+"
    );
    let json = serde_json::json!({"privateKeyPem": pem}).to_string();
    let masked = Redactor::default().text(&json).into_owned();
    let value: serde_json::Value = serde_json::from_str(&masked).unwrap();
    let expected = pem.replace(&"Ab3/".repeat(16), &"*".repeat(64)).replace("xY9+==", "******");
    assert_eq!(value["privateKeyPem"], expected);
}

#[test]
fn placeholders_and_innocent_text_are_left_alone() {
    for text in [
        "\"apiKey\": \"sk-xxx\", \"master_key\": \"sk-1234\"",
        "\"apiKey\": \"${OPENAI_API_KEY}\", 'x-api-key: $ANTHROPIC_API_KEY'",
        "Authorization: Bearer <your key>, Authorization: Bearer {{token}}",
        "sk-xxxxxxxxxxxxxxxxxxxxxxxx sk-your-key-goes-here-please",
        "{\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":345},\"token\":\" Hello\",\"logprob\":-0.1}",
        "{\"id\":\"chatcmpl-8Xa1bC9dE2fG3hI4jK5lM6nO7pQ8r\",\"object\":\"chat.completion.chunk\"}",
        "{\"id\":\"msg_01XFDUDYJgAACzvnptvVoYEL\",\"tool_use_id\":\"toolu_01A09q90qw90lq917835lq9\"}",
        "from huggingface: hf_hub_download_model_file, risk-management-of-something-long",
        "gateway token mismatch (set gateway.remote.token to match gateway.auth.token)",
        "device token rotated device=9c1185a5c5e9fc54612808977ee8f548b2258d31 role=operator",
        "unauthorized: gateway password missing (enter the password in Control UI settings)",
        "a basic understanding of bearer authentication; missing scope: operator.admin",
        "\"max_tokens\": 4096, \"password\": {\"type\": \"string\"}, \"secret\": false",
        "\"format\":\"xai-responses-v1\",\"bytes\":\"eyJ0eXBlIjoibWVzc2FnZV9zdGFydCIsIm1lc3NhZ2UiOiJ4In0=\"",
        "{\"token\":\"▁What▁are▁The2\"} 'Authorization': 'Bearer ACCESS_TOKEN'",
        "__OPENCLAW_REDACTED__ \"token\": \"__OPENCLAW_REDACTED__\"",
        "ws://127.0.0.1:18789/?a=b http://example.com:8080/x@y",
    ] {
        assert_eq!(Redactor::default().text(text), text);
    }
}

#[test]
fn a_body_without_secrets_is_borrowed() {
    assert!(matches!(Redactor::default().text("{\"total_tokens\":1}"), Cow::Borrowed(_)));
}

#[test]
fn short_secrets_go_from_sensitive_headers_only() {
    let redactor = Redactor::new(["abc".to_owned(), "abcdef".to_owned()]);
    assert_eq!(redactor.text("abc abcde abcdef"), "abc abcde ******");
    assert_eq!(redactor.header("Authorization", "Bearer abc"), "Bearer ***");
    assert_eq!(redactor.header("X-Custom", "abc abcdef"), "abc ******");
    assert_eq!(redactor.header("x-gateway-secret", "abc"), "***");
    assert_eq!(redactor.path("/x?key=abc&y=abc"), "/x?key=***&y=abc");
}

/// Where the reference room is, if it is there.
fn shared(test: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared"));
    let shared = std::env::var_os("PROVOKE_SHARED").map_or_else(beside, PathBuf::from);
    if !shared.is_dir() {
        eprintln!("skipped: {test}: ../shared is absent");
        return None;
    }
    Some(shared)
}

#[test]
fn the_pasted_config_loses_its_key_in_both_spellings() {
    let Some(shared) = shared("the_pasted_config_loses_its_key_in_both_spellings") else { return };
    let paste = std::fs::read_to_string(shared.join("data/paste-specimens/08-key-in-config.txt")).unwrap();
    let masked = Redactor::default().text(&paste).into_owned();
    assert!(paste.contains("EXAMPLE") && paste.contains("Basic dXNl"), "the specimen is another one");
    assert!(!masked.contains("EXAMPLE") && !masked.contains("dXNl"), "{masked}");
    assert_eq!(
        masked.lines().map(str::len).collect::<Vec<_>>(),
        paste.lines().map(str::len).collect::<Vec<_>>()
    );
}

/// The recordings were cleaned before they were published: what is still masked is a false alarm.
#[test]
fn no_real_answer_is_taken_for_a_secret() {
    let Some(shared) = shared("no_real_answer_is_taken_for_a_secret") else { return };
    let file = std::fs::File::open(shared.join("data/recordings/normalized-given.jsonl.gz")).unwrap();
    let redactor = Redactor::default();
    let mut bodies = 0;
    for line in BufReader::new(GzDecoder::new(file)).lines() {
        let row: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let Some(body) = row["body_b64"].as_str().map(|body| STANDARD.decode(body).unwrap()) else {
            continue;
        };
        let masked = redactor.bytes(&body);
        assert!(*masked == *body, "{}", String::from_utf8_lossy(&masked));
        bodies += 1;
    }
    assert!(bodies > 1000, "the room holds {bodies} bodies");
}

proptest! {
    #![proptest_config(crate::chance::tries(128))]

    #[test]
    fn redaction_is_total_keeps_the_length_and_happens_once(
        noise in vec(prop_oneof![any::<u8>().prop_map(|byte| vec![byte]), samples::bytes().prop_map(|b| b.to_vec())], 0..6),
        secret in prop::sample::select(shaped()),
        known in "[!-~]{6,20}|\\PC{6,12}",
        places in any::<[Index; 2]>(),
    ) {
        let known = known.trim().to_owned();
        let redactor = Redactor::new([known.clone()]);
        let mut parts: Vec<Vec<u8>> = noise;
        parts.insert(places[0].index(parts.len() + 1), format!("\"{secret}\"").into_bytes());
        parts.insert(places[1].index(parts.len() + 1), known.clone().into_bytes());
        let body = parts.concat();
        let masked = redactor.bytes(&body).into_owned();
        prop_assert_eq!(masked.len(), body.len());
        prop_assert!(!leaks(&masked, &secret));
        if known.len() >= 6 {
            prop_assert!(!masked.windows(known.len()).any(|window| window == known.as_bytes()));
        }
        prop_assert_eq!(redactor.bytes(&masked).into_owned(), masked);
    }

    #[test]
    fn pieces_are_redacted_as_the_whole_that_they_are(
        secret in prop::sample::select(shaped()),
        cuts in vec(any::<Index>(), 0..8),
    ) {
        let body = Bytes::from(format!("data: {{\"apiKey\":\"{secret}\"}}\n\ndata: correct horse battery\n\n"));
        let redactor = Redactor::new(["correct horse".to_owned()]);
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len())).collect();
        places.extend([0, body.len()]);
        places.sort_unstable();
        let mut chunks: Vec<Bytes> = places.windows(2).map(|pair| body.slice(pair[0]..pair[1])).collect();
        let lengths: Vec<usize> = chunks.iter().map(Bytes::len).collect();
        redactor.redact_chunks(&mut chunks);
        prop_assert_eq!(chunks.iter().map(Bytes::len).collect::<Vec<_>>(), lengths);
        prop_assert_eq!(chunks.concat(), redactor.bytes(&body).into_owned());
    }
}
