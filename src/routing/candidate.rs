//! One place where a turn can be answered.

use crate::dialect::Codec;

/// A model of a provider, and how to reach it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The provider's name in the configuration.
    pub provider: String,
    /// The model id, as the provider names it.
    pub model: String,
    /// The dialect spoken there.
    pub dialect: &'static dyn Codec,
    /// The base URL, as configured.
    pub base_url: String,
    /// The key, where one is known.
    pub key: Option<String>,
    /// Whether `authorization: Bearer` goes beside the dialect's own key header.
    pub bearer_too: bool,
    /// Further headers, configured by the user.
    pub headers: Vec<(String, String)>,
}

impl Candidate {
    /// `provider/model`, as users write it.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}/{}", self.provider, self.model)
    }

    /// The headers of a request to it.
    #[must_use]
    pub fn request_headers(&self, stream: bool) -> Vec<(String, String)> {
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("accept".to_owned(), if stream { "text/event-stream" } else { "application/json" }.to_owned()),
            ("accept-encoding".to_owned(), "identity".to_owned()),
        ];
        let mut own = self.dialect.headers(self.key.as_deref());
        if let (true, Some(key)) = (self.bearer_too, &self.key) {
            own.push(("authorization".to_owned(), format!("Bearer {key}")));
        }
        own.extend(self.headers.iter().cloned());
        for (name, value) in own {
            headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
            headers.push((name, value));
        }
        headers
    }
}
