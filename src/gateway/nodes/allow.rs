//! Which commands a node may be asked for at all, by its platform and by the config.
//!
//! Source: OpenClaw 2026.4.12. Commands that take pictures, write or send are in no list of a platform;
//! `gateway.nodes.allowCommands` adds them, `gateway.nodes.denyCommands` takes others out.

use crate::gateway::settings::NodeCommands;

const CANVAS: &[&str] = &[
    "canvas.present",
    "canvas.hide",
    "canvas.navigate",
    "canvas.eval",
    "canvas.snapshot",
    "canvas.a2ui.push",
    "canvas.a2ui.pushJSONL",
    "canvas.a2ui.reset",
];
const SENSES: &[&str] = &["camera.list", "location.get"];
const NOTIFY: &[&str] = &["system.notify"];
const PERSONAL: &[&str] = &[
    "contacts.search",
    "calendar.events",
    "reminders.list",
    "photos.latest",
    "motion.activity",
    "motion.pedometer",
];
const DEVICE: &[&str] = &["device.info", "device.status"];
const ANDROID: &[&str] =
    &["notifications.list", "notifications.actions", "device.permissions", "device.health", "callLog.search"];
const SYSTEM: &[&str] = &["system.run.prepare", "system.run", "system.which", "browser.proxy"];

/// A kind of machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Platform {
    Ios,
    Android,
    Mac,
    Windows,
    Linux,
    Unknown,
}

/// How a platform's name begins, lower case.
const BEGINNINGS: [(&str, Platform); 6] = [
    ("ios", Platform::Ios),
    ("android", Platform::Android),
    ("mac", Platform::Mac),
    ("darwin", Platform::Mac),
    ("win", Platform::Windows),
    ("linux", Platform::Linux),
];

/// What is in the name of a device family, lower case.
const FAMILIES: [(&str, Platform); 7] = [
    ("iphone", Platform::Ios),
    ("ipad", Platform::Ios),
    ("ios", Platform::Ios),
    ("android", Platform::Android),
    ("mac", Platform::Mac),
    ("windows", Platform::Windows),
    ("linux", Platform::Linux),
];

impl Platform {
    fn of(platform: &str, family: Option<&str>) -> Self {
        let platform = platform.trim().to_ascii_lowercase();
        let family = family.unwrap_or_default().trim().to_ascii_lowercase();
        let begins = BEGINNINGS.iter().find(|(start, _)| platform.starts_with(start));
        let found = begins.or_else(|| FAMILIES.iter().find(|(part, _)| family.contains(part)));
        found.map_or(Self::Unknown, |(_, platform)| *platform)
    }

    const fn commands(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Ios => &[CANVAS, SENSES, DEVICE, PERSONAL, NOTIFY],
            Self::Android => &[CANVAS, SENSES, DEVICE, PERSONAL, NOTIFY, ANDROID],
            Self::Mac => &[CANVAS, SENSES, DEVICE, PERSONAL, NOTIFY, SYSTEM],
            Self::Windows | Self::Linux => &[SYSTEM, NOTIFY],
            Self::Unknown => &[CANVAS, SENSES, NOTIFY],
        }
    }
}

impl NodeCommands {
    /// Whether a machine may be asked for a command.
    #[must_use]
    pub fn permits(&self, platform: &str, family: Option<&str>, command: &str) -> bool {
        let command = command.trim();
        let names = |list: &[String]| list.iter().any(|name| name.trim() == command);
        let usual = Platform::of(platform, family).commands().iter().copied().flatten();
        !command.is_empty()
            && !names(&self.deny)
            && (names(&self.allow) || usual.into_iter().any(|c| *c == command))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_has_its_commands_and_the_config_the_last_word() {
        let usual = NodeCommands::default();
        let cases = [
            ("linux", None, "system.run", true),
            ("linux", None, "camera.list", false),
            ("Linux 6.1", None, "browser.proxy", true),
            ("darwin", None, "canvas.eval", true),
            ("macOS 15", None, "system.run", true),
            ("iOS 18", None, "system.run", false),
            ("", Some("iPhone"), "contacts.search", true),
            ("android", None, "callLog.search", true),
            ("ios", None, "callLog.search", false),
            ("haiku", None, "canvas.hide", true),
            ("haiku", None, "device.info", false),
            ("macos", None, "camera.snap", false),
            ("macos", None, " ", false),
        ];
        for (platform, family, command, wanted) in cases {
            assert_eq!(usual.permits(platform, family, command), wanted, "{platform} {command}");
        }
        let set = NodeCommands {
            allow: vec![" camera.snap ".into(), "system.run".into()],
            deny: vec!["system.run".into()],
        };
        assert!(set.permits("linux", None, "camera.snap") && !set.permits("linux", None, "system.run"));
    }
}
