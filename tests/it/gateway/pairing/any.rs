//! Pairing by chance: whatever is asked in whatever order, the rules hold.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use provoke::gateway::pairing::{
    Answer, Book, By, Bypass, Command, Connect, Policy, Proof, REQUESTS_PER_DEVICE, ServerKey,
};
use provoke::gateway::scope;
use provoke::gateway::settings::LocalUpgrade;

use super::script::{DAWN_MS, SIX, chance, device_id, local};

const DEVICES: [&str; 3] = ["A", "B", "C"];
const KEY: ServerKey = ServerKey([9; 32]);

/// One thing that happens; requests are named by their place among those ever shown.
#[derive(Debug, Clone)]
pub(crate) enum Deed {
    Connect { device: usize, scopes: u8, node: bool, from: u8, proof: u8, bypass: bool, platform: bool },
    Approve { request: usize, scopes: u8 },
    Reject { request: usize },
    Remove { device: usize, by: usize },
    Rotate { device: usize, node: bool, scopes: Option<u8>, by: usize },
    Revoke { device: usize, node: bool, by: usize },
    Wait { seconds: u64 },
}

pub(crate) fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let device = 0..DEVICES.len();
    let connect = (
        device.clone(),
        any::<u8>(),
        prop::bool::weighted(0.2),
        0..3u8,
        0..5u8,
        any::<bool>(),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(device, scopes, node, from, proof, bypass, platform)| Deed::Connect {
            device,
            scopes,
            node,
            from,
            proof,
            bypass,
            platform,
        });
    let by = 0..=DEVICES.len();
    let deed = prop_oneof![
        8 => connect,
        4 => (0..40usize, prop_oneof![3 => Just(63u8), 1 => any::<u8>()])
            .prop_map(|(request, scopes)| Deed::Approve { request, scopes }),
        1 => (0..40usize).prop_map(|request| Deed::Reject { request }),
        1 => (device.clone(), by.clone()).prop_map(|(device, by)| Deed::Remove { device, by }),
        1 => (device.clone(), any::<bool>(), prop::option::of(any::<u8>()), by.clone())
            .prop_map(|(device, node, scopes, by)| Deed::Rotate { device, node, scopes, by }),
        1 => (device, any::<bool>(), by).prop_map(|(device, node, by)| Deed::Revoke { device, node, by }),
        1 => (1..400u64).prop_map(|seconds| Deed::Wait { seconds }),
    ];
    prop::collection::vec(deed, 1..60)
}

fn role_of(node: bool) -> String {
    if node { "node" } else { "operator" }.to_owned()
}

fn some_of(bits: u8) -> Vec<String> {
    let six = SIX.iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0);
    six.map(|(_, scope)| (*scope).to_owned()).collect()
}

/// What a deed asks of the book, where it asks anything.
pub(crate) fn command(deed: &Deed, shown: &[String], tokens: &BTreeMap<String, String>) -> Option<Command> {
    let by = |by: usize| By {
        device_id: DEVICES.get(by).map(|name| device_id(name)),
        scopes: SIX.map(str::to_owned).to_vec(),
    };
    let request =
        |at: &usize| shown.get(*at % shown.len().max(1)).cloned().unwrap_or_else(|| "none".to_owned());
    Some(match deed {
        Deed::Connect { device, scopes, node, from, proof, bypass, platform } => {
            let mut ask: Connect = local(DEVICES[*device], &[]);
            ask.role = role_of(*node);
            ask.scopes = if *node { Vec::new() } else { some_of(*scopes) };
            (ask.local, ask.may_be_silent) = (*from < 2, *from == 0);
            if *platform {
                ask.claim.platform = "darwin".to_owned();
            }
            if *bypass && *from == 0 {
                ask.bypass = Bypass::BackendSelf;
            }
            if *proof == 0 {
                let due = provoke::gateway::frame::Refusal::invalid("unauthorized");
                ask.proof = Proof::Pending(Box::new(due));
                let token = tokens.get(&ask.claim.device_id).cloned().unwrap_or_default();
                ask.device_token = Some(provoke::config::Secret::new(token));
            }
            Command::Connect(Box::new(ask))
        }
        Deed::Approve { request: at, scopes } => {
            let by = By { device_id: None, scopes: some_of(*scopes) };
            Command::Approve { request_id: request(at), by }
        }
        Deed::Reject { request: at } => Command::Reject { request_id: request(at) },
        Deed::Remove { device, by: who } => {
            Command::Remove { device_id: device_id(DEVICES[*device]), by: by(*who) }
        }
        Deed::Rotate { device, node, scopes, by: who } => Command::Rotate {
            device_id: device_id(DEVICES[*device]),
            role: role_of(*node),
            scopes: scopes.map(some_of),
            by: by(*who),
        },
        Deed::Revoke { device, node, by: who } => {
            Command::Revoke { device_id: device_id(DEVICES[*device]), role: role_of(*node), by: by(*who) }
        }
        Deed::Wait { .. } => return None,
    })
}

/// What was granted and taken away so far, told by the answers alone.
#[derive(Default)]
struct Witness {
    granted: BTreeMap<String, BTreeSet<String>>,
    shown: BTreeMap<String, (String, String, Vec<String>)>,
    barred: BTreeSet<(String, String)>,
    tokens: BTreeMap<String, String>,
    ids: Vec<String>,
}

