//! Reactive faults: which request gets which status.

use std::collections::BTreeSet;

use provoke::fault::wire::render;
use provoke::fault::{Args, Context, Kind, Spec, all};
use serde::Deserialize;
use serde_json::Value;

use super::show::show;
use crate::healthy::{self, MODEL};

/// One case of `reactive.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    fault: Value,
    dialect: String,
    #[serde(default)]
    body: Value,
    #[serde(default)]
    key: String,
    #[serde(default)]
    model: Option<String>,
    status: u16,
    #[serde(default)]
    says: Vec<String>,
}

#[test]
fn reactive_faults_answer_by_the_request() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../cases/fault/reactive.json")).unwrap();
    let mut proven = BTreeSet::new();
    for case in &cases {
        let request = healthy::request(&case.dialect, &case.body, &case.key);
        let (args, model) = (Args::none(), case.model.as_deref().unwrap_or(MODEL));
        let cx = Context::new(&case.dialect, &request, &args, model);
        let spec = Spec::read(&case.fault).unwrap_or_else(|problem| panic!("{}: {problem}", case.name));
        let answer = healthy::text(&case.dialect);
        let given = spec.apply(&cx, answer.clone()).unwrap();
        let wire = show(&render(&given));
        assert!(wire.contains(&format!("HTTP/1.1 {} ", case.status)), "{}:\n{wire}", case.name);
        for said in &case.says {
            assert!(wire.contains(said), "{}: `{said}` is not in\n{wire}", case.name);
        }
        proven.insert((spec.fault.name(), given == answer));
    }
    for fault in all().iter().filter(|fault| fault.kind() == Kind::Reactive) {
        for healthy in [true, false] {
            assert!(
                proven.contains(&(fault.name(), healthy)),
                "{}: no case that is healthy: {healthy}",
                fault.name()
            );
        }
    }
}
