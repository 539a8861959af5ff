//! Reports: what people and programs see of a run.

mod browser;
mod builtin;
mod html;
mod runs;

use std::collections::BTreeSet;
use std::time::Duration;

use provoke::report::{self, Options, Told, json};
use provoke::verdict::{Observed, Run, Verdict};
use serde_json::Value;

fn render(format: &str, run: &Run, options: &Options) -> String {
    let renderer = report::by_id(format).expect("the format is registered");
    String::from_utf8(renderer.render(&Told::from(run), options)).expect("a report is UTF-8")
}

pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("reports.{name}"), text));
}

fn all_runs() -> [(&'static str, Run); 5] {
    [
        ("night", runs::night()),
        ("trouble", runs::trouble()),
        ("hostile", runs::hostile()),
        ("crowd", runs::crowd()),
        ("empty", runs::empty()),
    ]
}

#[test]
fn every_format_has_a_name_of_its_own_and_says_whom_it_serves() {
    let ids: BTreeSet<&str> = report::all().iter().map(|format| format.id()).collect();
    assert_eq!(ids.len(), report::all().len());
    assert!(report::all().iter().all(|format| format.about().ends_with('.')));
    assert!(report::by_id("no-such-format").is_none());
}

#[test]
fn the_same_run_gives_the_same_bytes_and_ends_in_one_newline() {
    for (name, run) in all_runs() {
        for format in report::all() {
            let bytes = format.render(&Told::from(&run), &Options::default());
            assert_eq!(bytes, format.render(&Told::from(&run.clone()), &Options::default()), "{name}");
            assert!(bytes.ends_with(b"\n") && !bytes.ends_with(b"\n\n"), "{name} {}", format.id());
        }
    }
}

#[test]
fn no_format_lets_a_character_through_that_acts() {
    let run = runs::hostile();
    for format in report::all() {
        let text = render(format.id(), &run, &Options::default());
        let acting =
            |c: &char| (c.is_control() && *c != '\n') || matches!(*c, '\u{202e}' | '\u{200b}' | '\u{ffff}');
        assert_eq!(text.chars().find(acting), None, "{}", format.id());
    }
}

mod terminal {
    use super::*;

    #[test]
    fn each_run_is_laid_out_for_its_screen() {
        for width in [80, 120, 200] {
            let options = Options { width, ..Options::default() };
            snapshot(&format!("night.terminal-{width}"), &render("terminal", &runs::night(), &options));
        }
        for (name, run) in all_runs().into_iter().skip(1) {
            snapshot(&format!("{name}.terminal"), &render("terminal", &run, &Options::default()));
        }
    }

    #[test]
    fn verbose_shows_what_the_limits_hide() {
        let brief = render("terminal", &runs::crowd(), &Options::default());
        let verbose = render("terminal", &runs::crowd(), &Options { verbose: true, ..Options::default() });
        assert!(brief.contains("and 6 more faults; --verbose shows all"));
        let models = "stream.empty-body  many-a/model-00, many-a/model-02, many-a/model-04";
        let (_, rest) = brief.split_once(models).expect("three models are named");
        assert!(rest.trim_start().starts_with("and 9 more\n"), "{rest}");
        assert!(!verbose.contains("--verbose") && !verbose.contains("more\n"));
        assert_eq!((brief.matches("\n  faulty ").count(), verbose.matches("\n  faulty ").count()), (8, 15));
        assert_eq!((brief.matches("4. Four.").count(), verbose.matches("4. Four.").count()), (0, 12));
        assert_eq!(verbose.matches("\n  pass  ").count(), 7);
    }

    #[test]
    fn a_provider_with_many_models_folds_to_one_row_and_hides_nothing_that_stands_out() {
        let options = Options { width: 120, ..Options::default() };
        let brief = render("terminal", &runs::crowd(), &options);
        let row = brief.lines().find(|line| line.contains("13 models")).expect("it is folded");
        assert!(row.starts_with("  many-others-with-long-names  13 models"), "{row}");
        assert!(row.contains("9 healthy, 4 faulty") && row.ends_with("12 pass, 1 flaky"), "{row}");
        // The row of the cell that is not as declared stands under it, and its fault is told.
        assert!(brief.contains("\n    many-others-with-long-names/the-odd-one"), "{brief}");
        assert!(brief.contains("model.not-in-config  many-others-with-long-names/the-odd-one"), "{brief}");
        assert!(!brief.contains("long/path/10"), "{brief}");
        assert!(
            brief.contains("folded    3 faults of many-others-with-long-names, as declared; --verbose"),
            "{brief}"
        );
        let verbose = render("terminal", &runs::crowd(), &Options { verbose: true, ..options });
        assert!(!verbose.contains("13 models") && verbose.contains("long/path/10"));
    }

    #[test]
    fn providers_with_few_models_come_before_the_folded_ones() {
        let mut run = runs::crowd();
        for case in run.cases.iter_mut().filter(|case| case.provider == "many-b") {
            case.provider = "zebra".into();
        }
        let text = render("terminal", &run, &Options::default());
        let at = |name: &str| text.find(name).expect("it has a row");
        assert!(at("many-a/model-00") < at("zebra/model-01") && at("zebra/model-11") < at("13 models"));
    }

    #[test]
    fn all_causes_of_a_cell_are_named_where_the_width_allows() {
        let mut night = runs::night();
        for case in night.cases.iter_mut().filter(|case| case.scenario == "night.subagent") {
            case.observed.cause = case.observed.cause.as_ref().map(|_| "quota.exhausted".into());
        }
        let row = |width| {
            let text = render("terminal", &night, &Options { width, ..Options::default() });
            text.lines().find(|line| line.contains("quota.exhausted")).expect("it is named").to_owned()
        };
        assert!(row(100).contains("faulty quota.exhausted, stream.empty-body"), "{}", row(100));
        assert!(row(95).contains("faulty quota.exhausted +1"), "{}", row(95));
        assert!(row(80).ends_with(" quota.exhausted, stream.empty-body"), "{}", row(80));
    }

    #[test]
    fn colour_changes_no_letter_and_is_reset_on_every_line() {
        for (name, run) in all_runs() {
            let plain = render("terminal", &run, &Options::default());
            let coloured = render("terminal", &run, &Options { colour: true, ..Options::default() });
            for line in coloured.lines().filter(|line| line.contains('\u{1b}')) {
                let (last, reset) = (line.rfind('\u{1b}'), line.rfind("\u{1b}[0m"));
                assert_eq!(last, reset, "{name}: {line:?}");
            }
            assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain, "{name}");
        }
        let night = render("terminal", &runs::night(), &Options { colour: true, ..Options::default() });
        assert!(night.contains('\u{1b}'), "colours were asked for");
    }

    #[test]
    fn no_line_is_wider_than_the_screen() {
        for (name, run) in all_runs() {
            for (asked, width) in [(0, 80), (80, 80), (97, 97), (200, 200), (usize::MAX, 200)] {
                let options = Options { width: asked, verbose: true, ..Options::default() };
                for line in render("terminal", &run, &options).lines() {
                    let wide = comfy_table::Table::new().add_row([line]).column_max_content_widths()[0];
                    assert!(usize::from(wide) <= width, "{name} at {width}: {line}");
                }
            }
        }
    }

    #[test]
    fn a_masked_primary_is_named_in_the_block_of_its_cause_and_in_the_footer() {
        for verbose in [false, true] {
            let text =
                render("terminal", &runs::night(), &Options { verbose, width: 120, ..Options::default() });
            let (_, block) = text.split_once("faulty    stream.empty-body  kie-claude").expect("it is told");
            let (block, _) = block.split_once("\n\n").expect("blocks end in an empty line");
            let masked = "\n  masked    minimax/MiniMax-M2.7 answered in its place (night.subagent)\n";
            assert!(block.contains(masked), "{text}");
            assert!(!text.contains("fallback.masks-primary") && text.contains("1 masked by a fallback"));
        }
    }

    #[test]
    fn a_mask_that_hides_no_cause_has_a_block_of_its_own() {
        let mut night = runs::night();
        for case in night.cases.iter_mut().filter(|case| case.scenario == "night.subagent") {
            case.findings.retain(|finding| finding.cause == "fallback.masks-primary");
            case.observed = Observed::HEALTHY;
        }
        let text = render("terminal", &night, &Options::default());
        assert!(text.contains("\n  masked    fallback.masks-primary  kie-claude/claude-opus-4-6"), "{text}");
        assert!(text.contains("1 masked by a fallback"));
    }
}

