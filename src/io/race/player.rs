//! An actor on its way through its acts, on a real gateway.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::answer::{of_command, step};
use super::cast::Cast;
use super::files::{Files, Read};
use super::{Admin, Site, Trouble};
use crate::gateway::pairing::{Answer, Command};
use crate::io::client::{Happening, Link};
use crate::io::fresh::{fresh, wall_ms};
use crate::scenario::race::{Act, Actor, Ask, Via};
use crate::simulation::interleave::deed::Deed;
use crate::simulation::interleave::world::{
    Errand, Hunt, Knows, Next, Outcome, Setting, Shown, as_owner, command, connect, door,
};

/// How far it is with an act.
enum Stage {
    Start,
    /// It goes on with the same act.
    Between,
    /// The command line was let in.
    Through(Box<Link>),
    /// The command line was turned away.
    TurnedAway,
    /// It has read the files.
    FilesRead(Read),
}

/// An actor on its way.
pub(super) struct Player<'a> {
    setting: &'a Setting<'a>,
    cast: &'a Cast,
    site: &'a Site,
    who: usize,
    at: usize,
    stage: Stage,
    target: Option<Shown>,
    hunt: Option<Hunt>,
    pub(super) knows: Knows,
    link: Option<Link>,
    /// The code with which the gateway closed its last connection.
    pub(super) closed: Option<u16>,
}

impl<'a> Player<'a> {
    /// Before its first act.
    pub(super) async fn new(
        setting: &'a Setting<'a>,
        cast: &'a Cast,
        site: &'a Site,
        who: usize,
        admin: &Admin,
    ) -> Result<Self, Trouble> {
        let actor = &setting.race.actors[who];
        let is_socket = actor.via == Via::Socket && actor.acts.iter().any(Act::is_command);
        let link = if is_socket { Some(admin.second().await?) } else { None };
        let mut player = Self {
            setting,
            cast,
            site,
            who,
            at: 0,
            stage: Stage::Start,
            target: None,
            hunt: None,
            knows: Knows::default(),
            link,
            closed: None,
        };
        if !player.listens() {
            player.knows.shown = setting.named.iter().rev().map(|(_, shown)| shown.clone()).collect();
        }
        Ok(player)
    }

