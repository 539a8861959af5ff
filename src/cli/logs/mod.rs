//! `provoke logs`.

mod local;
mod print;

use std::time::Duration;

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::error::{CliError, Exit};
use super::reach::{Ground, Reach, Stop, block_on};
use crate::gateway::client::connect::Persona;
use crate::gateway::client::fault::Fault;
use crate::io::client::Link;
use print::Printer;

const EXAMPLES: &str = "\
Examples:
  provoke logs --limit 50
  provoke logs --follow --json";

/// The usual wait, in milliseconds.
const WAIT_MS: u64 = 30_000;
/// The most lines of one poll.
const LINES_MAX: u64 = 5000;
/// The most bytes of one poll.
const BYTES_MAX: u64 = 1_000_000;
/// The first wait after a lost connection; it doubles up to the last.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Prints the last lines of the gateway's log, and follows it.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// How many lines at first
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=LINES_MAX))]
    limit: u64,
    /// How many bytes at most are read at once
    #[arg(long, value_name = "N", default_value_t = 250_000, value_parser = clap::value_parser!(u64).range(1..=BYTES_MAX))]
    max_bytes: u64,
    /// Go on with what is written, until ^C
    #[arg(long)]
    follow: bool,
    /// From poll to poll, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(100..=3_600_000))]
    interval: u64,
    /// Plain text, without colours
    #[arg(long)]
    plain: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) fn run(args: &Args) -> Result<Exit, CliError> {
    block_on(async {
        let mut stop = Stop::listen().await;
        tokio::select! {
            done = show(args) => done,
            exit = stop.heard() => Ok(exit),
        }
    })
}

async fn show(args: &Args) -> Result<Exit, CliError> {
    let ground = Ground::find(&args.reach, WAIT_MS)?;
    let mut printer = Printer::new(args.reach.json, args.plain);
    let mut cursor = None;
    match ground.open(&Persona::cli()).await {
        Ok((mut link, _)) => match poll(&ground, args, &mut link, &mut cursor, &mut printer).await? {
            Ok(()) if args.follow => follow(&ground, args, Some(link), cursor, &mut printer).await,
            Ok(()) => {
                link.close().await;
                Ok(Exit::Pass)
            }
            Err(fault) => tell(&ground, &printer, &fault),
        },
        Err(fault) if fault.is_pairing() && ground.endpoint.is_own() => {
            printer.notice("Gateway pairing required; reading local log file instead.")?;
            if !args.reach.json {
                ground.tell_advice(&ground.advice(&fault, &Persona::cli()));
            }
            local::show(&ground, args, &mut printer).await
        }
        Err(fault) => tell(&ground, &printer, &fault),
    }
}

/// Asks for what is new, and prints it. Outer error: ours; inner: the gateway's.
async fn poll(
    ground: &Ground,
    args: &Args,
    link: &mut Link,
    cursor: &mut Option<u64>,
    printer: &mut Printer,
) -> Result<Result<(), Fault>, CliError> {
    let params = match cursor {
        None => json!({"limit": args.limit, "maxBytes": args.max_bytes}),
        // Behind a cursor every line counts: the limit is only for the first look.
        Some(cursor) => json!({"cursor": cursor, "limit": LINES_MAX, "maxBytes": args.max_bytes}),
    };
    let tail = match link.call("logs.tail", Some(params), ground.patience).await {
        Ok(tail) => tail,
        Err(fault) => return Ok(Err(fault)),
    };
    printer.tail(&tail, cursor.is_none())?;
    *cursor = Some(tail["cursor"].as_u64().or(*cursor).unwrap_or(0));
    Ok(Ok(()))
}

/// Polls on one connection, and on a new one where it is lost: the cursor goes on.
async fn follow(
    ground: &Ground,
    args: &Args,
    mut link: Option<Link>,
    mut cursor: Option<u64>,
    printer: &mut Printer,
) -> Result<Exit, CliError> {
    let mut wait = BACK_OFF.0;
    loop {
        let Some(open) = &mut link else {
            tokio::time::sleep(wait).await;
            match ground.open(&Persona::cli()).await {
                Ok((opened, _)) => {
                    printer.notice("Connected again.")?;
                    (link, wait) = (Some(opened), BACK_OFF.0);
                }
                Err(fault) if fault.denial().is_some() => return tell(ground, printer, &fault),
                Err(_) => wait = (wait * 2).min(BACK_OFF.1),
            }
            continue;
        };
        match polled(open, Duration::from_millis(args.interval)).await {
            Some(lost) => {
                printer.notice(&format!("{}; connecting again.", ground.safe(&lost.headline())))?;
                link = None;
                continue;
            }
            None => match poll(ground, args, open, &mut cursor, printer).await? {
                Ok(()) => {}
                Err(fault @ Fault::Denied(_)) => return tell(ground, printer, &fault),
                Err(fault) => {
                    printer.notice(&format!("{}; connecting again.", ground.safe(&fault.headline())))?;
                    link = None;
                }
            },
        }
    }
}

/// Waits for the next poll, while events pass by; why the connection was lost, if it was.
async fn polled(link: &mut Link, interval: Duration) -> Option<Fault> {
    let until = tokio::time::Instant::now() + interval;
    loop {
        tokio::select! {
            happening = link.next() => if let Err(fault) = happening { return Some(fault) },
            () = tokio::time::sleep_until(until) => return None,
        }
    }
}

fn tell(ground: &Ground, printer: &Printer, fault: &Fault) -> Result<Exit, CliError> {
    let persona = Persona::cli();
    if printer.is_json() {
        let told = ground.fault_json(fault, &persona);
        let next: Vec<&str> =
            told["next"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let line = json!({
            "type": "error", "message": told["what"], "error": told["error"],
            "details": told["details"], "hint": next.join("; "),
        });
        super::error::tell(line);
    } else {
        ground.tell_fault("error:", fault, &persona);
    }
    Ok(Exit::Fail)
}
