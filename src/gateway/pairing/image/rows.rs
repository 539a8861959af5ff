//! The book's parts as they stand on disk: types of their own, so that a change of the book is no
//! change of a format.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::config::Secret;

use super::super::book::{Bootstrap, Device, Half, Origin, PairRequest, Profile, Token, Tombstone};
use super::super::command::{Claim, Reason};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ClaimRow {
    device_id: String,
    public_key: String,
    display_name: Option<String>,
    platform: String,
    device_family: Option<String>,
    client_id: String,
    client_mode: String,
    remote_ip: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TokenRow {
    epoch: Option<u64>,
    foreign: Option<String>,
    hash: String,
    scopes: Vec<String>,
    created_at_ms: u64,
    rotated_at_ms: Option<u64>,
    revoked_at_ms: Option<u64>,
    last_used_at_ms: Option<u64>,
}

/// A device.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DeviceRow {
    claim: ClaimRow,
    role: String,
    roles: Vec<String>,
    scopes: Vec<String>,
    tokens: BTreeMap<String, TokenRow>,
    created_at_ms: u64,
    approved_at_ms: u64,
    seen_at_ms: u64,
    extra: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ReasonRow {
    NotPaired,
    RoleUpgrade,
    ScopeUpgrade,
    MetadataUpgrade,
}

/// A request.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RequestRow {
    request_id: String,
    claim: ClaimRow,
    role: String,
    scopes: Vec<String>,
    reason: ReasonRow,
    is_repair: bool,
    created_ms: u64,
    ts_ms: u64,
    covered: bool,
    foreign: bool,
    gone_ms: Option<u64>,
    widened_ms: Option<u64>,
}

/// A tombstone.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TombstoneRow {
    at_ms: u64,
    whole: bool,
    roles: Vec<String>,
}

/// A bootstrap token.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct BootstrapRow {
    token: String,
    roles: Vec<String>,
    scopes: Vec<String>,
    redeemed_roles: Vec<String>,
    redeemed_scopes: Vec<String>,
    device_id: Option<String>,
    public_key: Option<String>,
    issued_at_ms: u64,
    ts_ms: u64,
    last_used_at_ms: Option<u64>,
}

impl From<&Claim> for ClaimRow {
    fn from(claim: &Claim) -> Self {
        let claim = claim.clone();
        Self {
            device_id: claim.device_id,
            public_key: claim.public_key,
            display_name: claim.display_name,
            platform: claim.platform,
            device_family: claim.device_family,
            client_id: claim.client_id,
            client_mode: claim.client_mode,
            remote_ip: claim.remote_ip,
        }
    }
}

impl From<ClaimRow> for Claim {
    fn from(row: ClaimRow) -> Self {
        Self {
            device_id: row.device_id,
            public_key: row.public_key,
            display_name: row.display_name,
            platform: row.platform,
            device_family: row.device_family,
            client_id: row.client_id,
            client_mode: row.client_mode,
            remote_ip: row.remote_ip,
        }
    }
}

impl From<&Token> for TokenRow {
    fn from(token: &Token) -> Self {
        let (epoch, foreign) = match &token.origin {
            Origin::Ours { epoch } => (Some(*epoch), None),
            Origin::Foreign(token) => (None, Some(token.expose().to_owned())),
        };
        Self {
            epoch,
            foreign,
            hash: token.hash.clone(),
            scopes: token.scopes.clone(),
            created_at_ms: token.created_at_ms,
            rotated_at_ms: token.rotated_at_ms,
            revoked_at_ms: token.revoked_at_ms,
            last_used_at_ms: token.last_used_at_ms,
        }
    }
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        let origin = row.foreign.map_or_else(
            || Origin::Ours { epoch: row.epoch.unwrap_or(0) },
            |t| Origin::Foreign(Secret::new(t)),
        );
        Self {
            origin,
            hash: row.hash,
            scopes: row.scopes,
            created_at_ms: row.created_at_ms,
            rotated_at_ms: row.rotated_at_ms,
            revoked_at_ms: row.revoked_at_ms,
            last_used_at_ms: row.last_used_at_ms,
        }
    }
}

