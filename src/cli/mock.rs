//! `provoke mock`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::error::{CliError, Exit, tell};
use super::run::interrupted;
use super::select;
use crate::fault::Spec;
use crate::io::clock::TimeScale;
use crate::io::mock::MockServer;
use crate::mock::Desk;
use crate::problem::Problem;
use crate::seed::Seed;

const EXAMPLES: &str = "\
Examples:
  provoke mock --port 4010
  provoke mock --fault stall-silent --fault 'rate-limit-retry-after=seconds:2'";

/// Serves every mock provider on one loopback port, in all dialects: the path chooses the dialect,
/// the model chooses the mock.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The port; 0 lets the system choose
    #[arg(long, default_value_t = 4010)]
    port: u16,
    /// A fault that every answer goes through, as NAME or NAME=key:value,key:value; any number, in order
    #[arg(long, value_name = "ID[=ARGS]")]
    fault: Vec<String>,
    /// A folder of mocks, over the built-in ones
    #[arg(long, value_name = "DIR")]
    mocks: Option<PathBuf>,
    /// Keep what is asked, redacted, for GET /_provoke/journal
    #[arg(long)]
    journal: bool,
    /// The seed from which all chance follows
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many nominal seconds pass in a real one, 1 to 1000
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    time_scale: f64,
}

pub(super) fn run(args: &Args) -> Result<Exit, CliError> {
    let library = select::library(args.mocks.as_deref())?;
    let faults = args.fault.iter().map(|text| fault(text)).collect::<Result<Vec<_>, _>>()?;
    let scale = TimeScale::new(args.time_scale).ok_or_else(|| {
        CliError::new(
            Exit::Usage,
            Problem::new(format!("--time-scale {} is not between 1 and 1000", args.time_scale)),
        )
    })?;
    let mut desk = Desk::new(&library, faults, Seed(args.seed));
    if args.journal {
        desk = desk.with_journal();
    }
    // Its work is to write; a second thread would only pass the sockets around.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::system("cannot start", &error, "check the limits on threads and files"))?;
    runtime.block_on(async {
        let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), args.port);
        let server = MockServer::listen(address, desk, scale).map_err(|error| {
            let hint = "another program has the port: choose one with --port, or 0 for a free one";
            CliError::system(format!("cannot listen on {address}"), &error, hint)
        })?;
        let count = library.iter().count();
        tell(format_args!("{count} mocks at http://{}  (^C ends)", server.address(0)));
        for case in library.iter() {
            tell(format_args!("  {}", case.id));
        }
        Ok(interrupted().await)
    })
}

/// Reads `name` or `name=key:value,key:value`.
fn fault(text: &str) -> Result<Spec, CliError> {
    let (name, arguments) = text.split_once('=').unwrap_or((text, ""));
    let mut map = serde_json::Map::new();
    map.insert("fault".to_owned(), name.into());
    for pair in arguments.split(',').filter(|pair| !pair.is_empty()) {
        let Some((key, value)) = pair.split_once(':') else {
            let problem = Problem::new(format!("`{pair}` in --fault {text} is no argument"));
            return Err(CliError::new(Exit::Usage, problem.hint("write arguments as key:value,key:value")));
        };
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        map.insert(key.to_owned(), value);
    }
    Spec::read(&map.into()).map_err(|problem| CliError::new(Exit::Usage, problem))
}
