//! Claim: reading an event stream costs time in proportion to its bytes, however they are cut.
//!
//! - `small_events`: 20 000 small events in pieces of 4 KiB. The guarded reader costs at
//!   most twice what the bare `eventsource-stream` behind it costs; the lexer costs less.
//! - `long_line`: one line of 1 MiB. In pieces of 1 KiB the lexer and the reader take at most
//!   three times what they take in one piece; the bare crate takes hundreds of times as much,
//!   which is why it never stands bare.

use std::convert::Infallible;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use eventsource_stream::EventStream;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use provoke::moment::Moment;
use provoke::wire::Item;
use provoke::wire::sse::{Lexer, Reader};

fn by_lexer(pieces: &[&[u8]]) -> usize {
    let mut lexer = Lexer::new();
    let mut events = 0;
    for piece in pieces {
        let items = lexer.push(piece, Moment::ZERO);
        events += items.iter().filter(|item| matches!(item, Item::Record(_))).count();
    }
    events
}

fn by_reader(pieces: &[&[u8]]) -> usize {
    let mut reader = Reader::new();
    pieces.iter().map(|piece| reader.push(piece).expect("within the limits").len()).sum()
}

fn by_bare_crate(pieces: &[&[u8]]) -> usize {
    let pieces = stream::iter(pieces.iter().map(Ok::<_, Infallible>));
    EventStream::new(pieces).count().now_or_never().expect("all pieces are there")
}

/// Counts the events in the pieces of a body.
type Read = fn(&[&[u8]]) -> usize;

const READERS: [(&str, Read); 3] = [("lexer", by_lexer), ("reader", by_reader), ("bare", by_bare_crate)];

fn small_events(criterion: &mut Criterion) {
    let body: String = (0..20_000)
        .map(|n| format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{n}\"}}}}]}}\n\n"))
        .collect();
    let pieces: Vec<&[u8]> = body.as_bytes().chunks(4 << 10).collect();
    let mut group = criterion.benchmark_group("small_events");
    group.sample_size(10).throughput(Throughput::Bytes(body.len() as u64));
    for (name, read) in READERS {
        assert_eq!(read(&pieces), 20_000);
        group.bench_function(name, |bencher| bencher.iter(|| read(black_box(&pieces))));
    }
    group.finish();
}

fn long_line(criterion: &mut Criterion) {
    let mut body = b"data: ".to_vec();
    body.resize(1 << 20, b'x');
    body.extend_from_slice(b"\n\n");
    let mut group = criterion.benchmark_group("long_line");
    group.sample_size(10).throughput(Throughput::Bytes(body.len() as u64));
    for (name, read) in READERS {
        for (cut, size) in [("whole", body.len()), ("1KiB", 1 << 10)] {
            let pieces: Vec<&[u8]> = body.chunks(size).collect();
            group.bench_with_input(BenchmarkId::new(name, cut), &pieces, |bencher, pieces| {
                bencher.iter(|| read(black_box(pieces)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, small_events, long_line);
criterion_main!(benches);
