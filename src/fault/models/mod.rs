//! Keys, regions and model ids.

pub(super) mod dated_snapshot;
pub(super) mod key_echoed;
pub(super) mod model_not_found;
pub(super) mod only_model;
pub(super) mod region_blocked;
pub(super) mod served_model;
pub(super) mod unauthorized;
