//! What is wrong, gathered: what each cause did to each model.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::telling::{cell, telling};
use crate::report::words::MASKED;
use crate::verdict::{Blame, Case, Confidence, Evidence, Finding, Run, State, Verdict};

/// What one cause did to one model, over all scenarios and worlds; after
/// [`merge`], to all models of which the same is said.
pub(super) struct Block<'a> {
    pub(super) provider: &'a str,
    pub(super) state: State,
    pub(super) cause: &'a str,
    pub(super) blame: Option<Blame>,
    pub(super) confidence: Option<Confidence>,
    pub(super) message: String,
    /// Each piece with the scenario that it comes from.
    pub(super) evidence: Vec<(&'a str, &'a Evidence)>,
    /// Who answered instead, and in which scenarios.
    pub(super) masks: BTreeMap<&'a str, BTreeSet<&'a str>>,
    pub(super) fix: Vec<&'a str>,
    /// What to do about the mask, once there is one.
    pub(super) fix_mask: &'a [String],
    pub(super) models: Vec<String>,
    pub(super) scenarios: BTreeSet<&'a str>,
    /// Whether every case that showed it went as declared.
    pub(super) declared: bool,
}

/// One block per provider, model and cause, in that order.
pub(super) fn by_model(run: &Run) -> Vec<Block<'_>> {
    let mut blocks: BTreeMap<(&str, &str, &str), Block<'_>> = BTreeMap::new();
    for case in run.cases.iter().filter(|case| case.verdict != Verdict::Skip) {
        for found in in_case(case) {
            match blocks.get_mut(&(&case.provider, &case.model, found.cause)) {
                Some(block) => block.absorb(found),
                None => {
                    blocks.insert((&case.provider, &case.model, found.cause), found);
                }
            }
        }
    }
    blocks.into_values().collect()
}

/// Blocks that say the same of several models become one.
pub(super) fn merge(blocks: Vec<Block<'_>>) -> Vec<Block<'_>> {
    let mut merged: Vec<Block<'_>> = Vec::new();
    for block in blocks {
        match merged.iter_mut().find(|known| known.says_what(&block)) {
            Some(known) => known.absorb(block),
            None => merged.push(block),
        }
    }
    merged
}

impl<'a> Block<'a> {
    fn says_what(&self, other: &Self) -> bool {
        let said = |block: &Self| (block.state, block.blame, block.declared);
        said(self) == said(other)
            && self.cause == other.cause
            && self.message == other.message
            && self.fix == other.fix
            && self.masks.keys().eq(other.masks.keys())
    }

    /// Takes in where else the same was found, and what else shows it.
    fn absorb(&mut self, other: Self) {
        self.state = self.state.max(other.state);
        self.declared &= other.declared;
        self.scenarios.extend(other.scenarios);
        self.models.extend(other.models);
        self.models.dedup();
        for (scenario, evidence) in other.evidence {
            self.show(scenario, evidence);
        }
        // The longer list knows of a way out that the shorter one does not.
        if other.fix.len() > self.fix.len() {
            self.fix = other.fix;
        }
        if self.fix_mask.is_empty() {
            self.fix_mask = other.fix_mask;
        }
        for (mask, scenarios) in other.masks {
            self.masks.entry(mask).or_default().extend(scenarios);
        }
    }

    fn show(&mut self, scenario: &'a str, evidence: &'a Evidence) {
        if self.evidence.iter().all(|(_, known)| known.text != evidence.text) {
            self.evidence.push((scenario, evidence));
        }
    }

    /// The piece that tells most: the last of the first attempt, as the first
    /// piece is the outline that every finding has.
    pub(super) fn most_telling(&self) -> Option<(&'a str, &'a Evidence)> {
        let (scenario, first) = *self.evidence.first()?;
        let same = |(of, evidence): &&(&str, &Evidence)| *of == scenario && evidence.attempt == first.attempt;
        self.evidence.iter().take_while(same).last().copied()
    }
}

/// What the findings of a case say, and its observation where no finding does.
///
/// A mask is no block of its own where the case has a cause that it hides.
fn in_case(case: &Case) -> Vec<Block<'_>> {
    let cause = case.observed.cause.as_deref().unwrap_or_else(|| case.observed.state.name());
    let (masks, causes): (Vec<&Finding>, Vec<&Finding>) =
        case.findings.iter().partition(|finding| finding.cause == MASKED && cause != MASKED);
    let mut blocks: Vec<Block<'_>> = causes.into_iter().map(|finding| found(case, finding, cause)).collect();
    if case.observed.state != State::Healthy && blocks.iter().all(|block| block.cause != cause) {
        let telling = telling(case);
        blocks.push(Block {
            state: case.observed.state,
            blame: case.observed.blame,
            message: telling.message.into_owned(),
            evidence: telling
                .evidence
                .map(|evidence| (case.scenario.as_str(), evidence))
                .into_iter()
                .collect(),
            ..bare(case, cause)
        });
    }
    for mask in masks {
        let hidden = blocks.iter_mut().find(|block| block.cause == cause);
        let Some(block) = hidden else {
            blocks.push(found(case, mask, cause));
            continue;
        };
        let by = mask.evidence.first().map_or(&mask.message, |evidence| &evidence.text);
        block.masks.entry(by).or_default().insert(&case.scenario);
        block.fix_mask = &mask.fix;
    }
    blocks
}

fn found<'a>(case: &'a Case, finding: &'a Finding, cause: &str) -> Block<'a> {
    let mut block = Block {
        state: if finding.cause == cause { case.observed.state } else { State::Healthy },
        blame: Some(finding.blame),
        confidence: Some(finding.confidence),
        message: finding.message.clone(),
        fix: finding.fix.iter().map(String::as_str).collect(),
        ..bare(case, &finding.cause)
    };
    for evidence in &finding.evidence {
        block.show(&case.scenario, evidence);
    }
    block
}

fn bare<'a>(case: &'a Case, cause: &'a str) -> Block<'a> {
    Block {
        provider: &case.provider,
        state: State::Healthy,
        cause,
        blame: None,
        confidence: None,
        message: String::new(),
        evidence: Vec::new(),
        masks: BTreeMap::new(),
        fix: Vec::new(),
        fix_mask: &[],
        models: vec![cell(&case.provider, &case.model)],
        scenarios: BTreeSet::from([case.scenario.as_str()]),
        declared: matches!(case.verdict, Verdict::Pass | Verdict::Xfail),
    }
}
