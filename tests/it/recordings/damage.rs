//! Damaged cassettes: what is readable is read, the rest is told, and nothing is invented.

use proptest::prelude::*;
use provoke::recording::cassette::{self, MAX_PROBLEMS};
use provoke::recording::{Exchange, Recording};

use super::samples;

fn small() -> String {
    cassette::encode(&samples::small(), &samples::meta())
}

/// The bodies of all exchanges, joined.
fn bodies(recording: &Recording) -> Vec<Vec<u8>> {
    let body = |exchange: &Exchange| match exchange {
        Exchange::Http(http) => http.body(),
        Exchange::Duplex(duplex) => {
            duplex.frames.iter().flat_map(|frame| frame.what.bytes.to_vec()).collect()
        }
    };
    recording.exchanges.iter().map(body).collect()
}

#[test]
fn a_cut_cassette_tells_that_it_is_cut_and_keeps_what_came_before() {
    let text = small();
    let cut = text.find("\"ta: gr").unwrap();
    let decoded = cassette::decode(&text[..cut]).unwrap();
    assert_eq!(bodies(&decoded.value.0), [b"event: a\ndata: {\"n\":1}\n\ndata: {\"n\":2}\n\nda"]);
    let told = decoded.problems.last().unwrap().to_string();
    assert!(told.contains("the file ends in the middle of a line"), "{told}");
}

#[test]
fn a_lost_line_leaves_its_continuation_out() {
    let text: Vec<String> = small().lines().map(str::to_owned).collect();
    let lost = text.iter().position(|line| line.starts_with("{\"bytes\"")).unwrap();
    let damaged: Vec<&str> = text
        .iter()
        .enumerate()
        .map(|(place, line)| if place == lost { "{\"bytes\":{!" } else { line })
        .collect();
    let decoded = cassette::decode(&damaged.join("\n")).unwrap();
    assert_eq!(bodies(&decoded.value.0)[0], b"ta: gr\xc3");
    let told: Vec<String> = decoded.problems.iter().map(ToString::to_string).collect();
    assert!(
        told[0].starts_with(&format!("line {}, column 11: this line cannot be read", lost + 1)),
        "{told:?}"
    );
    assert!(told[1].contains("goes on with one that could not be read"), "{told:?}");
}

#[test]
fn a_lost_beginning_leaves_its_events_out() {
    let text = small().replacen("{\"http\":{\"exchange\":3,", "{\"http\":{\"exchange\":,", 1);
    let decoded = cassette::decode(&text).unwrap();
    assert_eq!(decoded.value.0.exchanges, samples::small().exchanges[..2]);
    let told: Vec<String> = decoded.problems.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|told| told.contains("belongs to exchange 3")), "{told:?}");
    assert!(told.last().unwrap().contains("lines are missing: 3 exchanges"), "{told:?}");
}

#[test]
fn problems_beyond_the_limit_are_counted() {
    let (header, _) =
        small().split_once('\n').map(|(first, rest)| (first.to_owned(), rest.to_owned())).unwrap();
    let noise =
        |lines: usize| cassette::decode(&format!("{header}\n{}", "?\n".repeat(lines))).unwrap().problems;
    assert_eq!(noise(MAX_PROBLEMS - 1).len(), MAX_PROBLEMS);
    let many = noise(MAX_PROBLEMS + 4);
    assert_eq!(many.len(), MAX_PROBLEMS + 1);
    assert_eq!(many.last().unwrap().message, "5 more problems are not listed");
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn a_cassette_cut_anywhere_is_read_up_to_there(recording in samples::recording(), share in 0.0..1.0_f64) {
        let text = cassette::encode(&recording, &samples::meta());
        let cut = text.floor_char_boundary((text.len() as f64 * share) as usize);
        if let Ok(decoded) = cassette::decode(&text[..cut]) {
            prop_assert!(!decoded.problems.is_empty() || cut + 1 >= text.len());
            let read = bodies(&decoded.value.0);
            for (read, whole) in read.iter().zip(bodies(&recording)) {
                prop_assert!(whole.starts_with(read));
            }
        }
    }

    #[test]
    fn flipped_bytes_never_panic(
        recording in samples::recording(),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let whole = cassette::encode(&recording, &samples::meta());
        let mut bytes = whole.clone().into_bytes();
        for (place, value) in flips {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        let _ = cassette::decode(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn noise_never_panics(noise in any::<String>()) {
        let (header, _) = small().split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let _ = cassette::decode(&noise);
        let behind = format!("{header}\n{noise}");
        prop_assert!(cassette::decode(&behind).is_ok());
    }
}
