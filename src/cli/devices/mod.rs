//! `provoke devices`.

mod admin;
mod approve;
mod by_device;
mod change;
mod in_files;
mod list;
mod outcome;

use clap::{Args as ClapArgs, Subcommand};

use super::error::{CliError, Exit};
use super::reach::{Reach, WAIT_MS, block_on};

const EXAMPLES: &str = "\
Examples:
  provoke devices list
  provoke devices approve --device 0d7f0f5c --scopes operator.approvals";

/// Shows and changes who is paired with a gateway, ours or OpenClaw's.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List who is paired, and who asks to be
    List(ListArgs),
    /// Approve a request by its id, or whatever a device asks for, by the device
    Approve(approve::Args),
    /// Reject a request by its id
    Reject(RejectArgs),
    /// Remove a paired device, whose tokens die
    Remove(RemoveArgs),
    /// Give a device a new token for a role, and print it
    Rotate(RotateArgs),
    /// Take the token of a role away from a device
    Revoke(TokenArgs),
    /// Remove every paired device, this one too
    Clear(ClearArgs),
}

/// Lists who is paired with the gateway, and who asks to be.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct ListArgs {
    #[command(flatten)]
    reach: Reach,
}

/// Rejects a request; the device may ask again.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct RejectArgs {
    /// The request's id
    #[arg(value_name = "REQUEST")]
    request: String,
    #[command(flatten)]
    reach: Reach,
}

/// Removes a device: its tokens die, and its sockets are closed.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct RemoveArgs {
    /// The device's id
    #[arg(value_name = "DEVICE")]
    device: String,
    #[command(flatten)]
    reach: Reach,
}

/// Takes the token of a role away from a device.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct TokenArgs {
    /// The device's id
    #[arg(long, value_name = "DEVICE")]
    device: String,
    /// The role of the token
    #[arg(long, value_name = "ROLE")]
    role: String,
    #[command(flatten)]
    reach: Reach,
}

/// Gives a device a new token for a role and prints it: keep the output to yourself.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct RotateArgs {
    #[command(flatten)]
    token: TokenArgs,
    /// A scope of the new token; any number; by default as before
    #[arg(long, value_name = "SCOPE", num_args = 1..)]
    scope: Vec<String>,
}

/// Removes every paired device, this one too.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct ClearArgs {
    /// Do it
    #[arg(long)]
    yes: bool,
    /// Reject every request, too
    #[arg(long)]
    pending: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) fn run(args: &Args) -> Result<Exit, CliError> {
    match &args.command {
        Command::List(args) => block_on(list::run(&args.reach)),
        Command::Approve(args) => approve::run(args),
        Command::Reject(args) => block_on(change::reject(&args.request, &args.reach)),
        Command::Remove(args) => block_on(change::remove(&args.device, &args.reach)),
        Command::Rotate(args) => block_on(change::rotate(args)),
        Command::Revoke(args) => block_on(change::revoke(args)),
        Command::Clear(args) => change::clear(args),
    }
}
