//! Where a caller is: on this machine or not, in a browser or not, at which address.
//!
//! Unlike the original, a `Host` that names another machine makes a loopback caller remote: it came
//! through a proxy, or a web page let its own name point here.

use core::net::{IpAddr, Ipv6Addr};

use super::handshake::Upgrade;
use super::settings::{ControlUi, Settings};

/// The headers by which proxies tell of themselves.
pub const PROXY_HEADERS: [&str; 5] =
    ["forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip"];

/// The most hops of `X-Forwarded-For` that are read, from the last.
const HOPS_MAX: usize = 32;

/// Whether a caller is direct and local: loopback peer, no proxy headers, every `Host` local.
///
/// No `Host` at all counts as local: browsers and HTTP/1.1 proxies always send one, and who writes
/// the upgrade by hand could as well write `localhost`.
#[must_use]
pub fn is_local(upgrade: &Upgrade) -> bool {
    let mut hosts = upgrade.headers.iter().filter(|(name, _)| name == "host");
    is_loopback_peer(upgrade) && !has_proxy_headers(upgrade) && hosts.all(|(_, host)| is_local_host(host))
}

/// Whether the peer of the socket is this machine.
#[must_use]
pub fn is_loopback_peer(upgrade: &Upgrade) -> bool {
    address(&upgrade.peer_ip).is_some_and(|ip| ip.is_loopback())
}

/// Whether a proxy has told of itself.
#[must_use]
pub fn has_proxy_headers(upgrade: &Upgrade) -> bool {
    upgrade.headers.iter().any(|(name, value)| PROXY_HEADERS.contains(&name.as_str()) && !value.is_empty())
}

/// Whether a `Host` value names this machine by loopback: `localhost`, `*.localhost`, 127.0.0.0/8,
/// `::1` and its mapped forms, with or without a port. Private addresses and other names do not.
#[must_use]
pub fn is_local_host(host: &str) -> bool {
    let name = host_name(host);
    let plain = name.trim_end_matches('.');
    plain == "localhost"
        || plain.strip_suffix(".localhost").is_some_and(|label| !label.is_empty())
        || address(&name).is_some_and(|ip| ip.is_loopback())
}

/// Whether a `Host` value is a loopback or private address, or `localhost`.
#[must_use]
pub fn is_private_host(host: &str) -> bool {
    is_local_host(host) || address(&host_name(host)).is_some_and(is_private)
}

/// The name in a `Host` value: no port, no brackets, lower case; empty where it is no `Host` value.
fn host_name(host: &str) -> String {
    let host = host.trim().to_ascii_lowercase();
    if host.parse::<Ipv6Addr>().is_ok() {
        return host;
    }
    split_authority(&host).map(|(name, _)| name.to_owned()).unwrap_or_default()
}

/// An address; IPv4 in IPv6 form is IPv4.
#[must_use]
pub fn address(text: &str) -> Option<IpAddr> {
    text.trim().parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

/// Whether an address is loopback, private, link-local or shared by a carrier.
#[must_use]
pub fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// The address of a caller: the peer's, or behind a trusted proxy the last hop that is none.
/// `None` where it cannot be told.
#[must_use]
pub fn client_ip(upgrade: &Upgrade, settings: &Settings) -> Option<IpAddr> {
    let peer = address(&upgrade.peer_ip)?;
    if !is_listed(peer, &settings.trusted_proxies) || is_local(upgrade) {
        return Some(peer);
    }
    // A proxy may add a line of its own instead of going on with the caller's: all lines count.
    let lines = upgrade.headers.iter().rev().filter(|(name, _)| name == "x-forwarded-for");
    let hops = lines.flat_map(|(_, line)| line.rsplit(',')).take(HOPS_MAX);
    hops.filter_map(hop).find(|hop| !hop.is_loopback() && !is_listed(*hop, &settings.trusted_proxies))
}

/// A hop of `X-Forwarded-For`: an address, perhaps with a port.
fn hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Some((inside, _)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address(inside);
    }
    address(text).or_else(|| address(text.split_once(':')?.0))
}

/// Whether an address is in a list of addresses and networks (`10.0.0.0/8`).
#[must_use]
pub fn is_listed(ip: IpAddr, list: &[String]) -> bool {
    list.iter().any(|entry| match entry.split_once('/') {
        None => address(entry) == Some(ip),
        Some((net, bits)) => {
            address(net).zip(bits.trim().parse().ok()).is_some_and(|(net, bits)| within(ip, net, bits))
        }
    })
}

