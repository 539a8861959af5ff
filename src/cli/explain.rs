//! `provoke explain`.

use std::sync::Arc;

use clap::{Args as ClapArgs, ValueEnum};

use super::error::{CliError, Exit};
use super::list::{Kind, lines};
use super::run::out;
use super::select;
use crate::mock::Library;
use crate::problem::{Problem, nearest};
use crate::routing::conduct;
use crate::scenario::Plan;
use crate::scenario::race::Race;
use crate::simulation::interleave::{invariant, policy};
use crate::{diagnosis, dialect, fault, report, scenario};

const EXAMPLES: &str = "\
Examples:
  provoke explain stream.empty-body
  provoke explain T01 stall-pings";

/// Explains anything that has an id: a cause, fault, check, scenario, mock, dialect, format, invariant or policy.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The id, or several
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
}

pub(super) fn run(args: &Args) -> Result<Exit, CliError> {
    let library = select::library(None)?;
    let plans = select::scenarios(&[], &library)?;
    let races = select::builtin_races()?;
    let mut texts = Vec::new();
    for id in &args.ids {
        let found = [
            cause(id),
            of_fault(id),
            of_mutant(id),
            check(id),
            of_scenario(id, &plans),
            of_race(id, &races),
            mock(id, &library),
            of_dialect(id),
            of_format(id),
            of_invariant(id, &races),
            of_policy(id, &races),
        ];
        let before = texts.len();
        texts.extend(found.into_iter().flatten());
        if texts.len() == before {
            return Err(unknown(id));
        }
    }
    out(texts.join("\n").as_bytes())?;
    Ok(Exit::Pass)
}

fn cause(id: &str) -> Option<String> {
    let cause = diagnosis::causes::find(id)?;
    let fix = cause.fix.iter().map(|step| format!("  - {step}\n")).collect::<String>();
    Some(format!(
        "cause {}\n{}\n\nblame  {}\nfix\n{fix}check next\n  {}\n",
        cause.id,
        cause.title,
        cause.blame.name(),
        cause.next
    ))
}

fn of_fault(id: &str) -> Option<String> {
    let fault = fault::find(id).ok()?;
    let mut text =
        format!("fault {} {} ({})\n{}\n\n", fault.code(), fault.name(), fault.kind().name(), fault.about());
    if fault.benign() {
        text.push_str("benign: the right reading of it is health\n");
    }
    text.push_str(&format!("a router ought to\n  {}\nseen at\n  {}\n", fault.ought(), fault.source()));
    if !fault.params().is_empty() {
        text.push_str("parameters\n");
    }
    for param in fault.params() {
        let default = param.default.map(|default| format!(" (default {default})")).unwrap_or_default();
        text.push_str(&format!("  {}{default}: {}\n", param.name, param.about));
    }
    text.push_str(&format!("example\n  {}\n", fault.example()));
    Some(text)
}

fn of_mutant(id: &str) -> Option<String> {
    let mutant = conduct::find(id)?;
    let card = &mutant.card;
    let caught = mutant.caught_by.join(", ");
    Some(format!(
        "fault {} {} ({})\n{}\n\na router ought to\n  {}\nseen at\n  {}\ncaught by\n  {caught}\nexample\n  {}\n",
        card.code,
        card.name,
        card.kind.name(),
        card.about,
        card.ought,
        card.source,
        card.example
    ))
}

fn check(id: &str) -> Option<String> {
    let check = scenario::CHECKS.iter().find(|check| check.id() == id)?;
    let example = check.example();
    Some(format!(
        "check {}\n{}\n\nexample\n  the fault `{example}` puts it to the test\n",
        check.id(),
        check.claim()
    ))
}

fn of_scenario(id: &str, plans: &[Arc<Plan>]) -> Option<String> {
    let plan = plans.iter().find(|plan| plan.id == id)?;
    let mut text = format!("scenario {}\n{}\n\n", plan.id, plan.title);
    if !plan.about.is_empty() {
        text.push_str(&format!("{}\n\n", plan.about.trim_end()));
    }
    text.push_str(&format!("file   {}\ncells\n", plan.file));
    for cell in &plan.cells {
        text.push_str(&format!("  {}: {}\n", cell.label(), cell.expected.words()));
    }
    text.push_str(&format!("run it\n  provoke run {}\n", plan.id));
    Some(text)
}

