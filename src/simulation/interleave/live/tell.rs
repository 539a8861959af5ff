//! An order that was played beside what the model says of it, as reports tell it.

use super::super::invariant::ALL;
use super::order::{Order, Why};
use super::words::Seen;
use crate::scenario::race::Race;
use crate::verdict::race::live::{Difference, LiveOrder, LiveStep};

/// The ids of invariants, by their places.
#[must_use]
pub fn invariant_ids(places: &[usize]) -> Vec<String> {
    places.iter().filter_map(|place| ALL.get(*place)).map(|invariant| invariant.id().to_owned()).collect()
}

/// What came of an order: what the model says beside what was seen, with the code of a close.
#[must_use]
pub fn tell(race: &Race, order: &Order, model: &[Seen], reality: &[(Seen, Option<u16>)]) -> LiveOrder {
    let broken = |seen: &Seen| -> Vec<usize> { seen.broken.iter().map(|(place, _)| *place).collect() };
    let breaks: Vec<usize> = model.iter().flat_map(broken).collect();
    let pairs = || model.iter().zip(reality);
    let differs = pairs().enumerate().find_map(|(place, (said, (seen, _)))| {
        let (model, reality) = said.differs(seen).or_else(|| {
            let (said, seen) = (broken(said), broken(seen));
            (said != seen).then(|| (breaks_words(&said), breaks_words(&seen)))
        })?;
        Some(Difference { step: place + 1, model, reality })
    });
    LiveOrder {
        words: format!("{}{}", why_words(race, order), order_words(race, &order.who)),
        model: invariant_ids(&breaks),
        reality: reality
            .iter()
            .flat_map(|(seen, _)| &seen.broken)
            .map(|(place, words)| (invariant_ids(&[*place]).concat(), words.clone()))
            .collect(),
        steps: pairs()
            .map(|(said, (seen, closed))| LiveStep {
                actor: race.actors.get(seen.who).map(|actor| actor.name.clone()).unwrap_or_default(),
                act: seen.act.clone(),
                model: said.words.clone(),
                reality: seen.words.clone(),
                listed: seen.state.words(),
                closed: *closed,
            })
            .collect(),
        differs,
    }
}

fn breaks_words(places: &[usize]) -> String {
    if places.is_empty() {
        "nothing breaks".to_owned()
    } else {
        format!("breaks {}", invariant_ids(places).join(", "))
    }
}

fn why_words(race: &Race, order: &Order) -> String {
    match order.why {
        Why::Loses(_) => "losing: ".to_owned(),
        Why::OneByOne(first) => {
            let first = race.actors.get(first).map(|actor| actor.name.as_str()).unwrap_or_default();
            format!("{first} first: ")
        }
        Why::InTurn => "in turn: ".to_owned(),
        Why::Drawn => "drawn: ".to_owned(),
        Why::Given => "as given: ".to_owned(),
    }
}

/// The actors by name, those that go on counted.
fn order_words(race: &Race, order: &[usize]) -> String {
    let runs = order.chunk_by(|one, two| one == two).map(|run| {
        let name = race.actors.get(run[0]).map(|actor| actor.name.as_str()).unwrap_or_default();
        if run.len() == 1 { name.to_owned() } else { format!("{name} ×{}", run.len()) }
    });
    runs.collect::<Vec<_>>().join(", ")
}
