//! Claim: decoding and encoding a streamed event costs microseconds, in each dialect, so that a
//! router spends its time on the wire. One element is one event of the neutral stream.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use provoke::chat::{Event, Finish, FinishReason, PartKind, Usage};
use provoke::dialect::{Codec, codecs};
use provoke::moment::Moment;
use provoke::wire::{Item, Witness};

const DELTAS: u64 = 1000;

/// A long answer: reasoning, text and a tool call, in pieces of a few letters.
fn answer() -> Vec<Event> {
    let mut events = vec![Event::Start { id: Some("answer-1".into()), model: Some("model-1".into()) }];
    let call = PartKind::ToolCall { id: "call_1".into(), name: "weather".into() };
    for (part, kind) in (0..).zip([PartKind::Reasoning, PartKind::Text, call]) {
        events.push(Event::PartStart { part, choice: 0, kind });
        events.extend((0..DELTAS / 3).map(|_| Event::Delta { part, text: " piece".into() }));
        events.push(Event::PartEnd { part });
    }
    let finish = Finish { reason: FinishReason::ToolCalls, raw: "tool_calls".into() };
    events.push(Event::Finish { choice: 0, finish });
    events.push(Event::Usage(Usage { input: Some(10), output: Some(1000), ..Usage::default() }));
    events.push(Event::End);
    events
}

/// The records of the answer: name and data of each.
fn records(dialect: &dyn Codec, events: &[Event]) -> Vec<(String, String)> {
    let mut encoder = dialect.stream_encoder();
    let bytes: Vec<u8> = events.iter().flat_map(|event| encoder.event(event)).collect();
    let mut witness = Witness::new(dialect.stream_framings()[0]);
    let items = witness.push(&bytes, Moment::ZERO);
    let records = items.into_iter().filter_map(|item| match item {
        Item::Record(record) => Some((record.event, record.data)),
        _ => None,
    });
    records.collect()
}

fn decode(criterion: &mut Criterion) {
    let events = answer();
    for dialect in codecs() {
        let records = records(*dialect, &events);
        let mut group = criterion.benchmark_group(dialect.id());
        group.throughput(Throughput::Elements(events.len() as u64));
        group.bench_function("decode", |bencher| {
            bencher.iter_batched_ref(
                || dialect.stream_decoder(),
                |decoder| {
                    for (event, data) in &records {
                        black_box(decoder.record(event, data));
                    }
                    black_box(decoder.finish());
                },
                BatchSize::SmallInput,
            );
        });
        group.bench_function("encode", |bencher| {
            bencher.iter_batched_ref(
                || dialect.stream_encoder(),
                |encoder| {
                    for event in &events {
                        black_box(encoder.event(event));
                    }
                },
                BatchSize::SmallInput,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, decode);
criterion_main!(benches);
