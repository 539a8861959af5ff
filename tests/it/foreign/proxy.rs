//! Routers to stand trial: one that is honest, and some that each do one thing wrong.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use provoke::chat::{ErrorBody, Event, Response};
use provoke::io::router::events_of;
use provoke::recording::TransportEvent;
use provoke::routing::Call;
use provoke::wire::http::RequestReader;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout_at};

use super::ends::{Caller, Heard, stop};

/// How long a provider may take for its whole answer: far above every healthy one here.
const PATIENCE: Duration = Duration::from_secs(3);

/// How a router behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conduct {
    /// Passes on what is whole, and calls an error what is not.
    Honest,
    /// Ends a cut stream with a finish reason.
    EndsCutsAsSuccess,
    /// Ends a cut stream as it came: without a word.
    PassesCutsOn,
    /// Answers every error with an empty success.
    SwallowsErrors,
    /// Asks twelve times when a provider fails.
    Storms,
    /// Asks four times when a request is rejected.
    RepeatsRejections,
    /// Asks again at once when it is told to wait.
    IgnoresRetryAfter,
    /// Leaves tool calls out.
    DropsToolCalls,
    /// Has no deadline.
    Hangs,
    /// Shows its callers a page in place of an error.
    LeaksPages,
    /// Says every word twice.
    AnswersTwice,
    /// Says that all went well, and then that it did not.
    SaysBoth,
    /// Refuses by itself whatever has tools.
    RefusesTools,
    /// Is of no use any more once it has been asked in both dialects whether it is alive.
    Dies,
    /// Goes on reading when its caller has left.
    IgnoresHangUp,
}

impl Conduct {
    /// All that are wrong, and show it in what the caller gets or the mock sees.
    pub(super) const WRONG: [Self; 13] = [
        Self::EndsCutsAsSuccess,
        Self::PassesCutsOn,
        Self::SwallowsErrors,
        Self::Storms,
        Self::RepeatsRejections,
        Self::IgnoresRetryAfter,
        Self::DropsToolCalls,
        Self::Hangs,
        Self::LeaksPages,
        Self::AnswersTwice,
        Self::SaysBoth,
        Self::RefusesTools,
        Self::Dies,
    ];
}

/// Listens, and asks `mock` for whatever it is asked.
pub(super) async fn start(mock: SocketAddr, conduct: Conduct) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicU32::new(0));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let proxy = Proxy { mock, conduct, asked: Arc::clone(&asked) };
            tokio::spawn(async move {
                let _ = proxy.serve(stream).await;
            });
        }
    });
    address
}

#[derive(Clone)]
struct Proxy {
    mock: SocketAddr,
    conduct: Conduct,
    /// How often it was asked whether it is alive.
    asked: Arc<AtomicU32>,
}

/// What came of asking the mock.
struct Asked {
    status: u16,
    retry_after: Option<Duration>,
    streams: bool,
    news: tokio::sync::mpsc::Receiver<TransportEvent>,
}

impl Proxy {
    async fn serve(self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = RequestReader::new();
        let mut buffer = vec![0; 16 * 1024];
        let request = loop {
            let count = stream.read(&mut buffer).await?;
            if count == 0 {
                return Ok(());
            }
            if let Some(request) = reader.push(&buffer[..count]).expect("our caller speaks HTTP") {
                break request;
            }
        };
        let path = request.target.clone();
        let Some(dialect) = provoke::dialect::codecs().iter().copied().find(|dialect| {
            let end = if dialect.id() == "openai_chat" { "/chat/completions" } else { "/messages" };
            path.ends_with(end)
        }) else {
            return Ok(());
        };
        let (left, writer) = stream.into_split();
        let mut caller = Caller { writer, dialect };
        if self.conduct == Conduct::RefusesTools && contains(&request.body, b"\"tools\":[{") {
            return caller.error(400, "tools are beyond me").await;
        }
        if self.conduct == Conduct::Dies
            && contains(&request.body, b"provoke/alive/")
            && self.asked.fetch_add(1, Ordering::SeqCst) >= 2
        {
            return caller.error(503, "all deployments are cooling down").await;
        }
        let call = Call {
            attempt: 1,
            candidate: 0,
            url: format!("http://{}{path}", self.mock),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: request.body,
        };
        if self.conduct == Conduct::IgnoresHangUp {
            return self.answer(call, &mut caller).await;
        }
        tokio::select! {
            done = self.answer(call, &mut caller) => done,
            () = gone(left) => Ok(()),
        }
    }

    async fn answer(&self, call: Call, caller: &mut Caller) -> std::io::Result<()> {
        let until = match self.conduct {
            Conduct::Hangs => Instant::now() + Duration::from_secs(600),
            _ => Instant::now() + PATIENCE,
        };
        let mut tries = 0;
        let asked = loop {
            tries += 1;
            let asked = ask(call.clone(), until.max(Instant::now() + PATIENCE)).await;
            if !self.again(&asked, tries) {
                break asked;
            }
            if let Ok(asked) = &asked
                && let Some(wait) = asked.retry_after
                && self.conduct == Conduct::Honest
            {
                // The mocks' seconds pass fifty times as fast.
                let _ = timeout_at(Instant::now() + wait / 45, std::future::pending::<()>()).await;
            }
        };
        match asked {
            Ok(asked) if asked.status < 400 && asked.streams => self.stream(asked, caller, until).await,
            Ok(asked) => self.whole(asked, caller, until).await,
            Err(why) => self.failed(caller, 502, why).await,
        }
    }

