//! Races drawn by chance: a few actors, a few acts, everything that an actor can do.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use provoke::gateway::scope;
use provoke::gateway::settings::LocalUpgrade;
use provoke::scenario::race::{Act, Actor, Ask, Code, Paired, Proof, Race, Standing, Start, Via, Which};

/// The acts of one actor at most.
const ACTS: usize = 3;

fn device() -> impl Strategy<Value = String> {
    select(vec!["laptop", "tablet"]).prop_map(str::to_owned)
}

fn role() -> impl Strategy<Value = String> {
    prop_oneof![4 => Just(scope::ROLE_OPERATOR), 1 => Just(scope::ROLE_NODE)].prop_map(str::to_owned)
}

fn scopes() -> impl Strategy<Value = Vec<String>> {
    let lists: Vec<Vec<&str>> = vec![
        vec![],
        vec![scope::READ],
        vec![scope::APPROVALS],
        vec![scope::WRITE, scope::APPROVALS],
        vec![scope::ADMIN],
        scope::OPERATOR.to_vec(),
        vec!["node.run"],
        vec!["foo.bar"],
    ];
    select(lists).prop_map(|list| list.into_iter().map(str::to_owned).collect())
}

pub(crate) fn ask() -> impl Strategy<Value = Ask> {
    let proof = prop_oneof![
        6 => Just(Proof::Shared),
        2 => Just(Proof::Device),
        2 => Just(Proof::Bootstrap("code".to_owned())),
    ];
    let client = prop_oneof![3 => Just("cli/cli"), 1 => Just("gateway-client/backend")];
    let platform = prop_oneof![5 => Just("linux"), 1 => Just("darwin")];
    (
        (device(), role(), scopes(), proof),
        (client, platform, prop::bool::weighted(0.7), prop::bool::weighted(0.9)),
    )
        .prop_map(|((device, role, scopes, proof), (client, platform, local, signed))| Ask {
            device,
            role,
            scopes,
            proof,
            client: client.to_owned(),
            platform: platform.to_owned(),
            local,
            signed,
        })
}

fn which() -> impl Strategy<Value = Which> {
    prop_oneof![3 => Just(Which::Shown), 1 => Just(Which::Heard), 2 => Just(Which::Named("X".to_owned()))]
}

fn act() -> impl Strategy<Value = Act> {
    let token = || (device(), role());
    prop_oneof![
        8 => ask().prop_map(Act::Connect),
        3 => Just(Act::List),
        4 => which().prop_map(Act::Approve),
        3 => device().prop_map(Act::ApproveDevice),
        2 => which().prop_map(Act::Reject),
        2 => device().prop_map(Act::Remove),
        1 => token().prop_map(|(device, role)| Act::Rotate { device, role }),
        2 => token().prop_map(|(device, role)| Act::Revoke { device, role }),
        1 => (0_usize..2).prop_map(Act::Kill),
        1 => select(vec![1_000, 151_000, 301_000, 3_600_000]).prop_map(Act::Wait),
        1 => select(vec![-3_600_000, 400_000, 3_600_000]).prop_map(Act::Step),
    ]
}

fn via() -> impl Strategy<Value = Via> {
    prop_oneof![4 => Just(Via::Socket), 2 => device().prop_map(Via::Cli), 1 => Just(Via::Files)]
}

fn start() -> impl Strategy<Value = Start> {
    let paired = |name: &'static str| {
        option::of(scopes()).prop_map(move |scopes| {
            let known = |scopes: &Vec<String>| scope::unknown(scope::ROLE_OPERATOR, scopes).is_empty();
            scopes.filter(known).map(|scopes| Paired {
                device: name.to_owned(),
                role: scope::ROLE_OPERATOR.to_owned(),
                scopes,
            })
        })
    };
    (paired("laptop"), paired("tablet"), any::<bool>(), any::<bool>(), 1_usize..3).prop_map(
        |(laptop, tablet, connection, code, gateways)| Start {
            local_upgrade: if connection { LocalUpgrade::Connection } else { LocalUpgrade::Ask },
            devices: laptop.into_iter().chain(tablet).collect(),
            requests: Vec::new(),
            bootstraps: code
                .then(|| Code {
                    name: "code".to_owned(),
                    roles: vec!["node".to_owned(), "operator".to_owned()],
                    scopes: vec![scope::READ.to_owned()],
                })
                .into_iter()
                .collect(),
            gateways,
        },
    )
}

/// A race of few actors, who do few things.
pub(crate) fn race() -> impl Strategy<Value = Race> {
    let actor = (via(), 0_usize..2, vec(act(), 1..=ACTS));
    (start(), option::of(scopes()), vec(actor, 1..=3)).prop_map(|(mut start, standing, actors)| {
        let known = |scopes: &Vec<String>| scope::unknown(scope::ROLE_OPERATOR, scopes).is_empty();
        let standing = standing.filter(|scopes| known(scopes) && !scopes.is_empty());
        // From another machine a first contact is a request, and so is what a record does not cover.
        start.requests = standing
            .filter(|scopes| {
                let grant = start.devices.iter().find(|paired| paired.device == "laptop");
                grant.is_none_or(|paired| !scope::allows("operator", &paired.scopes, scopes))
            })
            .map(|scopes| Standing {
                name: "X".to_owned(),
                ask: Ask { scopes, local: false, ..Ask::of("laptop", &[]) },
            })
            .into_iter()
            .collect();
        let gateways = start.gateways;
        let has_x = !start.requests.is_empty();
        let has_code = !start.bootstraps.is_empty();
        let has_files = actors.iter().any(|(via, ..)| *via != Via::Socket);
        let actors = actors.into_iter().zip(["a", "b", "c"]).map(|((via, gateway, acts), name)| {
            let hears = |which: &Which| *which == Which::Heard && via != Via::Socket;
            let is_odd = |act: &Act| match act {
                Act::Approve(which) | Act::Reject(which) => {
                    let rejects = matches!(act, Act::Reject(_)) && via == Via::Files;
                    rejects || hears(which) || (matches!(which, Which::Named(_)) && !has_x)
                }
                Act::Kill(gateway) => *gateway >= gateways,
                // OpenClaw's command line looks and approves in the files, and nothing else; and whoever
                // reads them writes them within the moment.
                Act::Remove(device) if via == Via::Cli(device.clone()) => true,
                Act::ApproveDevice(_) | Act::Remove(_) | Act::Rotate { .. } | Act::Revoke { .. } => {
                    via == Via::Files
                }
                Act::Wait(ms) => has_files && *ms > 1_000,
                Act::Step(_) => has_files,
                Act::Connect(ask) => matches!(ask.proof, Proof::Bootstrap(_)) && !has_code,
                _ => false,
            };
            let acts = acts.into_iter().map(|act| if is_odd(&act) { Act::List } else { act }).collect();
            Actor { name: name.to_owned(), via, gateway: gateway % gateways, acts }
        });
        Race {
            id: "any.race".to_owned(),
            title: "A race drawn by chance".to_owned(),
            about: String::new(),
            tags: Vec::new(),
            file: "any.yaml".to_owned(),
            source: "chance".to_owned(),
            start,
            actors: actors.collect(),
            breaks: Vec::new(),
            order: None,
        }
    })
}