impl From<&Device> for DeviceRow {
    fn from(device: &Device) -> Self {
        Self {
            claim: (&device.claim).into(),
            role: device.role.clone(),
            roles: device.roles.clone(),
            scopes: device.scopes.clone(),
            tokens: device.tokens.iter().map(|(role, token)| (role.clone(), token.into())).collect(),
            created_at_ms: device.created_at_ms,
            approved_at_ms: device.approved_at_ms,
            seen_at_ms: device.seen_at_ms,
            extra: device.extra.clone(),
        }
    }
}

impl From<DeviceRow> for Device {
    fn from(row: DeviceRow) -> Self {
        Self {
            claim: row.claim.into(),
            role: row.role,
            roles: row.roles,
            scopes: row.scopes,
            tokens: row.tokens.into_iter().map(|(role, token)| (role, token.into())).collect(),
            created_at_ms: row.created_at_ms,
            approved_at_ms: row.approved_at_ms,
            seen_at_ms: row.seen_at_ms,
            extra: row.extra,
        }
    }
}

impl From<&PairRequest> for RequestRow {
    fn from(ask: &PairRequest) -> Self {
        Self {
            request_id: ask.request_id.clone(),
            claim: (&ask.claim).into(),
            role: ask.role.clone(),
            scopes: ask.scopes.clone(),
            reason: match ask.reason {
                Reason::NotPaired => ReasonRow::NotPaired,
                Reason::RoleUpgrade => ReasonRow::RoleUpgrade,
                Reason::ScopeUpgrade => ReasonRow::ScopeUpgrade,
                Reason::MetadataUpgrade => ReasonRow::MetadataUpgrade,
            },
            is_repair: ask.is_repair,
            created_ms: ask.created_ms,
            ts_ms: ask.ts_ms,
            covered: ask.covered,
            foreign: ask.foreign,
            gone_ms: ask.half.gone_ms,
            widened_ms: ask.half.widened_ms,
        }
    }
}

impl From<RequestRow> for PairRequest {
    fn from(row: RequestRow) -> Self {
        Self {
            request_id: row.request_id,
            claim: row.claim.into(),
            role: row.role,
            scopes: row.scopes,
            reason: match row.reason {
                ReasonRow::NotPaired => Reason::NotPaired,
                ReasonRow::RoleUpgrade => Reason::RoleUpgrade,
                ReasonRow::ScopeUpgrade => Reason::ScopeUpgrade,
                ReasonRow::MetadataUpgrade => Reason::MetadataUpgrade,
            },
            is_repair: row.is_repair,
            created_ms: row.created_ms,
            ts_ms: row.ts_ms,
            covered: row.covered,
            foreign: row.foreign,
            half: Half { gone_ms: row.gone_ms, widened_ms: row.widened_ms },
        }
    }
}

impl From<&Tombstone> for TombstoneRow {
    fn from(tombstone: &Tombstone) -> Self {
        Self { at_ms: tombstone.at_ms, whole: tombstone.whole, roles: tombstone.roles.clone() }
    }
}

impl From<TombstoneRow> for Tombstone {
    fn from(row: TombstoneRow) -> Self {
        Self { at_ms: row.at_ms, whole: row.whole, roles: row.roles }
    }
}

impl From<&Bootstrap> for BootstrapRow {
    fn from(known: &Bootstrap) -> Self {
        let known = known.clone();
        Self {
            token: known.token.expose().to_owned(),
            roles: known.profile.roles,
            scopes: known.profile.scopes,
            redeemed_roles: known.redeemed.roles,
            redeemed_scopes: known.redeemed.scopes,
            device_id: known.device_id,
            public_key: known.public_key,
            issued_at_ms: known.issued_at_ms,
            ts_ms: known.ts_ms,
            last_used_at_ms: known.last_used_at_ms,
        }
    }
}

impl From<BootstrapRow> for Bootstrap {
    fn from(row: BootstrapRow) -> Self {
        Self {
            token: Secret::new(row.token),
            profile: Profile { roles: row.roles, scopes: row.scopes },
            redeemed: Profile { roles: row.redeemed_roles, scopes: row.redeemed_scopes },
            device_id: row.device_id,
            public_key: row.public_key,
            issued_at_ms: row.issued_at_ms,
            ts_ms: row.ts_ms,
            last_used_at_ms: row.last_used_at_ms,
        }
    }
}