mod documents {
    use super::*;

    fn parsed(run: &Run) -> Value {
        serde_json::from_str(&render("json", run, &Options::default())).expect("a report is JSON")
    }

    /// The document without what the clock said.
    fn untimed(mut value: Value) -> Value {
        match &mut value {
            Value::Object(object) => {
                object.retain(|key, _| key != "timing");
                object.values_mut().for_each(|value| *value = untimed(value.take()));
            }
            Value::Array(items) => items.iter_mut().for_each(|value| *value = untimed(value.take())),
            _ => {}
        }
        value
    }

    #[test]
    fn every_report_obeys_the_published_schema() {
        let schema = json::schema();
        assert_eq!(schema["$id"], json::SCHEMA_ID);
        let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
        for (name, run) in all_runs() {
            let errors: Vec<String> = validator.iter_errors(&parsed(&run)).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
    }

    #[test]
    fn the_schema_refuses_what_is_no_report() {
        let validator = jsonschema::draft202012::new(&json::schema()).expect("the schema is one");
        let sound = parsed(&runs::night());
        for (pointer, wrong) in [
            ("/schema", "provoke.report/2".into()),
            ("/verdict", "passed".into()),
            ("/totals", serde_json::json!({ "pass": 1 })),
            ("/cases/0/observed/state", "dead".into()),
            ("/cases/0/timing/wall_ms", Value::Null),
            ("/cases/0/source/column", 3.into()),
        ] {
            let mut broken = sound.clone();
            let (parent, key) = pointer.rsplit_once('/').expect("pointers have a slash");
            broken.pointer_mut(parent).expect("the parent is there")[key] = wrong;
            assert!(!validator.is_valid(&broken), "{pointer}");
        }
    }

    #[test]
    fn the_shape_is_as_published() {
        let mut night = runs::night();
        night.cases.retain(|case| case.provider == "kie-claude" && case.model == "claude-opus-4-6");
        snapshot("night.json", &render("json", &night, &Options::default()));
        snapshot("schema.json", &serde_json::to_string_pretty(&json::schema()).unwrap());
    }

    #[test]
    fn totals_name_all_seven_verdicts_and_add_up() {
        let report = parsed(&runs::trouble());
        let totals = report["totals"].as_object().unwrap();
        let names: BTreeSet<&str> = totals.keys().map(String::as_str).collect();
        assert_eq!(names, Verdict::ALL.into_iter().map(Verdict::name).collect());
        let sum: u64 = totals.values().filter_map(Value::as_u64).sum();
        assert_eq!(sum, report["cases"].as_array().unwrap().len() as u64);
    }

    #[test]
    fn a_row_where_nothing_ran_observed_nothing() {
        let report = parsed(&runs::trouble());
        let row =
            report["matrix"].as_array().unwrap().iter().find(|row| row["provider"] == "bedrock").unwrap();
        assert_eq!(
            (&row["observed"], &row["verdict"], &row["skip"]),
            (&Value::Null, &"skip".into(), &1.into())
        );
    }

    #[test]
    fn only_timing_differs_between_runs_that_took_different_times() {
        let (fast, mut slow) = (runs::night(), runs::night());
        slow.wall += Duration::from_secs(9);
        slow.cases.iter_mut().for_each(|case| case.wall *= 3);
        assert_ne!(parsed(&fast), parsed(&slow));
        let bytes = |run| serde_json::to_string(&untimed(parsed(run))).unwrap();
        assert_eq!(bytes(&fast), bytes(&slow));
    }

    #[test]
    fn escapes_lose_nothing() {
        let run = runs::hostile();
        let report = parsed(&run);
        assert_eq!(report["cases"][0]["checks"][0]["message"], run.cases[0].checks[0].message.as_str());
        assert_eq!(report["cases"][0]["model"], run.cases[0].model.as_str());
    }
}

mod junit {
    use super::*;
    use quick_junit::{NonSuccessKind, Report, TestCaseStatus};

