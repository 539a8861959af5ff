//! Lines of a log, for people or for machines.

use serde_json::{Value, json};

use crate::cli::error::{CliError, tell};
use crate::cli::reach::Paint;
use crate::cli::run::out;
use crate::gateway::client::log_line;

/// Prints in one of three ways.
pub(super) struct Printer {
    json: bool,
    plain: bool,
    paint: Paint,
}

impl Printer {
    pub(super) fn new(json: bool, plain: bool) -> Self {
        Self { json, plain, paint: Paint::of_stdout() }
    }

    pub(super) const fn is_json(&self) -> bool {
        self.json
    }

    /// An answer to `logs.tail`; the first one says which file it is.
    pub(super) fn tail(&mut self, tail: &Value, is_first: bool) -> Result<(), CliError> {
        if is_first {
            self.file(tail["file"].as_str().unwrap_or("unknown"), &tail["cursor"], &tail["size"])?;
        } else if tail["reset"] == true {
            self.notice("Log cursor reset (file rotated).")?;
        }
        if tail["truncated"] == true && !is_first {
            self.notice("Log tail truncated (increase --max-bytes).")?;
        }
        let lines = tail["lines"].as_array().into_iter().flatten().filter_map(Value::as_str);
        lines.into_iter().try_for_each(|line| self.line(line))
    }

    /// Which file the lines are of.
    pub(super) fn file(&self, file: &str, cursor: &Value, size: &Value) -> Result<(), CliError> {
        if self.json {
            let meta = json!({"type": "meta", "file": file, "cursor": cursor, "size": size});
            return out(format!("{meta}\n").as_bytes());
        }
        out(format!("Log file: {}\n", self.paint.plain(file)).as_bytes())
    }

    /// One line.
    pub(super) fn line(&self, raw: &str) -> Result<(), CliError> {
        let read = log_line::read(raw);
        if self.json {
            let value = read.map_or_else(|| json!({"type": "raw", "raw": raw}), |line| line.to_json());
            return out(format!("{value}\n").as_bytes());
        }
        let Some(line) = read else { return out(format!("{}\n", self.paint.plain(raw)).as_bytes()) };
        let (time, level) = (line.time.unwrap_or_default(), line.level.unwrap_or_default());
        let subsystem = line.subsystem.unwrap_or_default();
        let parts = if self.plain {
            [&time, &level, &subsystem, &line.message].map(|part| self.paint.plain(part))
        } else {
            let painted = match level.as_str() {
                "error" | "fatal" => self.paint.bad(&level),
                "warn" => self.paint.warn(&level),
                _ => self.paint.plain(&level),
            };
            let (time, subsystem) = (self.paint.faint(&time), self.paint.strong(&subsystem));
            [time, painted, subsystem, self.paint.plain(&line.message)]
        };
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        out(format!("{}\n", parts.join(" ")).as_bytes())
    }

    /// Something beside the lines.
    pub(super) fn notice(&self, words: &str) -> Result<(), CliError> {
        if self.json {
            let notice = json!({"type": "notice", "message": words});
            return out(format!("{notice}\n").as_bytes());
        }
        tell(Paint::of_stderr().warn(words));
        Ok(())
    }
}
