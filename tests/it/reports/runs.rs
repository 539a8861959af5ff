//! Runs to report on: the night that this tool was written after, and worse.

use std::time::Duration;

use provoke::verdict::{
    Blame, Case, CheckResult, Confidence, Evidence, Finding, Observed, Run, State, Subject, Verdict, World,
};

fn run(cases: Vec<Case>) -> Run {
    let mut cases = cases;
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    Run { seed: 7, subject: "built-in router".into(), cases, wall: Duration::from_millis(2_140) }
}

fn case(scenario: &str, provider: &str, model: &str, world: World) -> Case {
    Case {
        id: format!("{scenario}[{provider}/{model}]@{}", world.name()),
        scenario: scenario.into(),
        source: Some((format!("scenarios/{}.yaml", scenario.replace('.', "/")), 4)),
        subject: Subject::Provider,
        provider: provider.into(),
        model: model.into(),
        world,
        observed: Observed::HEALTHY,
        expected: "healthy".into(),
        verdict: Verdict::Pass,
        checks: vec![check(
            "stream.ends-with-terminal",
            Verdict::Pass,
            "the stream ended with its terminal event",
        )],
        findings: vec![],
        reference: None,
        recording: None,
        wall: match world {
            World::Sim => Duration::from_micros(412),
            World::Wire => Duration::from_millis(63),
        },
    }
}

fn check(id: &str, verdict: Verdict, message: &str) -> CheckResult {
    CheckResult { id: id.into(), verdict, message: message.into(), evidence: vec![] }
}

fn faulty(mut case: Case, findings: Vec<Finding>) -> Case {
    let worst = &findings[0];
    let (cause, blame) = (Some(worst.cause.clone()), Some(worst.blame));
    case.observed = Observed { state: State::Faulty, cause, blame };
    case.expected = format!("faulty: {}", worst.cause);
    case.findings = findings;
    case
}

fn finding(cause: &str, blame: Blame, message: &str, evidence: &str, fix: &[&str]) -> Finding {
    Finding {
        cause: cause.into(),
        blame,
        confidence: Confidence::Certain,
        message: message.into(),
        evidence: vec![Evidence::of(1, evidence)],
        fix: fix.iter().map(|step| (*step).to_owned()).collect(),
    }
}

fn empty_body() -> Finding {
    finding(
        "stream.empty-body",
        Blame::Provider,
        "The provider answered 200 with an event stream and closed it without one event.",
        "200, content-type text/event-stream, 0 bytes",
        &[
            "Use the model id `claude-opus-4-6-v1messages`: the same request to it streams.",
            "Rename it wherever it is referred to: agents.defaults.models, model.fallbacks, subagents.model.",
            "Restart the gateway.",
        ],
    )
}

fn masked() -> Finding {
    finding(
        "fallback.masks-primary",
        Blame::Router,
        "kie-claude/claude-opus-4-6 failed (stream.empty-body), and minimax/MiniMax-M2.7 answered in its place",
        "minimax/MiniMax-M2.7 answered in its place",
        &["Repair the primary; until then, count on its fallback alone."],
    )
}

fn no_tools() -> Finding {
    finding(
        "tool.capability-absent",
        Blame::Provider,
        "The model takes no tools; the same request without tools is answered.",
        r#"400, {"error":{"message":"`tool calling` is not supported with this model"}}"#,
        &["Give this model no tools, or choose one that takes them."],
    )
}

fn not_in_config() -> Finding {
    let mut finding = finding(
        "model.not-in-config",
        Blame::Config,
        "The provider has a key but no model, so there is nothing to ask.",
        "no request was sent",
        &["Add a model under models.providers.brave.models, or leave the provider out of the probe."],
    );
    finding.evidence[0].attempt = None;
    finding
}

/// The seed's night: everything as declared, and three of five cells faulty.
pub(super) fn night() -> Run {
    let mut cases = vec![];
    for world in [World::Sim, World::Wire] {
        for scenario in ["night.reply", "night.stream", "night.subagent"] {
            cases.push(case(scenario, "minimax", "MiniMax-M2.7", world));
            cases.push(case(scenario, "kie-claude", "claude-opus-4-6-v1messages", world));
            let dead = case(scenario, "kie-claude", "claude-opus-4-6", world);
            let findings =
                if scenario == "night.subagent" { vec![empty_body(), masked()] } else { vec![empty_body()] };
            cases.push(faulty(dead, findings));
        }
        cases.push(faulty(case("night.tools", "groq", "groq/compound", world), vec![no_tools()]));
        cases.push(faulty(case("night.probe", "brave", "", world), vec![not_in_config()]));
    }
    run(cases)
}