    fn parsed(run: &Run) -> Report {
        Report::deserialize_from_str(&render("junit", run, &Options::default())).expect("it is well-formed")
    }

    #[test]
    fn each_verdict_has_its_element() {
        snapshot("trouble.junit", &render("junit", &runs::trouble(), &Options::default()));
        let report = parsed(&runs::trouble());
        let totals = runs::trouble().totals();
        assert_eq!(report.failures, totals[&Verdict::Fail] as usize);
        assert_eq!(report.errors, totals[&Verdict::Error] as usize);
        assert_eq!(report.skipped, (totals[&Verdict::Skip] + totals[&Verdict::Xfail]) as usize);
        let cases = || report.test_suites.iter().flat_map(|suite| &suite.test_cases);
        let flaky = cases().filter(
            |case| matches!(&case.status, TestCaseStatus::Success { flaky_runs } if flaky_runs.len() == 1),
        );
        assert_eq!(flaky.count(), 1);
        let healed =
            cases().filter(|case| case.system_out.as_ref().is_some_and(|out| out.contains("remove it")));
        assert_eq!(healed.count(), 1);
        let errors = cases().filter(|case| {
            matches!(case.status, TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, .. })
        });
        assert_eq!(errors.count(), 1);
    }

    #[test]
    fn every_report_reads_back_with_all_its_cases() {
        for (name, run) in all_runs() {
            let report = parsed(&run);
            assert_eq!(report.tests, run.cases.len(), "{name}");
            let cases: usize = report.test_suites.iter().map(|suite| suite.test_cases.len()).sum();
            assert_eq!(cases, run.cases.len(), "{name}");
        }
    }

