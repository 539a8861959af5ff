//! The player on real sockets, read by a plain client: the bytes, the end and the pace of every act.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream as Client};
use std::time::Duration;

use bytes::Bytes;
use provoke::fault::wire::{WireAct, render};
use provoke::fault::{Args, Context, all};
use provoke::io::clock::{Clock, TimeScale};
use provoke::io::mock::blackhole::Blackhole;
use provoke::io::mock::player::{Ending, Played, WallEvent, perform, play};
use provoke::io::mock::refuser::Refuser;
use provoke::moment::Moment;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::healthy::{self, DIALECTS, MODEL};

fn write(text: &'static str) -> WireAct {
    WireAct::Write(Bytes::from_static(text.as_bytes()))
}

const fn wait(millis: u64) -> WireAct {
    WireAct::Wait(Duration::from_millis(millis))
}

/// Plays `acts` to a client that runs on a thread of its own; gives what both sides saw.
fn against<T: Send + 'static>(
    acts: &[WireAct],
    client: impl FnOnce(Client) -> T + Send + 'static,
) -> (Played, T) {
    let (_keep, stop) = watch::channel(false);
    against_with(acts, stop, client)
}

fn against_with<T: Send + 'static>(
    acts: &[WireAct],
    stop: watch::Receiver<bool>,
    client: impl FnOnce(Client) -> T + Send + 'static,
) -> (Played, T) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let client = std::thread::spawn(move || {
            let stream = Client::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            client(stream)
        });
        let (stream, _) = listener.accept().await.unwrap();
        let played =
            perform(stream, acts, TimeScale::REAL, Clock::start(TimeScale::REAL), stop).await.unwrap();
        let seen = tokio::task::spawn_blocking(move || client.join().unwrap()).await.unwrap();
        (played, seen)
    })
}

/// Reads to the end: the bytes, and the error where it was one.
fn read_all(mut stream: Client) -> (Vec<u8>, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return (bytes, None),
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
            Err(error) => return (bytes, Some(error.kind())),
        }
    }
}

/// What the acts write, in a row.
fn written(acts: &[WireAct]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for act in acts {
        if let WireAct::Write(piece) = act {
            bytes.extend_from_slice(piece);
        }
    }
    bytes
}

#[test]
fn bytes_come_as_they_are_and_a_close_is_a_fin() {
    let acts = vec![write("HTTP/1.1 200 OK\r\n\r\n"), write("\u{1f980} and \0"), WireAct::Close];
    let sent = written(&acts);
    let (played, (bytes, error)) = against(&acts, read_all);
    assert_eq!((bytes, error), (sent.clone(), None));
    assert!(matches!(played.ending, Ending::Closed));
    assert_eq!(played.wall.written, sent.len() as u64);
    assert_eq!(played.wall.entries.last().unwrap().what, WallEvent::Closed);
}

#[test]
fn a_close_is_no_reset_even_when_the_peer_sends_what_nobody_wants() {
    let (played, sent) = against(&[write("early"), WireAct::Close], |mut stream| {
        stream.write_all(&[b'x'; 3_000]).unwrap();
        let mut bytes = String::new();
        stream.read_to_string(&mut bytes).unwrap();
        // Behind a reset, writing fails.
        let sent = (0..20_000).filter(|_| stream.write_all(b"x").is_ok()).count();
        (bytes, sent)
    });
    assert_eq!(sent, ("early".to_owned(), 20_000));
    assert!(matches!(played.ending, Ending::Closed));
}

#[test]
fn a_reset_is_a_reset_behind_the_bytes_before_it() {
    // On some systems a reset overtakes what was not read yet: hence the wait.
    let acts = vec![write("some"), wait(50), WireAct::Reset];
    let (played, (bytes, error)) = against(&acts, read_all);
    assert_eq!((&bytes[..], error), (&b"some"[..], Some(ErrorKind::ConnectionReset)));
    assert!(matches!(played.ending, Ending::Reset));
}

#[test]
fn a_reset_before_any_byte_and_a_refusal_too_late_are_resets() {
    for act in [WireAct::Reset, WireAct::Refuse] {
        let (_, (bytes, error)) = against(&[act], read_all);
        assert_eq!((bytes.len(), error), (0, Some(ErrorKind::ConnectionReset)));
    }
}

