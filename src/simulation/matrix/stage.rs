//! A stage: a primary with a fault, perhaps a fallback, and a request, as a plan of one cell.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::chat::{Message, Part, Request, ResponseFormat, Role, Tool};
use crate::dialect::Codec;
use crate::fault::Spec;
use crate::mock::{Library, MockCase, UpstreamTarget, rehearse};
use crate::recording::{Recording, Redactor};
use crate::routing::conduct::{Conduct, Provocation};
use crate::routing::{Candidate, Outcome, Policy};
use crate::scenario::{Caller, Cell, Expected, Judged, Plan, judge};
use crate::seed::Seed;
use crate::simulation::play::play;
use crate::verdict::{Case, State, Subject, World};

/// The key that the primary is asked with.
pub(super) const KEY: &str = "key-of-the-lab-0123456789";

/// The faults are tried on these mocks, in this order: the first on which they apply is used.
const MOCKS: [&str; 4] = ["text", "tool-call", "thinking-tool-calls", "json"];

/// A plan of one cell, ready to be played.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub(super) plan: Plan,
    pub(super) cell: Cell,
}

impl Stage {
    /// A stage for a fault in a dialect; `None` where it applies to no mock.
    pub(super) fn of(library: &Library, dialect: &'static dyn Codec, spec: &Spec) -> Option<Self> {
        let name = spec.fault.name();
        let stream = name != "stream-for-json";
        let mut request = provocative();
        request.stream = stream;
        provoke_more(&mut request, name);
        let model = spec.args.0.get("model").and_then(Value::as_str).filter(|_| name == "model-not-found");
        let wanted = if name == "json-schema-ignored" { &MOCKS[3..] } else { &MOCKS[..] };
        wanted.iter().find_map(|mock| {
            let case = mock_of(library, dialect, mock, stream)?;
            let faults = vec![spec.clone()];
            Self::with(library, dialect, case, faults, request.clone(), model.unwrap_or("asked-model"), true)
        })
    }

    /// A stage for a provocation in a dialect; `None` where its fault does not apply.
    pub(super) fn provoked(
        library: &Library,
        dialect: &'static dyn Codec,
        provocation: &Provocation,
    ) -> Option<Self> {
        let faults = match provocation.fault {
            "" => Vec::new(),
            fault => vec![Spec::read(&serde_saphyr::from_str::<Value>(fault).ok()?).ok()?],
        };
        let mock = if provocation.tool_call { "tool-call" } else { "text" };
        let case = mock_of(library, dialect, mock, provocation.stream)?;
        let request = Request { stream: provocation.stream, ..plain() };
        let mut stage =
            Self::with(library, dialect, case, faults, request, "asked-model", provocation.fallback)?;
        let leaves = Some(provocation.leaves).filter(|leaves| *leaves > 0).map(Duration::from_secs);
        stage.plan.caller = Caller { leaves };
        Some(stage)
    }

    /// A stage for a mock with these faults; `None` where they do not apply.
    pub(super) fn with(
        library: &Library,
        dialect: &'static dyn Codec,
        case: Arc<MockCase>,
        faults: Vec<Spec>,
        request: Request,
        model: &str,
        fallback: bool,
    ) -> Option<Self> {
        let primary = target("lab", model, dialect, case, faults);
        rehearse(&primary, request.stream).ok()?;
        let mut targets = vec![primary];
        if fallback {
            let case = mock_of(library, dialect, "text", request.stream)?;
            targets.push(target("steady", "other", dialect, case, Vec::new()));
        }
        let candidates: Vec<Candidate> = targets.iter().map(candidate).collect();
        let cell = Cell {
            provider: "lab".to_owned(),
            model: model.to_owned(),
            targets: (0..targets.len()).collect(),
            candidates,
            key_source: None,
            expected: Expected { state: State::Healthy, cause: None },
            answered_by: Some(0),
            fails_with: None,
            attempts: None,
            reference: None,
            line: 0,
        };
        let plan = Plan {
            id: "matrix.stage".to_owned(),
            title: String::new(),
            about: String::new(),
            tags: Vec::new(),
            file: String::new(),
            subject: Subject::Router,
            worlds: vec![World::Sim],
            worlds_reason: String::new(),
            request,
            caller: Caller::default(),
            policy: Policy::default(),
            targets,
            cells: Vec::new(),
        };
        Some(Self { plan, cell })
    }

    /// Plays it with a router of this conduct.
    pub(super) fn play(
        &self,
        conduct: &'static dyn Conduct,
        redactor: &Redactor,
        seed: Seed,
    ) -> (Recording, Outcome) {
        play(&self.plan, &self.cell, conduct, redactor, seed)
    }

