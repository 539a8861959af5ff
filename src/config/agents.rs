//! The `agents` part: who asks which model, and what comes after it.

use std::collections::{BTreeMap, BTreeSet};

use super::document::Node;
use super::secret::{Opaque, quote};
use crate::problem::{Place, Problem};

/// The most agents, and the most models with settings; the rest is left aside.
pub const AGENTS_MAX: usize = 256;

/// The longest list of fallbacks; the rest is left aside.
pub const FALLBACKS_MAX: usize = 32;

/// A model reference as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The text, trimmed.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// A model and its fallbacks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pick {
    /// The model.
    pub primary: Option<Written>,
    /// The fallbacks: `None` where the key is not there, which is not the same as an empty list.
    pub fallbacks: Option<Vec<Written>>,
}

/// One entry of `agents.defaults.models`.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSettings {
    /// The model that it is about.
    pub key: Written,
    /// Its short name.
    pub alias: Option<Written>,
    /// Parameters of its requests, by name.
    pub params: BTreeMap<String, Opaque>,
    /// Whether its answers are streamed.
    pub streaming: Option<bool>,
}

/// The `subagents` part, of the defaults or of one agent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subagents {
    /// The model; OpenClaw reads only its primary.
    pub model: Pick,
    /// The fallbacks of subagents: our own key, which OpenClaw does not have.
    pub fallbacks: Option<Vec<Written>>,
    /// Where that key stands.
    pub fallbacks_place: Option<Place>,
    /// How many may run at once.
    pub max_concurrent: Option<u64>,
    /// After how many minutes their sessions are archived.
    pub archive_after_minutes: Option<u64>,
    /// After how many seconds a run ends.
    pub run_timeout_seconds: Option<u64>,
    /// How deep subagents may spawn subagents.
    pub max_spawn_depth: Option<u64>,
    /// How many children one agent may have.
    pub max_children_per_agent: Option<u64>,
    /// How much they reason.
    pub thinking: Option<String>,
}

/// The `heartbeat` part: a run that nobody asked for, every so often.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heartbeat {
    /// How often, such as `30m`.
    pub every: Option<String>,
    /// Its model, where it is not the agent's.
    pub model: Option<Written>,
    /// From and to which time of the day, as written.
    pub active_hours: Option<(String, String)>,
    /// After how many seconds a run ends.
    pub timeout_seconds: Option<u64>,
}

/// The `agents.defaults` part.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Defaults {
    /// The model of all agents.
    pub model: Pick,
    /// The models that have settings; when there are any, also the allowlist of overrides.
    pub models: Vec<ModelSettings>,
    /// Parameters of all requests, by name.
    pub params: BTreeMap<String, Opaque>,
    /// Subagents.
    pub subagents: Subagents,
    /// The heartbeat.
    pub heartbeat: Option<Heartbeat>,
    /// After how many seconds without an event of the stream an attempt is given up; 0 for never.
    pub idle_timeout_seconds: Option<u64>,
    /// After how many seconds a run ends.
    pub timeout_seconds: Option<u64>,
    /// How many runs there may be at once.
    pub max_concurrent: Option<u64>,
    /// How much models reason.
    pub thinking: Option<String>,
    /// The most tokens of context.
    pub context_tokens: Option<u64>,
    /// The model of compaction.
    pub compaction_model: Option<Written>,
}

/// One item of `agents.list`.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// Its id, in lower case.
    pub id: String,
    /// Whether it is the default one.
    pub default: bool,
    /// Its model.
    pub model: Pick,
    /// Its subagents.
    pub subagents: Subagents,
    /// Its heartbeat.
    pub heartbeat: Option<Heartbeat>,
    /// Parameters of its requests, by name.
    pub params: BTreeMap<String, Opaque>,
    /// How much its model reasons.
    pub thinking: Option<String>,
}

/// The `agents` part.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Agents {
    /// What holds for all.
    pub defaults: Defaults,
    /// The agents that are named.
    pub list: Vec<Agent>,
}

/// The id of the agent that is there without being named.
pub const DEFAULT_AGENT: &str = "main";

impl Agents {
    /// The agent of an id.
    #[must_use]
    pub fn agent(&self, id: &str) -> Option<&Agent> {
        self.list.iter().find(|agent| agent.id.eq_ignore_ascii_case(id.trim()))
    }

    /// The id of the default agent: the one marked so, else the first, else `main`.
    #[must_use]
    pub fn default_agent(&self) -> &str {
        let marked = self.list.iter().find(|agent| agent.default);
        marked.or_else(|| self.list.first()).map_or(DEFAULT_AGENT, |agent| agent.id.as_str())
    }

