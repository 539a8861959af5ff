//! Notices when a file changes, by looking once a second.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tokio::time::sleep;

/// From one look to the next.
const EVERY: Duration = Duration::from_secs(1);

/// A file that is watched.
#[derive(Debug)]
pub struct Watch {
    path: PathBuf,
    seen: Option<(SystemTime, u64)>,
}

impl Watch {
    /// Watches from now on.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        let seen = look(&path);
        Self { path, seen }
    }

    /// Waits until the file is another than it was.
    pub async fn changed(&mut self) {
        loop {
            sleep(EVERY).await;
            let seen = look(&self.path);
            if seen != self.seen {
                self.seen = seen;
                return;
            }
        }
    }
}

/// When it was written and how long it is; `None` where it is not there.
fn look(path: &std::path::Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