    /// Judges what was played.
    pub(super) fn judge(&self, (recording, outcome): &(Recording, Outcome)) -> Case {
        let secrets = [KEY.to_owned()];
        let judged = Judged {
            recording,
            outcome: Some(outcome),
            world: World::Sim,
            secrets: &secrets,
            wall: Duration::ZERO,
        };
        judge(&self.plan, &self.cell, &judged)
    }

    /// Declares that the primary does what the case says, and that this candidate answers.
    pub(super) fn declare(&mut self, case: &Case, answered_by: Option<usize>) {
        self.cell.expected = Expected { state: case.observed.state, cause: case.observed.cause.clone() };
        self.cell.answered_by = answered_by;
    }
}

fn target(
    provider: &str,
    model: &str,
    dialect: &'static dyn Codec,
    case: Arc<MockCase>,
    faults: Vec<Spec>,
) -> UpstreamTarget {
    let base_url = format!("http://{provider}.invalid{}", dialect.base_path());
    UpstreamTarget { provider: provider.to_owned(), model: model.to_owned(), dialect, base_url, case, faults }
}

fn candidate(target: &UpstreamTarget) -> Candidate {
    Candidate {
        provider: target.provider.clone(),
        model: target.model.clone(),
        dialect: target.dialect,
        base_url: target.base_url.clone(),
        key: Some(KEY.to_owned()),
        bearer_too: false,
        headers: Vec::new(),
    }
}

/// The mock of this name in a dialect, where it has such an answer.
fn mock_of(library: &Library, dialect: &dyn Codec, name: &str, stream: bool) -> Option<Arc<MockCase>> {
    let provider = if dialect.id() == "openai_chat" { "openai" } else { "anthropic" };
    let case = library.find(&format!("{}/{provider}/{name}", dialect.id())).ok()?;
    (if stream { case.stream.is_some() } else { case.whole.is_some() }).then_some(case)
}

/// What is asked when nothing special is.
pub(super) fn plain() -> Request {
    Request {
        system: vec!["You are a helpful assistant.".to_owned()],
        messages: vec![Message::text(Role::User, "Please say: smoke ok")],
        tools: vec![tool("get_weather", json!({"type": "object"}))],
        stream: true,
        ..Request::default()
    }
}

/// A request with everything that reactive faults react to.
fn provocative() -> Request {
    let schema = json!({
        "type": "object",
        "properties": {
            "path": {"type": "string", "pattern": "^/"},
            "lines": {"type": "integer", "minimum": 1},
            "mode": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "how"},
            "range": {"$ref": "#/$defs/range", "description": "which"},
        },
        "$defs": {"range": {"type": "string"}},
    });
    let mut request = plain();
    request.tools.push(tool("read", schema));
    request.messages =
        vec![Message::text(Role::User, "Say nothing forbidden."), Message::text(Role::Assistant, "Good")];
    request.temperature = Some(0.2);
    request.max_tokens = Some(64);
    request
}

/// What only one fault reacts to.
fn provoke_more(request: &mut Request, fault: &str) {
    match fault {
        "json-schema-ignored" => {
            let schema = json!({"type": "object", "required": ["city"]});
            request.response_format =
                Some(ResponseFormat::JsonSchema { name: "place".to_owned(), schema, strict: Some(true) });
        }
        // A caller's own field in the target's dialect is passed on as it is.
        "max-tokens-refused" => request.extra.push(("max_tokens".to_owned(), 64.into())),
        "max-tokens-required" => request.extra.push(("max_tokens".to_owned(), Value::Null)),
        "id-too-strict" | "thinking-signature-lost" | "toolturn-null-vs-empty" => {
            request.messages = history(true);
        }
        "reasoning-must-return" => request.messages = history(false),
        "silent-truncate" => request.system.push("Keep to what the house rules say. ".repeat(100)),
        _ => {}
    }
}

/// A conversation in which a tool was called, perhaps with reasoning that another provider signed.
fn history(reasoned: bool) -> Vec<Message> {
    let call = Part::ToolCall {
        id: "call_of_another_provider".to_owned(),
        name: "read".to_owned(),
        arguments: "{}".to_owned(),
    };
    let result = Part::ToolResult {
        call: "call_of_another_provider".to_owned(),
        parts: vec![Part::Text("127.0.0.1 localhost".to_owned())],
        is_error: false,
    };
    let thought = || Part::Reasoning { text: "Hm.".to_owned(), signature: Some("of-another".to_owned()) };
    vec![
        Message::text(Role::User, "Read it."),
        Message { role: Role::Assistant, parts: reasoned.then(thought).into_iter().chain([call]).collect() },
        Message { role: Role::Tool, parts: vec![result] },
    ]
}

fn tool(name: &str, parameters: Value) -> Tool {
    Tool { name: name.to_owned(), description: None, parameters, strict: None }
}
