//! One move of one actor.

use std::sync::Arc;

use crate::gateway::clock::{Leap, STEP_MIN_MS};
use crate::gateway::fresh::Fresh;
use crate::gateway::pairing::{By, Command, Event};
use crate::gateway::scope;
use crate::scenario::race::{Act, Via};

use super::super::deed::Deed;
use super::super::ledger::{Keeping, Ledger, Records};
use super::super::number;
use super::command::{command, door};
use super::hunt::{Hunt, Next};
use super::outcome::{Outcome, Shown};
use super::runner::{Errand, Stage};
use super::start::fresh;
use super::{Moved, Setting, World};

impl<L: Ledger> World<L> {
    /// One move of an actor that can move.
    #[must_use]
    pub fn moved(&self, setting: &Setting<'_>, who: usize) -> Moved<L> {
        let mut mover = Mover { setting, world: self.clone(), who, deeds: Vec::with_capacity(2) };
        mover.go();
        Moved { world: mover.world, deeds: mover.deeds }
    }
}

/// A move while it is made.
struct Mover<'a, L: Ledger> {
    setting: &'a Setting<'a>,
    world: World<L>,
    who: usize,
    deeds: Vec<Deed>,
}

impl<L: Ledger> Mover<'_, L> {
    fn go(&mut self) {
        let stage = std::mem::replace(&mut self.world.runners[self.who].stage, Stage::Start);
        match stage {
            Stage::Start => self.begin(),
            Stage::Between => self.reach(),
            Stage::Through => self.ask(self.errand()),
            Stage::TurnedAway => self.read_files(),
            Stage::Read(errand, snapshot) => self.write(errand, snapshot),
            Stage::HalfWritten(errand, whole, outcome) => {
                let gateway = self.gateway();
                self.world.truth = whole;
                self.world.busy[gateway] = None;
                self.deliver(errand, outcome);
            }
            Stage::Written(errand, outcome) => self.answer(errand, outcome),
            Stage::FilesRead(records) => self.write_files(records),
        }
    }

    fn gateway(&self) -> usize {
        self.setting.race.actors[self.who].gateway
    }

    fn act(&self) -> &Act {
        let at = usize::from(self.world.runners[self.who].at);
        &self.setting.race.actors[self.who].acts[at]
    }

    /// What is asked for an errand: by the device, a look goes before the approval.
    fn asked(&self, errand: Errand) -> &Act {
        if errand == Errand::Look { &Act::List } else { self.act() }
    }

    fn errand(&self) -> Errand {
        self.world.runners[self.who].errand()
    }

    /// Chance for a part of the act at hand.
    fn fresh(&self, part: u8) -> Fresh {
        let runner = &self.world.runners[self.who];
        let rounds =
            runner.hunt.as_ref().map_or(0, |hunt| 2 * hunt.round() + u8::from(runner.target.is_some()));
        fresh(self.who, usize::from(runner.at), part + 4 * rounds)
    }

    fn via(&self) -> &Via {
        &self.setting.race.actors[self.who].via
    }

    /// What is asked for this errand.
    fn command(&self, errand: Errand) -> Option<Command> {
        let runner = &self.world.runners[self.who];
        match (errand, self.via()) {
            (Errand::Door, Via::Cli(device)) => Some(door(device)),
            (_, via) => {
                command(self.asked(errand), via, runner.target.as_ref(), runner.knows.token.as_deref())
            }
        }
    }

    fn begin(&mut self) {
        match self.act().clone() {
            Act::Connect(ask) if !ask.signed => {
                let message = "device signature invalid".to_owned();
                self.answer(Errand::Act, Outcome::Refused { message, pairing: false, request_id: None });
            }
            Act::Connect(_) => self.ask(Errand::Act),
            Act::Kill(gateway) => self.kill(gateway),
            Act::Wait(ms) => {
                self.pass(ms);
                self.deeds.push(Deed::Waited { who: self.who, ms });
                self.next_act();
            }
            Act::Step(ms) => {
                self.set_clock(ms);
                self.next_act();
            }
            Act::Approve(which) | Act::Reject(which) => {
                let runner = &mut self.world.runners[self.who];
                runner.target = runner.knows.meant(&which, &self.setting.named);
                if runner.target.is_none() {
                    return self.answer(Errand::Act, Outcome::Nothing);
                }
                self.reach();
            }
            Act::ApproveDevice(device) => {
                let runner = &mut self.world.runners[self.who];
                let shown = runner.knows.of(&device).cloned();
                runner.hunt = Some(Hunt::after(shown.clone()));
                if let Some(shown) = shown {
                    self.deeds.push(Deed::Agreed { who: self.who, shown });
                }
                self.reach();
            }
            Act::List | Act::Remove(_) | Act::Rotate { .. } | Act::Revoke { .. } => self.reach(),
        }
    }

    /// The wall clock is set. Every gateway process that minds has it carried over before anything else.
    fn set_clock(&mut self, ms: i64) {
        let from_ms = self.world.clocks.wall_ms;
        let to_ms = from_ms.saturating_add_signed(ms);
        self.world.clocks.wall_ms = to_ms;
        self.deeds.push(Deed::Stepped { who: self.who, ms });
        if !L::HEEDS_CLOCK || from_ms.abs_diff(to_ms) < STEP_MIN_MS {
            return;
        }
        let command = Command::ClockSet(Leap::new(from_ms, to_ms, self.world.clocks.steady_ms));
        let mut carry = || Arc::make_mut(&mut self.world.truth).transact(from_ms, Fresh::default(), &command);
        // What one process has done to the store the next one finds done; together they tell it once.
        let mut step = carry();
        for _ in 1..self.setting.race.start.gateways {
            let mut next = carry();
            step.events.append(&mut next.events);
            step.dropped.append(&mut next.dropped);
        }
        self.deeds.push(Deed::Effect { who: self.who, errand: Errand::Act, command, step });
    }

    fn pass(&mut self, ms: u64) {
        let clocks = &mut self.world.clocks;
        clocks.wall_ms = clocks.wall_ms.saturating_add(ms);
        clocks.steady_ms = clocks.steady_ms.saturating_add(ms);
    }

    /// The first move of a command.
    fn reach(&mut self) {
        match self.via() {
            Via::Socket => self.ask(self.errand()),
            Via::Cli(_) => self.ask(Errand::Door),
            Via::Files => self.read_files(),
        }
    }

    /// A transition at the gateway begins; where nobody could see it half done, it ends at once.
    fn ask(&mut self, errand: Errand) {
        if L::KEEPING == Keeping::Atomic || !self.setting.fine {
            let snapshot = Arc::clone(&self.world.truth);
            return self.write(errand, snapshot);
        }
        let gateway = self.gateway();
        if L::KEEPING == Keeping::Locked {
            self.world.busy[gateway] = Some(number(self.who));
        }
        self.world.runners[self.who].stage = Stage::Read(errand, Arc::clone(&self.world.truth));
        self.deeds.push(Deed::Read { who: self.who, errand });
    }

    /// A transition at the gateway takes effect, upon what was read for it.
    fn write(&mut self, errand: Errand, mut snapshot: Arc<L>) {
        let gateway = self.gateway();
        let Some(command) = self.command(errand) else {
            return self.answer(errand, Outcome::Nothing);
        };
        let now_ms = self.world.clocks.wall_ms;
        let before = self.setting.kills.then(|| snapshot.records());
        let chance = self.fresh(u8::from(errand != Errand::Door));
        let step = Arc::make_mut(&mut snapshot).transact(now_ms, chance, &command);
        let outcome = Outcome::of(&step.answer);
        self.tell(&step.events);
        self.deeds.push(Deed::Effect { who: self.who, errand, command: command.clone(), step });
        if L::KEEPING != Keeping::Atomic && !writes(&command, &outcome) {
            self.world.busy[gateway] = None;
            return self.deliver(errand, outcome);
        }
        if let Some(before) = before
            && L::KEEPING == Keeping::Locked
            && before != snapshot.records()
        {
            let half = Records { paired: before.paired, ..snapshot.records() };
            Arc::make_mut(&mut self.world.truth).overwrite(now_ms, half);
            self.world.runners[self.who].stage = Stage::HalfWritten(errand, snapshot, outcome);
            self.deeds.push(Deed::HalfWritten { who: self.who });
            return;
        }
        self.world.truth = snapshot;
        self.world.busy[gateway] = None;
        self.deliver(errand, outcome);
    }

    /// All is written. The answer may still be lost where a gateway is killed.
    fn deliver(&mut self, errand: Errand, outcome: Outcome) {
        if self.setting.kills {
            self.world.runners[self.who].stage = Stage::Written(errand, outcome);
        } else {
            self.answer(errand, outcome);
        }
    }

    /// An answer comes in.
    fn answer(&mut self, errand: Errand, outcome: Outcome) {
        let command = self.command(errand);
        let via_cli = matches!(self.via(), Via::Cli(_));
        let target = self.world.runners[self.who].target.clone();
        let who = self.who;
        self.deeds.push(Deed::Answered {
            who,
            errand,
            command,
            target,
            outcome: outcome.clone(),
            past: false,
        });
        let runner = &mut self.world.runners[who];
        if errand == Errand::Door && via_cli {
            match outcome {
                Outcome::Admitted { .. } => return runner.stage = Stage::Through,
                Outcome::Refused { pairing: true, .. } if self.setting.race.has_fallback(who, runner.at) => {
                    return runner.stage = Stage::TurnedAway;
                }
                _ => {}
            }
        }
        self.go_on(errand, outcome);
    }

    /// What was asked is answered: the act is over, or goes on by the device.
    fn go_on(&mut self, errand: Errand, outcome: Outcome) {
        let (setting, who) = (self.setting, self.who);
        let runner = &mut self.world.runners[who];
        let act = &setting.race.actors[who].acts[usize::from(runner.at)];
        let next = match (act, &mut runner.hunt) {
            (Act::ApproveDevice(device), Some(hunt)) => {
                Some(hunt.heard(device, errand, &outcome, !L::COMPARES))
            }
            _ => None,
        };
        runner.knows.learn(outcome);
        match next {
            None => self.next_act(),
            Some(Next::Over(end)) => {
                self.deeds.push(Deed::Ended { who, end });
                self.next_act();
            }
            Some(Next::Look) => self.goes_on(None),
            Some(Next::Approve { shown, first }) => {
                if first {
                    self.deeds.push(Deed::Agreed { who, shown: shown.clone() });
                }
                self.goes_on(Some(shown));
            }
        }
    }

    fn goes_on(&mut self, target: Option<Shown>) {
        let runner = &mut self.world.runners[self.who];
        runner.target = target;
        runner.stage = Stage::Between;
    }

    fn next_act(&mut self) {
        let runner = &mut self.world.runners[self.who];
        runner.at = runner.at.saturating_add(1);
        runner.stage = Stage::Start;
        runner.target = None;
        runner.hunt = None;
    }

    /// Who listens hears of a new request.
    fn tell(&mut self, events: &[Event]) {
        for event in events.iter().filter(|event| event.name == "device.pair.requested") {
            let Some(shown) = Shown::of_json(&event.payload) else { continue };
            for (runner, actor) in self.world.runners.iter_mut().zip(&self.setting.race.actors) {
                if actor.via == Via::Socket && actor.listens() {
                    runner.knows.heard = Some(shown.clone());
                }
            }
        }
    }

    /// Past the gateway: the files are read; a look ends here.
    fn read_files(&mut self) {
        let records = self.world.truth.records();
        let errand = self.errand();
        self.deeds.push(Deed::FilesRead { who: self.who, errand });
        if *self.asked(errand) == Act::List || !self.setting.fine {
            return self.write_files(records);
        }
        self.world.runners[self.who].stage = Stage::FilesRead(records);
    }

    /// Past the gateway: what was read is changed and written back, as OpenClaw's command line does it.
    fn write_files(&mut self, mut records: Records) {
        let errand = self.errand();
        let Some(command) = self.command(errand).map(as_owner) else {
            return self.answer(errand, Outcome::Nothing);
        };
        // No two processes write within the same millisecond.
        self.pass(1);
        let now_ms = self.world.clocks.wall_ms;
        let read = records.clone();
        let step = records.transact(now_ms, self.fresh(3), &command);
        let outcome = Outcome::of(&step.answer);
        if records != read {
            Arc::make_mut(&mut self.world.truth).overwrite(now_ms, records);
            self.deeds.push(Deed::FilesWritten { who: self.who, command: command.clone(), step });
        }
        let target = self.world.runners[self.who].target.clone();
        self.deeds.push(Deed::Answered {
            who: self.who,
            errand,
            command: Some(command),
            target,
            outcome: outcome.clone(),
            past: true,
        });
        self.go_on(errand, outcome);
    }

    /// A gateway process dies: what it was busy with is not answered.
    fn kill(&mut self, gateway: usize) {
        self.deeds.push(Deed::Killed { who: self.who, gateway });
        self.world.busy[gateway] = None;
        let me = self.who;
        for (who, actor) in self.setting.race.actors.iter().enumerate() {
            if let Some(errand) = self.world.runners[who].stage.inside()
                && actor.gateway == gateway
            {
                self.who = who;
                self.answer(errand, Outcome::Lost);
            }
        }
        self.who = me;
        self.next_act();
    }
}

/// Whether a gateway that reads and then writes does write after this: a connect always, for what it notes
/// of its caller; the rest where it was carried out.
const fn writes(command: &Command, outcome: &Outcome) -> bool {
    match command {
        Command::List => false,
        Command::Connect(_) => !matches!(outcome, Outcome::Refused { pairing: false, .. }),
        _ => outcome.is_good(),
    }
}

/// The same by whoever edits the files: the owner of the machine.
#[must_use]
pub fn as_owner(command: Command) -> Command {
    let owner = By { device_id: None, scopes: vec![scope::ADMIN.to_owned()] };
    match command {
        Command::Approve { request_id, .. } => Command::Approve { request_id, by: owner },
        Command::Remove { device_id, .. } => Command::Remove { device_id, by: owner },
        Command::Rotate { device_id, role, scopes, .. } => {
            Command::Rotate { device_id, role, scopes, by: owner }
        }
        Command::Revoke { device_id, role, .. } => Command::Revoke { device_id, role, by: owner },
        other @ (Command::Connect(_) | Command::List | Command::Reject { .. } | Command::ClockSet(_)) => {
            other
        }
    }
}
