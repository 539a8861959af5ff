//! From a scenario file to a plan, with every problem in its place.

mod configured;
mod reference;
mod rows;
mod targets;

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::plan::{Caller, Plan};
use super::read::Source;
use super::schema::{File, Limits, SubjectWord, WorldWord};
use crate::chat::{Message, Request, Role, Tool};
use crate::config::Config;
use crate::mock::Library;
use crate::problem::{Place, Problem};
use crate::routing::Policy;
use crate::verdict::{Subject, World};

/// What is asked when the scenario does not say.
const PROMPT: &str = "Reply with exactly: smoke-ok";

/// Compiles a scenario.
///
/// # Errors
/// Every problem found, each in its place.
pub fn compile(file: &File, source: &Source, library: &Library) -> Result<Plan, Vec<Problem>> {
    let mut compiler = Compiler { file, source, library, config: None, problems: Vec::new() };
    compiler.load_config();
    let plan = compiler.plan();
    if compiler.problems.is_empty() { Ok(plan) } else { Err(compiler.problems) }
}

/// Where a value stands in its file.
pub(super) fn place<T>(source: &Source, value: &Spanned<T>) -> Place {
    let line = u32::try_from(value.referenced.line()).unwrap_or(u32::MAX);
    let column = u32::try_from(value.referenced.column()).unwrap_or(u32::MAX);
    Place { file: Some(source.file.clone()), ..Place::line(line, column) }
}

struct Compiler<'a> {
    file: &'a File,
    source: &'a Source,
    library: &'a Library,
    config: Option<Config>,
    problems: Vec<Problem>,
}

impl Compiler<'_> {
    fn plan(&mut self) -> Plan {
        let mut targets = Vec::new();
        let mut places = BTreeMap::new();
        for (name, target) in &self.file.targets {
            if let Some(compiled) = self.target(name, target) {
                places.insert(name.clone(), targets.len());
                targets.push(compiled);
            }
        }
        self.check_reference(&targets);
        let mut cells = Vec::new();
        for row in &self.file.matrix {
            self.row(row, &places, &targets, &mut cells);
        }
        if self.file.matrix.is_empty() {
            self.problem(
                Problem::new("the matrix has no rows, so nothing would run")
                    .at(place(self.source, &self.file.id)),
            );
        }
        Plan {
            id: self.file.id.value.clone(),
            title: self.file.title.clone(),
            about: self.file.about.clone().unwrap_or_default(),
            tags: self.file.tags.clone(),
            file: self.source.file.clone(),
            subject: match self.file.subject {
                SubjectWord::Provider => Subject::Provider,
                SubjectWord::Router => Subject::Router,
            },
            worlds: self.worlds(),
            worlds_reason: self.file.worlds_reason.clone().unwrap_or_default(),
            request: self.request(),
            caller: Caller { leaves: self.file.caller.leaves.map(|after| after.0) },
            policy: self.policy(),
            targets,
            cells,
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn worlds(&mut self) -> Vec<World> {
        let Some(words) = &self.file.worlds else { return vec![World::Sim, World::Wire] };
        let worlds: Vec<World> = [(WorldWord::Sim, World::Sim), (WorldWord::Wire, World::Wire)]
            .into_iter()
            .filter_map(|(word, world)| words.contains(&word).then_some(world))
            .collect();
        if worlds.is_empty() {
            let problem = Problem::new("`worlds` names no world, so nothing would run")
                .at(place(self.source, &self.file.id))
                .hint("leave it out to run in both");
            self.problem(problem);
        } else if worlds.len() < 2 && self.file.worlds_reason.is_none() {
            let problem = Problem::new("a scenario that leaves a world out must say why")
                .at(place(self.source, &self.file.id))
                .hint("add `worlds-reason: …`");
            self.problem(problem);
        }
        worlds
    }

    fn policy(&mut self) -> Policy {
        let limits = &self.file.limits;
        if limits.attempts == Some(0) || limits.attempts_per_candidate == Some(0) {
            let problem = Problem::new("no attempt is allowed, so nothing could be asked")
                .at(place(self.source, &self.file.id))
                .hint("`limits.attempts` and `limits.attempts-per-candidate` count from 1");
            self.problem(problem);
        }
        policy(limits)
    }

    fn request(&self) -> Request {
        let asked = &self.file.request;
        let tools = asked.tools.iter().map(|tool| Tool {
            name: tool.name.clone(),
            description: tool.description.clone(),
            parameters: tool.parameters.clone(),
            strict: None,
        });
        let prompt = asked.prompt.clone().unwrap_or_else(|| PROMPT.to_owned());
        Request {
            system: asked.system.iter().cloned().collect(),
            messages: vec![Message::text(Role::User, prompt)],
            tools: tools.collect(),
            max_tokens: asked.max_tokens,
            stream: asked.stream.unwrap_or(true),
            ..Request::default()
        }
    }
}

fn policy(limits: &Limits) -> Policy {
    let mut policy = Policy::default();
    let deadlines = &mut policy.deadlines;
    let fields = [
        (&mut deadlines.connect, limits.connect),
        (&mut deadlines.headers, limits.headers),
        (&mut deadlines.first_event, limits.first_event),
        (&mut deadlines.inter_event, limits.inter_event),
        (&mut deadlines.total, limits.total),
        (&mut deadlines.drain, limits.drain),
        (&mut policy.wait_max, limits.wait_max),
    ];
    for (field, limit) in fields {
        if let Some(limit) = limit {
            *field = limit.0;
        }
    }
    policy.attempts_max = limits.attempts.unwrap_or(policy.attempts_max);
    policy.attempts_per_candidate = limits.attempts_per_candidate.unwrap_or(policy.attempts_per_candidate);
    policy
}