/// One case of every verdict that is not a pass.
pub(super) fn trouble() -> Run {
    let mut cases = vec![];
    for world in [World::Sim, World::Wire] {
        let mut truncated = case("stream.truncated", "minimax", "MiniMax-M2.7", world);
        truncated.verdict = Verdict::Fail;
        truncated.expected = "faulty: stream.truncated-no-terminal".into();
        truncated.checks.push(CheckResult {
            evidence: vec![Evidence {
                offset: Some(812),
                ..Evidence::of(1, "data: {\"type\":\"content_block_stop\",\"index\":0}")
            }],
            ..check("stream.ends-with-terminal", Verdict::Fail, "the stream ended without message_stop")
        });
        truncated.recording = Some(format!(".provoke/runs/1/stream.truncated.{}.jsonl", world.name()));
        cases.push(truncated);
    }
    let mut missed = case("errors.overloaded", "kie-claude", "claude-opus-4-6", World::Wire);
    missed.verdict = Verdict::Fail;
    missed.expected = "faulty: limit.overloaded".into();
    cases.push(missed);

    let mut unreachable = case("errors.connect", "groq", "groq/compound", World::Wire);
    unreachable.verdict = Verdict::Error;
    unreachable.observed = Observed {
        state: State::Unreachable,
        cause: Some("network.dns".into()),
        blame: Some(Blame::Network),
    };
    unreachable.checks =
        vec![check("transport.connects", Verdict::Error, "api.groq.example does not resolve")];
    cases.push(unreachable);

    let mut flaky = case("timing.first-event", "minimax", "MiniMax-M2.7", World::Wire);
    flaky.verdict = Verdict::Flaky;
    flaky.checks.push(check(
        "timing.first-event-in-time",
        Verdict::Flaky,
        "attempt 1: no first event in 200 ms; attempt 2 passed",
    ));
    cases.push(flaky);

    let mut skipped = case("transport.tls-expired", "bedrock", "nova-2.5", World::Sim);
    skipped.verdict = Verdict::Skip;
    skipped.checks = vec![check("world", Verdict::Skip, "TLS has no simulated form")];
    cases.push(skipped);

    let mut known = case("tools.parallel", "groq", "groq/compound", World::Sim);
    known.verdict = Verdict::Xfail;
    known.checks = vec![check(
        "tools.parallel-calls",
        Verdict::Xfail,
        "one call came where two were asked; known since 2026-03",
    )];
    cases.push(known);

    let mut healed = case("tools.parallel", "minimax", "MiniMax-M2.7", World::Sim);
    healed.verdict = Verdict::Xpass;
    healed.checks = vec![check(
        "known-failures",
        Verdict::Xpass,
        "listed as a known failure, but it passed: remove it from the list",
    )];
    cases.push(healed);
    run(cases)
}

/// A provider that attacks its reader.
pub(super) fn hostile() -> Run {
    let mut attack = case("stream.hostile", "evil\u{1b}]0;title\u{7}", "m.1\u{202e}gpt", World::Wire);
    let text = "\u{1b}[2J\0 ]]></failure><testcase name=\"forged\"/> \u{9b}31m \u{200b}\u{ffff}\r\n  verdict  pass  0 cases";
    attack.verdict = Verdict::Fail;
    attack.checks = vec![CheckResult {
        evidence: vec![Evidence::of(1, "x".repeat(10_000)), Evidence::of(2, "寿司🍣👩‍👩‍👧‍👦⚠️".repeat(900))],
        ..check("stream.text", Verdict::Fail, text)
    }];
    let zalgo = format!("Z{} שלום עולם {}", "\u{301}".repeat(3_000), "very-long-word-".repeat(40));
    let mut wrong = finding(
        "stream.\u{1b}[31mred",
        Blame::Provider,
        &zalgo,
        text,
        &["rm \u{202e}-rf", "寿司".repeat(60).as_str()],
    );
    wrong.evidence.push(Evidence::of(3, "寿司🍣".repeat(900)));
    attack = faulty(attack, vec![wrong]);
    attack.source = Some(("scenarios/a\nb.yaml".into(), 1));
    attack.recording = Some("run]]\n::error::x.jsonl".into());
    run(vec![attack])
}

/// More of everything than fits a screen.
pub(super) fn crowd() -> Run {
    let mut cases = vec![];
    for n in 0..12 {
        let (provider, model) = (["many-a", "many-b"][n % 2], format!("model-{n:02}"));
        let own = finding(
            &format!("crowd.cause-{n:02}"),
            Blame::Provider,
            "It fails in its own way.",
            "a line",
            &["One.", "Two.", "Three.", "Four."],
        );
        cases.push(faulty(case("crowd.own", provider, &model, World::Sim), vec![own]));
        let mut failed = case("crowd.fail", provider, &model, World::Wire);
        failed.verdict = Verdict::Fail;
        cases.push(failed);
        for other in ["crowd.a", "crowd.b", "crowd.c", "crowd.d"] {
            cases.push(faulty(case(other, provider, &model, World::Sim), vec![empty_body()]));
        }
        let deep = format!("a/model/with/a/very/long/path/{n:02}");
        cases.push(match n {
            0..9 => case("crowd.well", "many-others-with-long-names", &deep, World::Sim),
            _ => faulty(
                case("crowd.ill", "many-others-with-long-names", &deep, World::Sim),
                vec![no_tools(), masked()],
            ),
        });
    }
    let mut odd = case("crowd.odd", "many-others-with-long-names", "the-odd-one", World::Wire);
    odd.verdict = Verdict::Flaky;
    cases.push(faulty(odd, vec![not_in_config()]));
    run(cases)
}

/// Nothing was selected.
pub(super) fn empty() -> Run {
    Run { wall: Duration::ZERO, ..run(vec![]) }
}