    fn again(&self, asked: &Result<Asked, &str>, tries: u32) -> bool {
        let status = asked.as_ref().map_or(0, |asked| asked.status);
        match self.conduct {
            Conduct::Storms => (status == 0 || status >= 500) && tries < 12,
            Conduct::RepeatsRejections => (400..405).contains(&status) && tries < 4,
            Conduct::IgnoresRetryAfter => status == 429 && tries < 2,
            Conduct::Honest => status == 429 && tries < 2 && soon(asked),
            _ => false,
        }
    }

    /// A whole answer, or an error in the place of one.
    async fn whole(&self, mut asked: Asked, caller: &mut Caller, until: Instant) -> std::io::Result<()> {
        let mut body = Vec::new();
        loop {
            match timeout_at(until, asked.news.recv()).await {
                Ok(Some(TransportEvent::Bytes(bytes))) => body.extend_from_slice(&bytes),
                Ok(Some(TransportEvent::Eof { complete: true })) => break,
                Ok(_) => return self.failed(caller, 502, "the provider broke its answer").await,
                Err(_) => return self.failed(caller, 504, "the provider was silent").await,
            }
        }
        let said = caller.dialect.decode_response(&body).value;
        if asked.status < 400 && said.finish.is_some() {
            if self.conduct == Conduct::AnswersTwice {
                let twice = Response { parts: [said.parts.clone(), said.parts.clone()].concat(), ..said };
                body = caller.dialect.encode_response(&twice).to_string().into_bytes();
            }
            return caller.document(200, "application/json", &body).await;
        }
        let message = caller.dialect.decode_error(&body).map_or_else(String::new, |error| error.message);
        let status = if asked.status < 400 { 502 } else { asked.status };
        self.failed(caller, status, &message).await
    }

    /// A stream: passed on piece by piece as it comes.
    async fn stream(&self, mut asked: Asked, caller: &mut Caller, until: Instant) -> std::io::Result<()> {
        let mut heard = Heard::new(caller.dialect);
        let (mut begun, mut held) = (false, Vec::new());
        let broken = loop {
            let piece = match timeout_at(until, asked.news.recv()).await {
                Ok(Some(TransportEvent::Bytes(piece))) => piece,
                Ok(Some(TransportEvent::Eof { complete: true })) => break !heard.finished && !heard.error,
                Ok(_) => break !heard.finished,
                Err(_) => break !heard.finished,
            };
            let records = heard.push(&piece);
            // A last word without a reason for it is withheld: it would hide that something is missing.
            if heard.garbled || (heard.ended && !heard.finished) {
                break true;
            }
            held.extend_from_slice(&piece);
            // What is no record yet may be no stream at all.
            if !begun && records.is_empty() {
                continue;
            }
            if !begun {
                begun = true;
                caller.begin().await?;
            }
            let piece = std::mem::take(&mut held);
            let dropped = self.conduct == Conduct::DropsToolCalls && calls(&piece);
            if !dropped {
                caller.piece(&piece).await?;
            }
            if self.conduct == Conduct::AnswersTwice && records.iter().any(Event::is_content) {
                caller.piece(&piece).await?;
            }
            if heard.ended {
                break false;
            }
        };
        if !begun {
            return self.failed(caller, 502, "the provider said nothing").await;
        }
        if broken {
            let error =
                Event::Error(ErrorBody { message: "the stream broke".to_owned(), ..ErrorBody::default() });
            let finish = Event::Finish { choice: 0, finish: stop(caller.dialect) };
            match self.conduct {
                Conduct::PassesCutsOn => {}
                Conduct::EndsCutsAsSuccess => caller.events(&[finish, Event::End]).await?,
                Conduct::SaysBoth => caller.events(&[finish, error]).await?,
                _ => caller.events(&[error]).await?,
            }
        }
        caller.writer.write_all(b"0\r\n\r\n").await
    }

    /// No provider answered.
    async fn failed(&self, caller: &mut Caller, status: u16, why: &str) -> std::io::Result<()> {
        match self.conduct {
            Conduct::SwallowsErrors => caller.empty().await,
            Conduct::LeaksPages => {
                caller.document(status, "text/html", b"<html><h1>Bad gateway</h1></html>").await
            }
            _ => caller.error(status, why).await,
        }
    }
}

/// Asks the mock and waits for its head.
async fn ask(call: Call, until: Instant) -> Result<Asked, &'static str> {
    let mut news = events_of(call);
    loop {
        match timeout_at(until, news.recv()).await {
            Ok(Some(TransportEvent::Connected)) => {}
            Ok(Some(TransportEvent::Head(head))) => {
                if head.header("content-encoding").is_some() {
                    return Err("the provider answered in a coding that was not asked for");
                }
                let seconds = head.header("retry-after").and_then(|text| text.parse().ok());
                return Ok(Asked {
                    status: head.status,
                    retry_after: seconds.map(Duration::from_secs),
                    streams: head.header("content-type").is_some_and(|kind| kind.contains("event-stream")),
                    news,
                });
            }
            Ok(_) => return Err("the provider broke the connection"),
            Err(_) => return Err("the provider was silent"),
        }
    }
}

/// Whether the wait that is asked for is worth it.
fn soon(asked: &Result<Asked, &str>) -> bool {
    let wait = asked.as_ref().ok().and_then(|asked| asked.retry_after);
    wait.is_some_and(|wait| wait <= Duration::from_secs(30))
}

/// Resolves when the caller has left.
async fn gone(mut reader: OwnedReadHalf) {
    let mut buffer = [0; 64];
    while reader.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
}

/// Whether a piece is about a tool call, in either dialect.
fn calls(piece: &[u8]) -> bool {
    let words: [&[u8]; 3] = [b"\"tool_calls\":", b"\"type\":\"tool_use\"", b"input_json_delta"];
    words.iter().any(|word| contains(piece, word))
}

fn contains(body: &[u8], word: &[u8]) -> bool {
    body.windows(word.len()).any(|window| window == word)
}
