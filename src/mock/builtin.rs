//! The mocks that are compiled into the binary.
//!
//! `just lists` rewrites this file; a test fails where a file under `mocks/` is missing here.

/// Every file under `mocks/`, by its path there.
#[rustfmt::skip]
pub const FILES: &[(&str, &[u8])] = &[
    ("anthropic_messages/anthropic/json/about.yaml", include_bytes!("../../mocks/anthropic_messages/anthropic/json/about.yaml")),
    ("anthropic_messages/anthropic/json/response.sse", include_bytes!("../../mocks/anthropic_messages/anthropic/json/response.sse")),
    ("anthropic_messages/anthropic/text/about.yaml", include_bytes!("../../mocks/anthropic_messages/anthropic/text/about.yaml")),
    ("anthropic_messages/anthropic/text/response.json", include_bytes!("../../mocks/anthropic_messages/anthropic/text/response.json")),
    ("anthropic_messages/anthropic/text/response.sse", include_bytes!("../../mocks/anthropic_messages/anthropic/text/response.sse")),
    ("anthropic_messages/anthropic/thinking-tool-calls/about.yaml", include_bytes!("../../mocks/anthropic_messages/anthropic/thinking-tool-calls/about.yaml")),
    ("anthropic_messages/anthropic/thinking-tool-calls/response.sse", include_bytes!("../../mocks/anthropic_messages/anthropic/thinking-tool-calls/response.sse")),
    ("anthropic_messages/anthropic/tool-call/about.yaml", include_bytes!("../../mocks/anthropic_messages/anthropic/tool-call/about.yaml")),
    ("anthropic_messages/anthropic/tool-call/response.sse", include_bytes!("../../mocks/anthropic_messages/anthropic/tool-call/response.sse")),
    ("anthropic_messages/kie-claude/smoke-ok/about.yaml", include_bytes!("../../mocks/anthropic_messages/kie-claude/smoke-ok/about.yaml")),
    ("anthropic_messages/kie-claude/smoke-ok/response.sse", include_bytes!("../../mocks/anthropic_messages/kie-claude/smoke-ok/response.sse")),
    ("anthropic_messages/minimax/smoke-ok/about.yaml", include_bytes!("../../mocks/anthropic_messages/minimax/smoke-ok/about.yaml")),
    ("anthropic_messages/minimax/smoke-ok/response.json", include_bytes!("../../mocks/anthropic_messages/minimax/smoke-ok/response.json")),
    ("anthropic_messages/minimax/smoke-ok/response.sse", include_bytes!("../../mocks/anthropic_messages/minimax/smoke-ok/response.sse")),
    ("openai_chat/groq/smoke-ok/about.yaml", include_bytes!("../../mocks/openai_chat/groq/smoke-ok/about.yaml")),
    ("openai_chat/groq/smoke-ok/response.sse", include_bytes!("../../mocks/openai_chat/groq/smoke-ok/response.sse")),
    ("openai_chat/openai/json/about.yaml", include_bytes!("../../mocks/openai_chat/openai/json/about.yaml")),
    ("openai_chat/openai/json/response.sse", include_bytes!("../../mocks/openai_chat/openai/json/response.sse")),
    ("openai_chat/openai/text/about.yaml", include_bytes!("../../mocks/openai_chat/openai/text/about.yaml")),
    ("openai_chat/openai/text/response.json", include_bytes!("../../mocks/openai_chat/openai/text/response.json")),
    ("openai_chat/openai/text/response.sse", include_bytes!("../../mocks/openai_chat/openai/text/response.sse")),
    ("openai_chat/openai/tool-call/about.yaml", include_bytes!("../../mocks/openai_chat/openai/tool-call/about.yaml")),
    ("openai_chat/openai/tool-call/response.sse", include_bytes!("../../mocks/openai_chat/openai/tool-call/response.sse")),
];