    pub(super) fn read(root: Node<'_>, problems: &mut Vec<Problem>) -> Self {
        let Some(node) = root.get("agents") else { return Self::default() };
        let defaults = node.get("defaults").map(Defaults::read).unwrap_or_default();
        let (mut list, mut ids) = (Vec::new(), BTreeSet::new());
        for item in node.get("list").into_iter().flat_map(Node::items).take(AGENTS_MAX) {
            let Some(agent) = Agent::read(item) else { continue };
            if ids.insert(agent.id.clone()) {
                list.push(agent);
            } else {
                let message = format!("agent `{}` is already in the list", quote(&agent.id));
                problems.push(Problem::new(message).at(item.place()).hint("the first one counts"));
            }
        }
        Self { defaults, list }
    }
}

impl Defaults {
    fn read(node: Node<'_>) -> Self {
        let models = node.get("models").into_iter().flat_map(Node::members);
        Self {
            model: Pick::under(node, "model"),
            models: models.take(AGENTS_MAX).map(|(key, node)| ModelSettings::read(key, node)).collect(),
            params: params(node),
            subagents: Subagents::under(node),
            heartbeat: Heartbeat::under(node),
            idle_timeout_seconds: node.get("llm").and_then(|llm| llm.count("idleTimeoutSeconds")),
            timeout_seconds: node.count("timeoutSeconds"),
            max_concurrent: node.count("maxConcurrent"),
            thinking: node.filled("thinkingDefault").map(str::to_owned),
            context_tokens: node.count("contextTokens"),
            compaction_model: node
                .get("compaction")
                .and_then(|part| part.get("model"))
                .and_then(Written::read),
        }
    }
}

impl Agent {
    fn read(node: Node<'_>) -> Option<Self> {
        Some(Self {
            id: node.filled("id")?.to_lowercase(),
            default: node.flag("default").unwrap_or(false),
            model: Pick::under(node, "model"),
            subagents: Subagents::under(node),
            heartbeat: Heartbeat::under(node),
            params: params(node),
            thinking: node.filled("thinkingDefault").map(str::to_owned),
        })
    }
}

impl Subagents {
    fn under(node: Node<'_>) -> Self {
        let Some(node) = node.get("subagents") else { return Self::default() };
        let fallbacks = node.get("fallbacks");
        Self {
            model: Pick::under(node, "model"),
            fallbacks: fallbacks.and_then(Written::list),
            fallbacks_place: fallbacks.map(Node::key_place),
            max_concurrent: node.count("maxConcurrent"),
            archive_after_minutes: node.count("archiveAfterMinutes"),
            run_timeout_seconds: node.count("runTimeoutSeconds"),
            max_spawn_depth: node.count("maxSpawnDepth"),
            max_children_per_agent: node.count("maxChildrenPerAgent"),
            thinking: node.filled("thinking").map(str::to_owned),
        }
    }
}

impl Heartbeat {
    fn under(node: Node<'_>) -> Option<Self> {
        let node = node.get("heartbeat")?;
        let hours = node.get("activeHours");
        let hour = |key| hours.and_then(|hours| hours.filled(key)).unwrap_or_default().to_owned();
        Some(Self {
            every: node.filled("every").map(str::to_owned),
            model: node.get("model").and_then(Written::read),
            active_hours: hours.map(|_| (hour("start"), hour("end"))),
            timeout_seconds: node.count("timeoutSeconds"),
        })
    }
}

impl ModelSettings {
    fn read(key: &str, node: Node<'_>) -> Self {
        Self {
            key: Written { text: key.trim().to_owned(), place: node.key_place() },
            alias: node.get("alias").and_then(Written::read),
            params: params(node),
            streaming: node.flag("streaming"),
        }
    }
}

impl Pick {
    /// A pick under a key: a text, or an object. A text owns no list of fallbacks.
    fn under(node: Node<'_>, key: &str) -> Self {
        let Some(node) = node.get(key) else { return Self::default() };
        if node.value.is_string() {
            return Self { primary: Written::read(node), fallbacks: None };
        }
        Self {
            primary: node.get("primary").and_then(Written::read),
            fallbacks: node.get("fallbacks").and_then(Written::list),
        }
    }
}

impl Written {
    fn read(node: Node<'_>) -> Option<Self> {
        let text = node.text()?.trim();
        let there = !text.is_empty() && node.unresolved().is_none();
        there.then(|| Self { text: text.to_owned(), place: node.place() })
    }

    fn list(node: Node<'_>) -> Option<Vec<Self>> {
        node.value.is_array().then(|| node.items().filter_map(Self::read).take(FALLBACKS_MAX).collect())
    }
}

fn params(node: Node<'_>) -> BTreeMap<String, Opaque> {
    let members = node.get("params").into_iter().flat_map(Node::members);
    members.map(|(name, node)| (name.to_owned(), Opaque(node.value.clone()))).collect()
}

/// The texts of a list.
pub(super) fn texts(node: Node<'_>) -> Vec<String> {
    node.items().filter_map(|item| Some(item.text()?.to_owned())).collect()
}