fn of_race(id: &str, races: &[Race]) -> Option<String> {
    let race = races.iter().find(|race| race.id == id)?;
    let mut text = format!("scenario {} (a race)\n{}\n\n", race.id, race.title);
    if !race.about.is_empty() {
        text.push_str(&format!("{}\n\n", race.about.trim_end()));
    }
    text.push_str(&format!("seen at\n  {}\nfile   {}\nactors\n", race.source, race.file));
    for actor in &race.actors {
        let acts = actor.acts.len();
        text.push_str(&format!("  {}: {acts} {}\n", actor.name, if acts == 1 { "act" } else { "acts" }));
    }
    text.push_str("breaks\n");
    if race.breaks.is_empty() {
        text.push_str("  nothing, under any policy\n");
    }
    for breaks in &race.breaks {
        text.push_str(&format!("  under {}: {}\n", breaks.policy, breaks.invariants.join(", ")));
    }
    text.push_str(&format!("run it\n  provoke race {}\n", race.id));
    Some(text)
}

fn mock(id: &str, library: &Library) -> Option<String> {
    let case = library.find(id).ok()?;
    let about = &case.about;
    Some(format!(
        "mock {}\n{}\n\nstands for  {}\nprovider    {}\nmodel       {}\nsource      {}\ndate        {}\n",
        case.id, about.title, about.stands_for, about.provider, about.model, about.source, about.date
    ))
}

fn of_dialect(id: &str) -> Option<String> {
    let dialect = dialect::by_id(id)?;
    let title = format!("dialect {}\n{}\n\n", dialect.id(), dialect.about());
    Some(match dialect::codec(id) {
        Some(codec) => format!(
            "{title}openclaw api  {}\npath          {}\n",
            codec.openclaw_api(),
            codec.path("<base url>", "<model>", true)
        ),
        None => format!("{title}read and judged; not served, and not spoken to providers\n"),
    })
}

fn of_format(id: &str) -> Option<String> {
    let format = report::by_id(id)?;
    Some(format!(
        "format {id}\n{}\n\nuse it\n  provoke run --format {id}\n  provoke run --report {id}=FILE\n",
        format.about()
    ))
}

fn of_invariant(id: &str, races: &[Race]) -> Option<String> {
    let invariant = &invariant::ALL[invariant::place(id)?];
    let mut text = format!("invariant {id}\n{}\n\nguards\n  {}\n", invariant.about(), invariant.source());
    let breaks = races.iter().flat_map(|race| race.breaks.iter().map(move |breaks| (race, breaks)));
    let breaks: Vec<_> = breaks.filter(|(_, breaks)| breaks.invariants.iter().any(|one| one == id)).collect();
    if !breaks.is_empty() {
        text.push_str("breaks in\n");
    }
    for (race, breaks) in &breaks {
        text.push_str(&format!("  {} under {}\n", race.id, breaks.policy));
    }
    if let Some((race, breaks)) = breaks.first() {
        text.push_str(&format!("see it\n  provoke race --policy {} {}\n", breaks.policy, race.id));
    }
    Some(text)
}

fn of_policy(id: &str, races: &[Race]) -> Option<String> {
    let policy = policy::named(id)?;
    let kind = if policy.mutant { "\nknown to be wrong: ours with one thing done wrongly\n" } else { "" };
    let breaks = races.iter().filter(|race| race.breaks.iter().any(|breaks| breaks.policy == id)).count();
    Some(format!(
        "policy {id}\n{}\n{kind}\nraces that it is known to lose  {breaks}\ntry it\n  provoke race --policy {id}\n",
        policy.about
    ))
}

fn unknown(id: &str) -> CliError {
    let known = Kind::value_variants().iter().filter_map(|kind| lines(*kind).ok()).flatten();
    let ids: Vec<String> = known.map(|line| line.id).collect();
    let problem = Problem::new(format!("nothing is called `{id}`"));
    CliError::new(
        Exit::Usage,
        match nearest(id, ids.iter().map(String::as_str)) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => problem
                .hint("`provoke list causes|faults|checks|scenarios|mocks|dialects|formats|invariants|policies` shows every id"),
        },
    )
}