    #[test]
    fn name_and_class_are_unique_and_a_class_has_two_dots_at_most() {
        for (name, mut run) in all_runs() {
            // The same cell twice, and a model whose name differs in a dot alone.
            let mut again = run.cases.clone();
            again.iter_mut().for_each(|case| case.model = case.model.replace('.', "_"));
            run.cases.extend(again);
            let report = parsed(&run);
            let cases = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
            let mut seen = BTreeSet::new();
            for case in cases {
                let class = case.classname.as_ref().expect("every case has a class");
                assert!(
                    class.starts_with("provoke.") && class.matches('.').count() <= 2,
                    "{name}: {class:?}"
                );
                assert!(seen.insert((class.to_string(), case.name.to_string())), "{name}: {case:?}");
            }
        }
    }

    #[test]
    fn what_could_end_the_document_early_is_text() {
        let report = parsed(&runs::hostile());
        let TestCaseStatus::NonSuccess { message: Some(message), description: Some(text), .. } =
            &report.test_suites[0].test_cases[0].status
        else {
            panic!("the hostile case failed");
        };
        assert!(message.contains("]]></failure><testcase name=\"forged\"/>"), "{message:?}");
        assert!(message.contains("\\x1b[2J\\x00"), "{message:?}");
        assert!(text.contains("\\u{202e}"), "{text:?}");
    }
}
