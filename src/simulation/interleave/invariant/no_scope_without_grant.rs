//! `pairing.no-scope-without-grant`

use crate::gateway::scope;

use super::{Invariant, Scene};

/// See [`Invariant::about`].
#[derive(Debug)]
pub(super) struct NoScopeWithoutGrant;

impl Invariant for NoScopeWithoutGrant {
    fn id(&self) -> &'static str {
        "pairing.no-scope-without-grant"
    }

    fn about(&self) -> &'static str {
        "No device has a scope that nobody gave it."
    }

    fn source(&self) -> &'static str {
        "R1; P05 scope-swap"
    }

    fn broken(&self, scene: &Scene<'_>) -> Option<String> {
        scene.after.0.iter().find_map(|(id, device)| {
            let granted = scene.then.granted.get(id);
            let tokens = device.tokens.values().flat_map(|token| &token.scopes);
            let mut all = device.scopes.iter().chain(tokens);
            let has = |scope: &String| {
                granted.is_some_and(|granted| granted.contains(scope) || granted.contains(scope::ADMIN))
            };
            let extra = all.find(|scope| !has(scope))?;
            Some(format!("{id} has {extra}, which nobody gave it"))
        })
    }
}