/// Whether an address is in a network of so many leading bits.
fn within(ip: IpAddr, net: IpAddr, bits: u32) -> bool {
    let differ = |left: u128, right: u128, width: u32| {
        bits <= width && (left ^ right).checked_shr(width - bits).unwrap_or(0) == 0
    };
    match (ip, net) {
        (IpAddr::V4(ip), IpAddr::V4(net)) => differ(ip.to_bits().into(), net.to_bits().into(), 32),
        (IpAddr::V6(ip), IpAddr::V6(net)) => differ(ip.to_bits(), net.to_bits(), 128),
        _ => false,
    }
}

/// The address to show and to keep, unless the caller is local or somebody may have made it up.
#[must_use]
pub fn remote_ip(upgrade: &Upgrade, settings: &Settings) -> Option<String> {
    let is_proxy = address(&upgrade.peer_ip).is_some_and(|peer| is_listed(peer, &settings.trusted_proxies));
    if is_local(upgrade) || (has_proxy_headers(upgrade) && !is_proxy) {
        return None;
    }
    client_ip(upgrade, settings).filter(|ip| !ip.is_loopback()).map(|ip| ip.to_string())
}

/// A browser's origin, in its one form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `scheme://host[:port]`, lower case, without the scheme's own port.
    pub origin: String,
    /// `host[:port]`.
    pub host: String,
    /// The host without port and brackets.
    pub name: String,
}

impl Origin {
    /// Whether the page comes from this machine. `app.localhost` is another page than ours.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.name.trim_end_matches('.') == "localhost"
            || address(&self.name).is_some_and(|ip| ip.is_loopback())
    }
}

/// Reads an `Origin` header. `null`, blanks and what is no origin give `None`.
#[must_use]
pub fn parse_origin(text: &str) -> Option<Origin> {
    let text = text.trim().to_ascii_lowercase();
    let (scheme, rest) = text.split_once("://")?;
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(is_scheme) {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, port) = split_authority(authority)?;
    let port = port.filter(|port| !matches!((scheme, *port), ("http" | "ws", 80) | ("https" | "wss", 443)));
    let bare = if name.contains(':') { format!("[{name}]") } else { name.to_owned() };
    let host = port.map_or_else(|| bare.clone(), |port| format!("{bare}:{port}"));
    Some(Origin { origin: format!("{scheme}://{host}"), host, name: name.to_owned() })
}

/// A name and a port, where both can be.
fn split_authority(authority: &str) -> Option<(&str, Option<u16>)> {
    let (name, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (inside, port) = rest.split_once(']')?;
            inside.parse::<Ipv6Addr>().ok()?;
            (inside, port)
        }
        None => {
            let end = authority.find(':').unwrap_or(authority.len());
            let (name, port) = authority.split_at(end);
            let is_name = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
            (!name.is_empty() && name.chars().all(is_name)).then_some((name, port))?
        }
    };
    match port.strip_prefix(':') {
        None => port.is_empty().then_some((name, None)),
        Some("") => Some((name, None)),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some((name, Some(digits.parse().ok()?)))
        }
        Some(_) => None,
    }
}

/// Why an origin may not connect; the words of `details.reason`.
pub const ORIGIN_INVALID: &str = "origin missing or invalid";
/// Why an origin may not connect; the words of `details.reason`.
pub const ORIGIN_FOREIGN: &str = "origin not allowed";

/// Holds an origin against the config: listed, equal to the `Host` (if switched on), or loopback
/// with a local caller.
///
/// # Errors
/// The reason, as `details.reason` has it.
pub fn check_origin(upgrade: &Upgrade, control_ui: &ControlUi) -> Result<(), &'static str> {
    let origin = upgrade.header("origin").and_then(parse_origin).ok_or(ORIGIN_INVALID)?;
    let listed = |entry: &String| {
        let entry = entry.trim().to_ascii_lowercase();
        entry == "*" || parse_origin(&entry).is_some_and(|entry| entry.origin == origin.origin)
    };
    let same_host = || {
        let host = upgrade.header("host").unwrap_or_default().trim().to_ascii_lowercase();
        control_ui.host_header_fallback && !host.is_empty() && host == origin.host
    };
    let is_own = || origin.is_loopback() && is_local(upgrade);
    if control_ui.allowed_origins.iter().any(listed) || same_host() || is_own() {
        Ok(())
    } else {
        Err(ORIGIN_FOREIGN)
    }
}
