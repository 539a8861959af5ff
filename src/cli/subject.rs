//! `provoke run --subject`: somebody else's router in the middle.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args as ClapArgs, ValueEnum};

use super::error::{CliError, Exit, tell};
use super::run::interrupted;
use crate::dialect;
use crate::io::clock::TimeScale;
use crate::io::mock::{Lobby, MockServer, Stray};
use crate::io::runner::{Foreign, Unreachable};
use crate::mock::Library;
use crate::problem::{Problem, nearest};
use crate::scenario::Plan;
use crate::scenario::foreign::dialect_word;
use crate::seed::Seed;

/// The longest that one case may wait for a foreign subject, in seconds.
const CASE_TIMEOUT_MAX: u64 = 3600;

/// Somebody else's router as the subject.
#[derive(Debug, ClapArgs)]
#[group(id = "subject_args")]
pub(super) struct Args {
    /// The base URL of somebody else's router, with or without /v1: it stands trial in place of ours, in the wire world
    #[arg(long, value_name = "URL", requires = "mock_listen")]
    pub(super) subject: Option<String>,
    /// Where the mock listens that the subject must send every model to; without --subject it only serves, for requests by hand
    #[arg(long, value_name = "HOST:PORT")]
    pub(super) mock_listen: Option<SocketAddr>,
    /// Print what to paste into the subject, so that it sends every model to --mock-listen
    #[arg(long, value_enum, value_name = "KIND", requires = "mock_listen", conflicts_with = "subject")]
    pub(super) subject_config: Option<Kind>,
    /// The environment variable with the key that the subject asks of its callers
    #[arg(long, value_name = "VAR", requires = "subject")]
    subject_key_env: Option<String>,
    /// A header that the subject asks of its callers, any number of times
    #[arg(long, value_name = "NAME: VALUE", requires = "subject")]
    subject_header: Vec<String>,
    /// How the subject calls a model; {} stands for the model id that --list shows
    #[arg(long, value_name = "PATTERN", default_value = "{}")]
    subject_model: String,
    /// Only cells whose primary speaks this dialect: chat or messages
    #[arg(long, value_name = "DIALECT", requires = "subject")]
    subject_dialect: Option<String>,
    /// Ask the subject for whole answers, not for streams; what has no such form is skipped
    #[arg(long, requires = "subject")]
    no_stream: bool,
    /// How many seconds by the clock the subject may take for one case
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=CASE_TIMEOUT_MAX))]
    case_timeout: u64,
}

/// Whom to print a configuration for.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Kind {
    /// The config.yaml of LiteLLM's proxy
    Litellm,
    /// Environment variables that the SDKs and many routers read
    OpenaiEnv,
    /// A part of openclaw.json
    Openclaw,
}

impl Args {
    /// The foreign subject; `None` where ours is meant.
    pub(super) fn foreign(&self, scale: TimeScale, library: &Library) -> Result<Option<Foreign>, CliError> {
        let (Some(url), Some(listen)) = (&self.subject, self.mock_listen) else {
            return Ok(None);
        };
        if !(url.starts_with("http://") || url.starts_with("https://")) || url.contains(['@', '?', '#']) {
            let problem = Problem::new(format!("--subject {} is no base URL", url.escape_debug()));
            return Err(usage(problem.hint("write it as http://host:port; keys go by --subject-key-env")));
        }
        if url.starts_with("https://") {
            let problem = Problem::new("--subject https://… needs TLS, which is not compiled in");
            return Err(usage(problem.hint("run the subject on this machine and give its http:// address")));
        }
        warn_of(listen);
        Ok(Some(Foreign {
            url: url.clone(),
            listen,
            key: self.key()?,
            headers: self.subject_header.iter().map(|text| header(text)).collect::<Result<_, _>>()?,
            model: self.pattern()?,
            dialect: self.dialect()?,
            whole: self.no_stream,
            case_timeout: Duration::from_secs(self.case_timeout),
            scale,
            library: library.clone(),
        }))
    }

    fn key(&self) -> Result<Option<String>, CliError> {
        let Some(name) = &self.subject_key_env else { return Ok(None) };
        let key = std::env::var(name).unwrap_or_default();
        if key.is_empty() || key.chars().any(|c| !c.is_ascii_graphic()) {
            let problem = Problem::new(format!("the environment variable {name} holds no key"));
            return Err(usage(problem.hint(format!("export {name}=…, in visible ASCII characters"))));
        }
        Ok(Some(key))
    }

    fn pattern(&self) -> Result<String, CliError> {
        if self.subject_model.contains("{}") {
            return Ok(self.subject_model.clone());
        }
        let problem = Problem::new(format!("--subject-model {} has no {{}}", self.subject_model));
        Err(usage(problem.hint("the model id says which case is meant: write openai/{}, for example")))
    }

    fn dialect(&self) -> Result<Option<String>, CliError> {
        let Some(word) = &self.subject_dialect else { return Ok(None) };
        let all = dialect::spoken();
        let found = all.iter().find(|known| known.id() == word || dialect_word(**known) == word);
        if let Some(found) = found {
            return Ok(Some(found.id().to_owned()));
        }
        let problem = Problem::new(format!("there is no dialect `{word}`"));
        let words = all.iter().map(|known| dialect_word(*known));
        Err(usage(match nearest(word, words.clone()) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => problem.hint(format!("known are: {}", words.collect::<Vec<_>>().join(", "))),
        }))
    }
}

