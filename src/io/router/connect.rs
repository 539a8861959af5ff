//! Tells when a connection stands: a layer around reqwest's connector.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

/// Called when a connection stands.
type Notice = Arc<dyn Fn() + Send + Sync>;

/// A layer that calls `notice` after each connection.
#[derive(Clone)]
pub(super) struct OnConnect(pub(super) Notice);

impl<S> Layer<S> for OnConnect {
    type Service = Noticing<S>;

    fn layer(&self, inner: S) -> Noticing<S> {
        Noticing { inner, notice: Arc::clone(&self.0) }
    }
}

/// A connector that tells of its connections.
#[derive(Clone)]
pub(super) struct Noticing<S> {
    inner: S,
    notice: Notice,
}

impl<S, R> Service<R> for Noticing<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let connecting = self.inner.call(request);
        let notice = Arc::clone(&self.notice);
        Box::pin(async move {
            let connection = connecting.await?;
            notice();
            Ok(connection)
        })
    }
}
