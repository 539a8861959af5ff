//! Live progress on a terminal.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::io::runner::{Progress, Step};
use crate::verdict::Verdict;

/// Progress as one line that goes away at the end: the report names what failed.
pub(super) struct Live {
    bar: ProgressBar,
    failed: AtomicU32,
}

impl Live {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{spinner} {pos}/{len} cases  {elapsed}  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar, failed: AtomicU32::new(0) }
    }
}

impl Progress for Live {
    fn step(&self, step: Step<'_>) {
        match step {
            Step::Begin { cases } => self.bar.set_length(cases as u64),
            Step::Ended { case } => {
                self.bar.inc(1);
                if matches!(case.verdict, Verdict::Fail | Verdict::Error) {
                    let failed = self.failed.fetch_add(1, Ordering::Relaxed) + 1;
                    self.bar.set_message(format!("{failed} failed"));
                }
            }
            Step::End => self.bar.finish_and_clear(),
        }
    }
}

/// A run that is interrupted never tells its end.
impl Drop for Live {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The width to print in: that of the terminal, from 80 to 200 columns.
pub(super) fn width() -> usize {
    let columns = terminal_size::terminal_size().map_or(100, |(columns, _)| usize::from(columns.0));
    columns.clamp(80, 200)
}