fn header(text: &str) -> Result<(String, String), CliError> {
    let found = text.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
    let sendable = |text: &str| text.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    match found {
        Some((name, value))
            if !name.is_empty() && !name.contains(' ') && sendable(name) && sendable(value) =>
        {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => {
            let problem = Problem::new(format!("--subject-header {} is no header", text.escape_debug()));
            Err(usage(problem.hint("write it as 'x-name: value'")))
        }
    }
}

/// Our inability to try the subject, and what next.
pub(super) fn unreachable(error: &Unreachable, listen: SocketAddr) -> CliError {
    let problem = Problem::new(error.to_string());
    let hint = match error {
        Unreachable::Listen(_) => format!("another program has {listen}: choose another --mock-listen"),
        Unreachable::Refused(_) => "start it, and give its address as --subject http://HOST:PORT".to_owned(),
        Unreachable::NotRouted(_) => format!(
            "configure it to send every model that begins with provoke/ to http://{listen}/v1: \
             `provoke run --mock-listen {listen} --subject-config litellm` prints an example; \
             a key goes by --subject-key-env, a prefix before model names by --subject-model"
        ),
    };
    CliError::new(Exit::CouldNotRun, problem.hint(hint))
}

fn warn_of(listen: SocketAddr) {
    if !listen.ip().is_loopback() {
        tell(format_args!("warning: the mock listens at {listen}: whoever reaches this machine can ask it"));
    }
}

/// Serves the scenarios by model id, for requests by hand, until it is interrupted.
pub(super) fn serve(
    plans: Vec<Arc<Plan>>,
    listen: SocketAddr,
    scale: TimeScale,
    library: Library,
    seed: u64,
) -> Result<Exit, CliError> {
    warn_of(listen);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::system("cannot start", &error, "check the limits on threads and files"))?;
    runtime.block_on(async {
        let lobby = Lobby::new(library, plans, Seed(seed));
        let server = MockServer::listen(listen, lobby, scale)
            .map_err(|error| unreachable(&Unreachable::Listen(error), listen))?;
        let address = server.address(0);
        tell(format_args!("scenarios at http://{address}  (--list shows their model ids; ^C ends)"));
        Ok(interrupted().await)
    })
}

/// Names the requests that reached the mock and belong to no case.
pub(super) fn tell_strays((strays, more): &(Vec<Stray>, usize)) {
    if strays.is_empty() {
        return;
    }
    let count = strays.len() + more;
    tell(format_args!("warning: {count} requests reached the mock that belong to no case under way:"));
    for stray in strays {
        let (asked, model) = (stray.asked.escape_debug(), stray.model.escape_debug());
        tell(format_args!("  {asked}  model `{model}`: {}", stray.why.words()));
    }
}

/// What to paste into a foreign subject.
pub(super) fn config(kind: Kind, listen: SocketAddr) -> String {
    let template = match kind {
        Kind::Litellm => LITELLM,
        Kind::OpenaiEnv => OPENAI_ENV,
        Kind::Openclaw => OPENCLAW,
    };
    template.replace("{listen}", &listen.to_string())
}

const LITELLM: &str = "\
# config.yaml; LiteLLM wants a key of its own:
#   export LITELLM_MASTER_KEY=sk-…
#   litellm --config config.yaml --host 127.0.0.1 --port 4000
#   provoke run --subject http://127.0.0.1:4000 --mock-listen {listen} --subject-key-env LITELLM_MASTER_KEY
model_list:
  - model_name: provoke/*/messages*
    litellm_params: { model: anthropic/provoke/*/messages*, api_base: \"http://{listen}\", api_key: none }
  - model_name: provoke/*
    litellm_params: { model: openai/provoke/*, api_base: \"http://{listen}/v1\", api_key: none }
  - model_name: provoke-fallback
    litellm_params: { model: anthropic/provoke/fallback, api_base: \"http://{listen}\", api_key: none }
litellm_settings:
  telemetry: false
  num_retries: 1
  request_timeout: 20
  default_fallbacks: [provoke-fallback]
router_settings:
  # All cases share three deployments: one that fails must not take the others with it.
  disable_cooldowns: true
  timeout: 20
  stream_timeout: 20
";

const OPENAI_ENV: &str = "\
export OPENAI_BASE_URL=http://{listen}/v1
export OPENAI_API_BASE=http://{listen}/v1
export OPENAI_API_KEY=none
export ANTHROPIC_BASE_URL=http://{listen}
export ANTHROPIC_API_KEY=none
";

const OPENCLAW: &str = "\
{
  models: {
    providers: {
      \"provoke-chat\": {
        baseUrl: \"http://{listen}/v1\", api: \"openai-completions\", apiKey: \"none\",
        models: [
          { id: \"provoke/alive/chat\", name: \"provoke\" },
          { id: \"provoke/stream.truncated/chat\", name: \"a cut stream\" },
          { id: \"provoke/fallback\", name: \"the fallback of the case\" },
        ],
      },
      \"provoke-messages\": {
        baseUrl: \"http://{listen}\", api: \"anthropic-messages\", apiKey: \"none\",
        models: [{ id: \"provoke/alive/messages\", name: \"provoke\" }],
      },
    },
  },
  agents: {
    defaults: {
      model: {
        primary: \"provoke-chat/provoke/stream.truncated/chat\",
        fallbacks: [\"provoke-chat/provoke/fallback\"],
      },
    },
  },
}
";

fn usage(problem: Problem) -> CliError {
    CliError::new(Exit::Usage, problem)
}