impl Witness {
    fn step(
        &mut self,
        before: &Book,
        after: &Book,
        policy: &Policy,
        command: &Command,
        step: &provoke::gateway::pairing::Step,
    ) {
        for event in step.events.iter().filter(|event| event.name == "device.pair.requested") {
            let text = |key: &str| event.payload[key].as_str().expect("text").to_owned();
            let scopes = event.payload["scopes"].as_array().expect("list");
            let scopes = scopes.iter().map(|scope| scope.as_str().expect("text").to_owned()).collect();
            let seen = (text("deviceId"), text("role"), scopes);
            let known = self.shown.entry(text("requestId")).or_insert_with(|| seen.clone());
            assert_eq!(*known, seen, "an id shows one thing for ever");
            self.ids.push(text("requestId"));
        }
        match (command, &step.answer) {
            (Command::Connect(ask), Answer::Admitted { auth, .. }) => {
                self.admitted(before, policy, ask, auth.as_ref())
            }
            (Command::Approve { request_id, .. }, Answer::Payload(_)) => {
                let (device, role, scopes) = self.shown[request_id].clone();
                let mut wanted = before.devices.get(&device).map(|d| d.scopes.clone()).unwrap_or_default();
                scopes.iter().for_each(|scope| {
                    if !wanted.contains(scope) {
                        wanted.push(scope.clone())
                    }
                });
                assert_eq!(after.devices[&device].scopes, wanted, "an id grants what it showed");
                assert!(after.devices[&device].live_token(&role).is_some(), "an approval is not lost");
                self.granted.entry(device.clone()).or_default().extend(scopes);
                self.barred.remove(&(device.clone(), "all".to_owned()));
                self.barred.remove(&(device, role));
            }
            (Command::Remove { device_id, by }, Answer::Payload(_)) => {
                self.granted.remove(device_id);
                if by.device_id.as_ref() != Some(device_id) {
                    self.barred.insert((device_id.clone(), "all".to_owned()));
                }
            }
            (Command::Revoke { device_id, role, .. }, Answer::Payload(_)) => {
                self.barred.insert((device_id.clone(), role.clone()));
            }
            _ => {}
        }
    }

    fn admitted(&mut self, before: &Book, policy: &Policy, ask: &Connect, auth: Option<&serde_json::Value>) {
        let id = &ask.claim.device_id;
        for role in [ask.role.as_str(), "all"] {
            assert!(!self.barred.contains(&(id.clone(), role.to_owned())), "what was taken away stays away");
        }
        if let Some(token) = auth.and_then(|auth| auth["deviceToken"].as_str()) {
            self.tokens.insert(id.clone(), token.to_owned());
        }
        let Some(device) = before.devices.get(id) else {
            assert!(
                ask.may_be_silent || ask.bypass != Bypass::No,
                "a first contact is silent for locals alone"
            );
            if auth.is_some() {
                self.granted.entry(id.clone()).or_default().extend(ask.scopes.iter().cloned());
            }
            return;
        };
        let local = policy.local_upgrade == LocalUpgrade::Connection && ask.local && ask.proof.is_shared();
        assert!(
            local || scope::allows(&ask.role, &device.scopes, &ask.scopes),
            "a connection has no scope that nobody granted"
        );
    }

    fn holds(&self, before: &Book, after: &Book) {
        for (id, device) in &after.devices {
            let granted: Vec<String> =
                self.granted.get(id).cloned().unwrap_or_default().into_iter().collect();
            assert!(
                device.scopes.iter().all(|scope| granted.contains(scope)),
                "a record has granted scopes only"
            );
            for (role, token) in &device.tokens {
                assert!(scope::allows(role, &device.scopes, &token.scopes), "a token is within its record");
            }
        }
        for (id, epochs) in &before.epochs {
            for (role, epoch) in epochs {
                assert!(after.epochs[id][role] >= *epoch, "epochs never go down");
            }
        }
        for name in DEVICES {
            let id = device_id(name);
            let of_device = after.requests.values().filter(|ask| ask.claim.device_id == id).count();
            assert!(of_device <= REQUESTS_PER_DEVICE);
        }
    }
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn the_rules_hold_in_every_order(deeds in deeds(), ask in any::<bool>()) {
        let policy = Policy { local_upgrade: if ask { LocalUpgrade::Ask } else { LocalUpgrade::Connection } };
        let (mut book, mut witness, mut now) = (Book::default(), Witness::default(), DAWN_MS);
        for (number, deed) in (0u64..).zip(&deeds) {
            now += 500;
            if let Deed::Wait { seconds } = deed {
                now += seconds * 1000;
            }
            let Some(command) = command(deed, &witness.ids, &witness.tokens) else { continue };
            let before = book.clone();
            let step = book.handle(now, chance(number), &KEY, &policy, &command);
            let subject = before.subject(&command);
            let is_same = before.aspect(subject.as_deref()) == book.aspect(subject.as_deref());
            prop_assert_eq!(is_same, before == book, "a store sees every change");
            witness.step(&before, &book, &policy, &command, &step);
            witness.holds(&before, &book);
            if let Command::Connect(_) = command {
                let after = book.clone();
                book.handle(now, chance(number + 1000), &KEY, &policy, &command);
                prop_assert_eq!(&book, &after, "asking twice changes nothing more");
            }
        }
    }
}
