//! What an actor does.

use serde_saphyr::Spanned;

use super::super::schema::{self, ApproveWord, FORMS, Slip, TokenOf, WhichWord, form};
use super::super::{ACTS_MAX, Act, Via, Which};
use super::{Compiler, TIME_MAX_MS, millis, names, role};
use crate::problem::Problem;

impl Compiler<'_> {
    /// Every device that connects, by itself or as the key of a command line.
    pub(super) fn askers(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (_, actor) in &self.file.actors.value.0 {
            if let schema::ViaWord::Cli(device) = &actor.value.0.via {
                found.push(device.value.clone());
            }
            for act in &actor.value.0.does {
                if let Ok(schema::Act::Connect(connect)) = &act.value.0 {
                    found.push(connect.device.value.clone());
                }
            }
        }
        found
    }

    pub(super) fn acts(&mut self, actor: &Spanned<schema::Actor>, via: &Via) -> Vec<Act> {
        let does = &actor.value.0.does;
        let mut acts = Vec::new();
        for act in does {
            let entry = match &act.value.0 {
                Ok(entry) => entry,
                Err(slip) => {
                    self.slip(act, slip);
                    continue;
                }
            };
            let times = match entry {
                schema::Act::Connect(connect) => self.times(connect),
                _ => 1,
            };
            if acts.len() + times > ACTS_MAX {
                let message = format!("an actor does {ACTS_MAX} things at most, repetitions counted");
                self.problem(act, Problem::new(message));
                break;
            }
            if let Some(compiled) = self.act(act, entry, via) {
                acts.extend(std::iter::repeat_n(compiled, times));
            }
        }
        if does.is_empty() {
            self.problem(actor, Problem::new("this actor does nothing").hint("leave it out"));
        }
        acts
    }

    fn times(&mut self, connect: &schema::Connect) -> usize {
        let Some(times) = &connect.times else { return 1 };
        if !(1..=ACTS_MAX).contains(&times.value) {
            self.problem(times, Problem::new(format!("`times` is 1 to {ACTS_MAX}")));
            return 1;
        }
        times.value
    }

    /// What was most likely meant.
    fn slip(&mut self, entry: &Spanned<schema::Entry>, slip: &Slip) {
        match slip {
            Slip::Unknown(word, at) => {
                let names = FORMS.map(|(name, _)| name);
                let at = at.as_ref();
                let name = Spanned::new(
                    word.clone(),
                    at.map_or(entry.referenced, |at| at.referenced),
                    at.map_or(entry.defined, |at| at.defined),
                );
                self.one_of("act", &name, &names);
            }
            Slip::Alone(name) => {
                let problem = Problem::new(format!("`{name}` does not say enough"));
                self.problem(entry, problem.hint(format!("write it as `{}`", form(name))));
            }
            Slip::Word(name, at) => {
                let problem = Problem::new(format!("`{name}` takes a mapping"));
                self.problem(at, problem.hint(format!("write it as `{}`", form(name))));
            }
            Slip::After(at) => {
                self.problem(at, Problem::new("`list` stands alone, without anything after it"))
            }
            Slip::Second(name, second) => {
                let word = &second.value;
                let problem =
                    Problem::new(format!("`{}` is a second key beside `{name}`", word.escape_debug()));
                let hint = if FORMS.iter().any(|(known, _)| known == word) {
                    format!("each act is an entry of its own: begin another one with `- {}`", form(word))
                } else if *name == "connect" && word != "device" {
                    format!("what belongs to it stands within it: `connect: {{ device: laptop, {word}: … }}`")
                } else {
                    format!("write it as `{}`", form(name))
                };
                self.problem(second, problem.hint(hint));
            }
            Slip::Strange => {
                let problem = Problem::new("this is no act");
                self.problem(
                    entry,
                    problem
                        .hint("an act is a word or a mapping of one key, such as `list` or `approve: shown`"),
                );
            }
        }
    }

    fn act(&mut self, entry: &Spanned<schema::Entry>, act: &schema::Act, via: &Via) -> Option<Act> {
        Some(match act {
            schema::Act::Connect(connect) => Act::Connect(self.ask(connect)),
            schema::Act::List => Act::List,
            schema::Act::Approve(what) => self.approve(entry, what, via),
            schema::Act::Reject(which) => Act::Reject(self.which(entry, which, via)),
            schema::Act::Remove(device) => {
                self.known_device(device);
                Act::Remove(device.value.clone())
            }
            schema::Act::Rotate(token) => {
                let (device, role) = self.token(token);
                Act::Rotate { device, role }
            }
            schema::Act::Revoke(token) => {
                let (device, role) = self.token(token);
                Act::Revoke { device, role }
            }
            schema::Act::Kill(gateway) => {
                self.gateway(gateway);
                Act::Kill(gateway.value)
            }
            schema::Act::Wait(span) => {
                let ms = millis(span.value.0);
                self.within_a_year(span, ms);
                Act::Wait(ms)
            }
            schema::Act::StepClock(span) => {
                self.within_a_year(span, span.value.0.unsigned_abs());
                Act::Step(span.value.0)
            }
        })
    }

    fn within_a_year<T>(&mut self, at: &Spanned<T>, ms: u64) {
        if ms > TIME_MAX_MS {
            self.problem(at, Problem::new("that is longer than a year"));
        }
    }

    fn approve(&mut self, act: &Spanned<schema::Entry>, what: &ApproveWord, via: &Via) -> Act {
        let which = match what {
            ApproveWord::Shown => WhichWord::Shown,
            ApproveWord::Heard => WhichWord::Heard,
            ApproveWord::Id(name) => WhichWord::Id(name.clone()),
            ApproveWord::Device(device) => {
                self.known_device(device);
                if *via == Via::Files {
                    let problem = Problem::new("in the files nobody approves by the device");
                    self.problem(
                        act,
                        problem.hint(
                            "what was read there is what is written: approve what is `shown`, or go by `via: socket`",
                        ),
                    );
                }
                return Act::ApproveDevice(device.value.clone());
            }
        };
        Act::Approve(self.which(act, &which, via))
    }

    fn which(&mut self, act: &Spanned<schema::Entry>, which: &WhichWord, via: &Via) -> Which {
        match which {
            WhichWord::Shown => Which::Shown,
            WhichWord::Heard => {
                if *via != Via::Socket {
                    let problem = Problem::new("only over an open connection is a request heard of");
                    self.problem(act, problem.hint("`via: socket`, or approve what is `shown`"));
                }
                Which::Heard
            }
            WhichWord::Id(name) => {
                self.one_of("request", name, &names(&self.file.start.requests));
                Which::Named(name.value.clone())
            }
        }
    }

    fn token(&mut self, token: &TokenOf) -> (String, String) {
        self.known_device(&token.device);
        (token.device.value.clone(), role(token.role))
    }

    /// A device that nobody else speaks of is most likely a slip of the pen.
    fn known_device(&mut self, device: &Spanned<String>) {
        let devices = self.devices.clone();
        self.one_of("device", device, &devices.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
