//! Where callers are, and which pages may connect.

use proptest::prelude::*;
use provoke::gateway::handshake::Upgrade;
use provoke::gateway::origin;
use serde_json::json;

use super::door::hold;
use super::stage::{settings, upgrade, values};

#[test]
fn where_a_caller_is() {
    hold("origin/local.txt", |ask| {
        let [socket, config] = &values(ask)[..] else { panic!("two values: {ask}") };
        let (upgrade, settings) = (upgrade(socket), settings(config));
        let place = if origin::is_local(&upgrade) { "local" } else { "remote" };
        let ip = origin::remote_ip(&upgrade, &settings).unwrap_or_else(|| "-".to_owned());
        vec![format!("{place} {ip}")]
    });
}

#[test]
fn which_pages_may_connect() {
    hold("origin/pages.txt", |ask| {
        let [socket, config] = &values(ask)[..] else { panic!("two values: {ask}") };
        let checked = origin::check_origin(&upgrade(socket), &settings(config).control_ui);
        vec![checked.map_or_else(str::to_owned, |()| "ok".to_owned())]
    });
}

#[test]
fn which_hosts_are_private() {
    for (host, private) in [
        ("192.168.1.5:18789", true),
        ("10.0.0.1", true),
        ("172.16.0.1", true),
        ("172.32.0.1", false),
        ("169.254.1.1", true),
        ("100.64.0.1", true),
        ("100.128.0.1", false),
        ("[fd00::1]:80", true),
        ("[fe80::1]", true),
        ("[2001:db8::1]", false),
        ("localhost", true),
        ("8.8.8.8", false),
        ("box", false),
        ("", false),
    ] {
        assert_eq!(origin::is_private_host(host), private, "{host}");
    }
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn any_headers_are_read(
        peer in "(127\\.0\\.0\\.1|::1|192\\.0\\.2\\.1|.{0,10})",
        host in "\\PC{0,20}",
        page in "(http://)?\\PC{0,20}",
        chain in "[0-9.:, \\[\\]a-f]{0,40}",
    ) {
        let headers = [("host", host), ("origin", page.clone()), ("x-forwarded-for", chain)];
        let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let upgrade = Upgrade { peer_ip: peer, peer: String::new(), headers };
        let settings = settings(&json!({"auth": {"addresses": ["192.0.2.0/24"]}}));
        let _ = origin::remote_ip(&upgrade, &settings);
        if let Some(parsed) = origin::parse_origin(&page) {
            prop_assert_eq!(origin::parse_origin(&parsed.origin), Some(parsed));
        }
        if origin::check_origin(&upgrade, &settings.control_ui).is_ok() {
            prop_assert!(origin::is_local(&upgrade));
        }
    }
}
