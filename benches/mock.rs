//! Claim: the mock decides on a request in a few microseconds, whether it streams or not.
//!
//! `respond`: from a request in memory to the acts of its answer. A stream costs at most twice what
//! a whole answer costs, as both are rendered once; what is left is the reading of the request.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use provoke::mock::{Desk, Library};
use provoke::moment::Moment;
use provoke::recording::RequestBytes;
use provoke::seed::Seed;

fn request(stream: bool) -> RequestBytes {
    let body =
        format!(r#"{{"model":"gpt-4o","stream":{stream},"messages":[{{"role":"user","content":"bench"}}]}}"#);
    RequestBytes {
        method: "POST".to_owned(),
        path: "/v1/chat/completions".to_owned(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.into(),
    }
}

fn respond(criterion: &mut Criterion) {
    let library = Library::builtin().expect("the built-in mocks are whole");
    let mut desk = Desk::new(&library, Vec::new(), Seed(0));
    let mut group = criterion.benchmark_group("respond");
    group.sample_size(20);
    for (name, stream) in [("whole", false), ("stream", true)] {
        let request = request(stream);
        group.bench_function(name, |bencher| {
            bencher.iter(|| desk.respond(black_box(&request), Moment::ZERO));
        });
    }
    group.finish();
}

criterion_group!(benches, respond);
criterion_main!(benches);
