//! A disagreement of the worlds that is planted is found, and without it there is none.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use provoke::fault::wire::WireAct;
use provoke::io::runner::{Options, Silent, Tamper, run};
use provoke::mock::Library;
use provoke::scenario::{Plan, Source, compile, read};
use provoke::verdict::{CheckResult, Verdict, World};

fn plan(file: &str) -> Arc<Plan> {
    let source =
        Source::builtin().into_iter().find(|source| source.file == format!("scenarios/{file}")).unwrap();
    Arc::new(compile(&read(&source).unwrap(), &source, &Library::builtin().unwrap()).unwrap())
}

async fn agreement(tamper: Option<Tamper>) -> Vec<(Verdict, CheckResult)> {
    let options = Options { tamper, ..Options::default() };
    let (run, _) = run(&[plan("http/whole.yaml")], &options, &Silent).await;
    let wire = run.cases.into_iter().filter(|case| case.world == World::Wire);
    wire.map(|case| {
        let check = case.checks.into_iter().find(|check| check.id == "worlds.agree").unwrap();
        (case.verdict, check)
    })
    .collect()
}

#[tokio::test]
async fn the_worlds_agree_until_the_wire_is_tampered_with() {
    for (verdict, check) in agreement(None).await {
        assert_eq!((verdict, check.verdict), (Verdict::Pass, Verdict::Pass), "{}", check.message);
    }
    let cut: Tamper = Arc::new(|mut acts: Vec<WireAct>| {
        let last = acts.iter().rposition(|act| matches!(act, WireAct::Write(_))).unwrap();
        acts.remove(last);
        acts.push(WireAct::Close);
        acts
    });
    let reset: Tamper =
        Arc::new(|acts: Vec<WireAct>| acts.into_iter().take(1).chain([WireAct::Reset]).collect());
    for tamper in [cut, reset] {
        for (verdict, check) in agreement(Some(tamper)).await {
            assert_eq!((verdict, check.verdict), (Verdict::Fail, Verdict::Fail));
            assert!(check.message.starts_with("the worlds disagree: ") && !check.evidence.is_empty());
        }
    }
}