#[test]
fn a_refuser_refuses_every_connection_and_keeps_its_port() {
    let refuser = Refuser::bind(Ipv4Addr::LOCALHOST.into()).unwrap();
    for _ in 0..3 {
        let error = Client::connect(refuser.address()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    }
    let error = std::net::TcpListener::bind(refuser.address()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
}

#[test]
fn a_blackhole_lets_no_connection_come_about_for_as_long_as_it_is_held() {
    let blackhole = Blackhole::bind(Ipv4Addr::LOCALHOST.into()).unwrap();
    let address = blackhole.address();
    let error = Client::connect_timeout(&address, Duration::from_millis(100)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    drop(blackhole);
    assert_eq!(Client::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn a_hold_lasts_until_the_peer_leaves_and_the_abort_has_a_moment() {
    let (played, error) = against(&[write("a"), WireAct::Hold], |mut stream| {
        stream.read_exact(&mut [0]).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(60))).unwrap();
        stream.read(&mut [0]).unwrap_err().kind()
    });
    assert_eq!(error, ErrorKind::WouldBlock, "the socket stays open and silent");
    assert!(matches!(played.ending, Ending::PeerLeft));
    assert!(played.wall.abort().unwrap() >= Moment::from_millis(60));
}

#[test]
fn a_peer_that_leaves_in_a_wait_ends_the_play_before_the_wait_is_over() {
    let acts = vec![write("a"), WireAct::Wait(Duration::from_secs(500)), write("b"), WireAct::Close];
    let (played, ()) = against(&acts, |mut stream| {
        stream.read_exact(&mut [0]).unwrap();
        stream.shutdown(Shutdown::Both).unwrap();
    });
    assert!(matches!(played.ending, Ending::PeerLeft));
    assert_eq!(played.wall.written, 1);
    assert!(played.wall.abort().is_some());
}

#[test]
fn a_peer_that_resets_in_a_write_is_seen_to_leave() {
    let mut acts = vec![write("a")];
    acts.extend((0..64).map(|_| WireAct::Write(Bytes::from(vec![b'x'; 1024 * 1024]))));
    let (played, ()) = against(&acts, |mut stream| {
        stream.read_exact(&mut [0]).unwrap();
        SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    });
    assert!(matches!(played.ending, Ending::PeerLeft));
    assert!(played.wall.written < 64 * 1024 * 1024);
}

#[test]
fn a_slow_reader_gets_every_byte() {
    let body = Bytes::from((0..8_000_000_u32).map(|at| (at % 251) as u8).collect::<Vec<u8>>());
    let (played, (bytes, error)) = against(&[WireAct::Write(body.clone()), WireAct::Close], read_all);
    assert!(bytes == body && error.is_none());
    assert_eq!(played.wall.written, 8_000_000);
}

#[test]
fn acts_without_an_end_keep_the_connection_and_what_the_peer_sent_ahead() {
    let (played, mut stream) = against(&[write("a"), wait(80)], |mut stream| {
        stream.read_exact(&mut [0]).unwrap();
        stream.write_all(b"GET /next").unwrap();
        stream
    });
    let Ending::Kept { ahead, stream: kept } = played.ending else { panic!("{:?}", played.ending) };
    assert_eq!(ahead, b"GET /next");
    drop(kept);
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
}

#[test]
fn being_told_to_stop_ends_a_hold() {
    let (tell, stop) = watch::channel(false);
    let (played, (bytes, _)) = against_with(&[write("a"), WireAct::Hold], stop, move |mut stream| {
        stream.read_exact(&mut [0]).unwrap();
        tell.send(true).unwrap();
        read_all(stream)
    });
    assert!(bytes.is_empty() && matches!(played.ending, Ending::Stopped));
}

#[test]
fn no_wait_ends_before_its_absolute_deadline() {
    const GAP: u64 = 40;
    let acts = vec![wait(GAP), write("1"), wait(GAP), write("2"), wait(GAP), write("3"), WireAct::Close];
    let clock = Clock::start(TimeScale::REAL);
    let (played, arrivals) = against(&acts, move |mut stream| {
        let mut arrivals = Vec::new();
        let mut byte = [0];
        while stream.read(&mut byte).unwrap() == 1 {
            arrivals.push(clock.now());
        }
        arrivals
    });
    assert_eq!(arrivals.len(), 3);
    for (place, arrival) in (1..).zip(&arrivals) {
        assert!(*arrival >= Moment::from_millis(GAP * place), "{place}: {arrival:?}");
    }
    let writes = played.wall.entries.iter().filter(|entry| matches!(entry.what, WallEvent::Wrote(_)));
    for (place, entry) in (1..).zip(writes) {
        assert!(entry.at >= Moment::from_millis(GAP * place), "{place}: {:?}", entry.at);
    }
}

#[test]
fn a_time_scale_divides_and_nonsense_is_no_scale() {
    let fifty = TimeScale::new(50.0).unwrap();
    assert_eq!(fifty.real(Duration::from_secs(10)), Duration::from_millis(200));
    assert_eq!(fifty.nominal(Duration::from_millis(200)), Duration::from_secs(10));
    assert_eq!(TimeScale::REAL.real(Duration::from_secs(3)), Duration::from_secs(3));
    for nonsense in [0.0, -1.0, 0.5, 1001.0, f64::NAN, f64::INFINITY] {
        assert_eq!(TimeScale::new(nonsense), None);
    }
}

#[tokio::test]
async fn small_writes_are_not_held_back() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    assert!(!stream.nodelay().unwrap(), "the system's default would hold back small writes");
    let Ending::Kept { stream, .. } = play(stream, &[write("a")], TimeScale::REAL).await.unwrap() else {
        panic!("the connection is kept");
    };
    assert!(stream.nodelay().unwrap());
    drop(client);
}

/// Every fault of both dialects, as it comes over a socket: exactly the rendered bytes, and an
/// end of the rendered kind. Waits are played so fast that nothing is waited for.
#[test]
fn what_is_rendered_is_what_crosses_the_wire() {
    for fault in all() {
        for dialect in DIALECTS {
            let (request, args) = (healthy::provocative(dialect), Args::none());
            let cx = Context::new(dialect, &request, &args, MODEL);
            let Ok(timeline) = fault.apply(&cx, healthy::text(dialect)) else { continue };
            let acts: Vec<WireAct> =
                render(&timeline).into_iter().filter(|act| !matches!(act, WireAct::Wait(_))).collect();
            // Where no connection comes about, nothing is played.
            if acts == [WireAct::Blackhole] {
                continue;
            }
            let (sent, end) = (written(&acts), acts.last().cloned());
            let count = sent.len();
            let (played, (bytes, error)) = against(&acts, move |mut stream| {
                let mut bytes = vec![0; count];
                let whole = stream.read_exact(&mut bytes);
                if whole.is_err() {
                    return (Vec::new(), whole.err().map(|error| error.kind()));
                }
                let mut rest = Vec::new();
                if !matches!(end, Some(WireAct::Write(_) | WireAct::Hold)) {
                    let error = stream.read_to_end(&mut rest).err().map(|error| error.kind());
                    bytes.extend(rest);
                    return (bytes, error);
                }
                (bytes, whole.err().map(|error| error.kind()))
            });
            let name = fault.name();
            let reset = matches!(played.ending, Ending::Reset);
            // Elsewhere a reset may overtake what was not read yet.
            if !reset || cfg!(target_os = "linux") {
                assert!(bytes == sent, "{name} in {dialect}");
            }
            match played.ending {
                Ending::Reset => assert_eq!(error, Some(ErrorKind::ConnectionReset), "{name} in {dialect}"),
                Ending::Closed | Ending::Kept { .. } | Ending::PeerLeft => {
                    assert_eq!(error, None, "{name} in {dialect}")
                }
                Ending::GaveUp | Ending::Stopped => panic!("{name} in {dialect}: {:?}", played.ending),
            }
        }
    }
}

/// When each read of the client came back, from the first one on.
fn arrivals(mut stream: Client) -> Vec<Duration> {
    let mut piece = [0; 16 * 1024];
    let (mut clock, mut arrivals) = (None, Vec::new());
    while stream.read(&mut piece).unwrap() > 0 {
        let clock = clock.get_or_insert_with(|| Clock::start(TimeScale::REAL));
        arrivals.push(clock.now().since(Moment::ZERO));
    }
    arrivals
}

/// What is written at once is read at once: on a busy machine one play may be late by chance, the
/// quickest of ten may not.
#[test]
fn twenty_records_written_at_once_come_within_two_milliseconds() {
    let record = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"twenty characters...\"}}]}\n\n";
    let acts: Vec<WireAct> = std::iter::repeat_n(write(record), 20).chain([WireAct::Close]).collect();
    let took = || against(&acts, arrivals).1.pop().unwrap();
    let quickest = std::iter::repeat_with(took).take(10).min().unwrap();
    assert!(quickest < Duration::from_millis(2), "{quickest:?}");
}