    fn actor(&self) -> &'a Actor {
        &self.setting.race.actors[self.who]
    }

    /// Whether it acts upon what it hears.
    pub(super) fn listens(&self) -> bool {
        self.actor().via == Via::Socket && self.actor().listens()
    }

    /// Whether all it does is to connect, as a tool that keeps asking does.
    pub(super) fn only_connects(&self) -> bool {
        self.actor().only_connects()
    }

    /// Begins its script anew.
    pub(super) const fn again(&mut self) {
        self.at = 0;
    }

    /// The act that it is at; `None`: it is through.
    pub(super) fn act(&self) -> Option<&'a Act> {
        self.actor().acts.get(self.at)
    }

    /// The place of that act.
    pub(super) const fn place(&self) -> usize {
        self.at
    }

    /// Whether it waits for something to be told.
    pub(super) fn waits(&self) -> bool {
        matches!(self.stage, Stage::Start)
            && self.act().is_some_and(Act::waits_for_news)
            && self.knows.heard.is_none()
    }

    /// Waits until it is told of a request, or until nobody is left who could make one.
    pub(super) async fn hear(&mut self, others: &mut watch::Receiver<usize>) {
        let Some(link) = &mut self.link else { return };
        let cast = self.cast;
        let is_news = |name: &str, payload: &Value| -> Option<Shown> {
            let payload = cast.payload(payload).filter(|_| name == "device.pair.requested")?;
            Shown::of_json(&payload)
        };
        let heard = async {
            loop {
                match link.next().await.ok()? {
                    Happening::Event(name, payload) => {
                        if let Some(shown) = is_news(&name, &payload) {
                            return Some(shown);
                        }
                    }
                    Happening::Answered(..) => {}
                }
            }
        };
        let found = tokio::select! {
            shown = heard => Some(shown),
            _ = others.wait_for(|left| *left == 0) => None,
        };
        self.knows.heard = match found {
            Some(shown) => shown,
            None => {
                // An answer comes after every event that was told before it.
                let _ = link.call("device.pair.list", Some(json!({})), self.site.patience).await;
                link.heard().iter().find_map(|(name, payload)| is_news(name, payload))
            }
        };
    }

    /// One unit: until it is answered, or has read the files.
    pub(super) async fn unit(&mut self) -> Result<Vec<Deed>, Trouble> {
        self.closed = None;
        let Some(act) = self.act() else { return Ok(Vec::new()) };
        match std::mem::replace(&mut self.stage, Stage::Start) {
            Stage::Start => self.begin(act).await,
            Stage::Between => self.reach().await,
            Stage::Through(mut link) => {
                let answer = self.ask(&mut link).await;
                link.close().await;
                self.answered(answer?)
            }
            Stage::TurnedAway => self.read_files(),
            Stage::FilesRead(read) => self.write_files(&read),
        }
    }

    async fn begin(&mut self, act: &'a Act) -> Result<Vec<Deed>, Trouble> {
        match act {
            Act::Connect(ask) => return self.connect(ask).await,
            Act::Wait(ms) => {
                tokio::time::sleep(Duration::from_millis(*ms)).await;
                self.next_act();
                return Ok(vec![Deed::Waited { who: self.who, ms: *ms }]);
            }
            Act::Approve(which) | Act::Reject(which) => {
                self.target = self.knows.meant(which, &self.setting.named);
                if self.target.is_none() {
                    let deed = self.told(Errand::Act, None, Outcome::Nothing, false);
                    self.next_act();
                    return Ok(vec![deed]);
                }
            }
            Act::ApproveDevice(device) => {
                let shown = self.knows.of(device).cloned();
                self.hunt = Some(Hunt::after(shown.clone()));
                let agreed = shown.map(|shown| Deed::Agreed { who: self.who, shown });
                let deeds = self.reach().await?;
                return Ok(agreed.into_iter().chain(deeds).collect());
            }
            _ => {}
        }
        self.reach().await
    }

    /// The first unit of what is asked next.
    async fn reach(&mut self) -> Result<Vec<Deed>, Trouble> {
        match &self.actor().via {
            Via::Socket => {
                let Some(mut link) = self.link.take() else {
                    return Err(Trouble::Start("no connection is open".to_owned()));
                };
                let answer = self.ask(&mut link).await;
                self.link = Some(link);
                self.answered(answer?)
            }
            Via::Cli(device) => self.knock(device).await,
            Via::Files => self.read_files(),
        }
    }

    async fn connect(&mut self, ask: &Ask) -> Result<Vec<Deed>, Trouble> {
        let asked = connect(ask, self.knows.token.as_deref());
        let (answer, closed) = self.cast.connect(self.site, ask, self.knows.token.as_deref()).await?;
        self.closed = closed;
        let outcome = Outcome::of(&answer);
        let mut deeds = Vec::new();
        if ask.signed {
            let step = step(answer);
            deeds.push(Deed::Effect { who: self.who, errand: Errand::Act, command: asked.clone(), step });
        }
        deeds.push(self.told(Errand::Act, Some(asked), outcome.clone(), false));
        self.knows.learn(outcome);
        self.next_act();
        Ok(deeds)
    }

    /// The command line connects.
    async fn knock(&mut self, device: &str) -> Result<Vec<Deed>, Trouble> {
        let asked = door(device);
        let (link, answer, closed) = self.cast.door(self.site, device).await?;
        self.closed = closed;
        let outcome = Outcome::of(&answer);
        let step = step(answer);
        let effect = Deed::Effect { who: self.who, errand: Errand::Door, command: asked.clone(), step };
        let mut deeds = vec![effect, self.told(Errand::Door, Some(asked), outcome.clone(), false)];
        match (link, outcome) {
            (Some(link), _) => self.stage = Stage::Through(Box::new(link)),
            (None, Outcome::Refused { pairing: true, .. }) => self.stage = Stage::TurnedAway,
            (None, outcome) => self.go_on(Errand::Door, outcome, &mut deeds),
        }
        Ok(deeds)
    }

    /// What it asks next: by the device, a look goes before each approval.
    fn asked(&self) -> Option<(Errand, &'a Act)> {
        let act = self.act()?;
        let looks = self.hunt.is_some() && self.target.is_none();
        Some(if looks { (Errand::Look, &Act::List) } else { (Errand::Act, act) })
    }

    fn command(&self, act: &Act) -> Option<Command> {
        command(act, &self.actor().via, self.target.as_ref(), self.knows.token.as_deref())
    }

    /// Asks over an open connection.
    async fn ask(&self, link: &mut Link) -> Result<(Answer, Option<u16>), Trouble> {
        let (_, act) = self.asked().ok_or_else(|| Trouble::Start("nothing is left to ask".to_owned()))?;
        let id = || self.target.as_ref().map(|shown| shown.id.clone());
        let of_token = |device: &str, role: &str| json!({"deviceId": self.cast.id(device), "role": role});
        let (method, params) = match act {
            Act::List => ("device.pair.list", json!({})),
            Act::Approve(_) | Act::ApproveDevice(_) => ("device.pair.approve", json!({"requestId": id()})),
            Act::Reject(_) => ("device.pair.reject", json!({"requestId": id()})),
            Act::Remove(device) => ("device.pair.remove", json!({"deviceId": self.cast.id(device)})),
            Act::Rotate { device, role } => ("device.token.rotate", of_token(device, role)),
            Act::Revoke { device, role } => ("device.token.revoke", of_token(device, role)),
            Act::Connect(_) | Act::Kill(_) | Act::Wait(_) | Act::Step(_) => {
                return Err(Trouble::Start("nothing that a client asks".to_owned()));
            }
        };
        let drops = matches!(act, Act::Remove(_) | Act::Rotate { .. } | Act::Revoke { .. });
        let answer = link.call(method, Some(params), self.site.patience).await;
        let answer = answer.map(|payload| self.by_name(act, payload));
        of_command(answer, drops)
    }

    fn by_name(&self, act: &Act, payload: Value) -> Value {
        if *act == Act::List { self.cast.list(&payload) } else { payload }
    }

    /// The gateway has answered.
    fn answered(&mut self, (answer, closed): (Answer, Option<u16>)) -> Result<Vec<Deed>, Trouble> {
        let Some((errand, act)) = self.asked() else { return Ok(Vec::new()) };
        self.closed = closed;
        let outcome = Outcome::of(&answer);
        let mut deeds = Vec::new();
        let asked = self.command(act);
        if let Some(command) = asked.clone() {
            deeds.push(Deed::Effect { who: self.who, errand, command, step: step(answer) });
        }
        deeds.push(self.told(errand, asked, outcome.clone(), false));
        self.go_on(errand, outcome, &mut deeds);
        Ok(deeds)
    }

    /// What was asked is answered: the act is over, or goes on by the device.
    fn go_on(&mut self, errand: Errand, outcome: Outcome, deeds: &mut Vec<Deed>) {
        let next = match (self.act(), &mut self.hunt) {
            (Some(Act::ApproveDevice(device)), Some(hunt)) => hunt.heard(device, errand, &outcome, false),
            _ => {
                self.knows.learn(outcome);
                return self.next_act();
            }
        };
        self.knows.learn(outcome);
        self.target = None;
        self.stage = Stage::Between;
        match next {
            Next::Look => {}
            Next::Approve { shown, first } => {
                if first {
                    deeds.push(Deed::Agreed { who: self.who, shown: shown.clone() });
                }
                self.target = Some(shown);
            }
            Next::Over(end) => {
                deeds.push(Deed::Ended { who: self.who, end });
                self.next_act();
            }
        }
    }

    fn files(&self) -> Result<Files, Trouble> {
        let state = self.site.state.as_deref();
        let state = state.ok_or_else(|| Trouble::Start("no state folder was given".to_owned()))?;
        Ok(Files::of(state))
    }

    fn read_files(&mut self) -> Result<Vec<Deed>, Trouble> {
        let Some((errand, act)) = self.asked() else { return Ok(Vec::new()) };
        let read = self.files()?.read().map_err(Trouble::Files)?;
        let mut deeds = vec![Deed::FilesRead { who: self.who, errand }];
        if *act == Act::List || !self.setting.fine {
            deeds.extend(self.write_files(&read)?);
        } else {
            self.stage = Stage::FilesRead(read);
        }
        Ok(deeds)
    }

    fn write_files(&mut self, read: &Read) -> Result<Vec<Deed>, Trouble> {
        let Some((errand, act)) = self.asked() else { return Ok(Vec::new()) };
        let Some(asked) = self.command(act).map(as_owner) else { return Ok(Vec::new()) };
        let chance = fresh().map_err(Trouble::Files)?;
        let real = self.with_ids(asked.clone());
        let changed = self.files()?.change(read, wall_ms(), chance, &real, &self.cast.ids());
        let (mut done, is_changed) = changed.map_err(Trouble::Files)?;
        if let Answer::Payload(payload) = &mut done.answer
            && *act == Act::List
        {
            *payload = self.cast.list(payload);
        }
        done.events.clear();
        let outcome = Outcome::of(&done.answer);
        let mut deeds = Vec::new();
        if is_changed {
            deeds.push(Deed::FilesWritten { who: self.who, command: asked.clone(), step: done });
        }
        deeds.push(self.told(errand, Some(asked), outcome.clone(), true));
        self.go_on(errand, outcome, &mut deeds);
        Ok(deeds)
    }

    /// A command with the ids of devices where the race has names.
    fn with_ids(&self, command: Command) -> Command {
        match command {
            Command::Remove { device_id, by } => Command::Remove { device_id: self.cast.id(&device_id), by },
            Command::Rotate { device_id, role, scopes, by } => {
                Command::Rotate { device_id: self.cast.id(&device_id), role, scopes, by }
            }
            Command::Revoke { device_id, role, by } => {
                Command::Revoke { device_id: self.cast.id(&device_id), role, by }
            }
            other => other,
        }
    }

    fn told(&self, errand: Errand, command: Option<Command>, outcome: Outcome, past: bool) -> Deed {
        Deed::Answered { who: self.who, errand, command, target: self.target.clone(), outcome, past }
    }

    fn next_act(&mut self) {
        self.at += 1;
        self.stage = Stage::Start;
        self.target = None;
        self.hunt = None;
    }

    /// Hangs up.
    pub(super) async fn leave(self) {
        if let Stage::Through(link) = self.stage {
            link.close().await;
        }
        if let Some(link) = self.link {
            link.close().await;
        }
    }
}
