//! What the config says of the log.

use serde_json::Value;

use super::Level;

/// The part `logging` of a config, as far as this gateway follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// A file of its own (`logging.file`), as written.
    pub file: Option<String>,
    /// The least level of the file (`logging.level`); `None`: nothing is written.
    pub level: Option<Level>,
    /// The least level of the console (`logging.consoleLevel`); `None`: nothing is shown.
    pub console_level: Option<Level>,
    /// The size at which a file is set aside, in bytes (`logging.maxFileBytes`).
    pub max_file_bytes: Option<u64>,
}

impl Choices {
    /// Reads the part of a config. What is not understood counts as not written.
    #[must_use]
    pub fn read(config: &Value) -> Self {
        let logging = &config["logging"];
        let level = |key: &str| logging[key].as_str().and_then(Level::floor).unwrap_or(Some(Level::Info));
        let file = logging["file"].as_str().map(str::trim).filter(|file| !file.is_empty());
        Self {
            file: file.map(str::to_owned),
            level: level("level"),
            console_level: level("consoleLevel"),
            max_file_bytes: logging["maxFileBytes"].as_u64().filter(|bytes| *bytes > 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_said_or_not_understood_is_as_usual() {
        let usual = Choices::read(&json!({"logging": {"level": "loud", "file": " ", "maxFileBytes": 0}}));
        assert_eq!(usual, Choices::read(&Value::Null));
        assert_eq!((usual.level, usual.console_level), (Some(Level::Info), Some(Level::Info)));
        let chosen =
            Choices::read(&json!({"logging": {"level": "trace", "consoleLevel": "silent", "file": "/l"}}));
        assert_eq!((chosen.level, chosen.console_level), (Some(Level::Debug), None));
        assert_eq!(chosen.file.as_deref(), Some("/l"));
    }
}
