//! Limits and money: rate limits, quotas, budgets.

pub(super) mod bedrock_throttle;
pub(super) mod billing;
pub(super) mod context_overflow;
pub(super) mod google_quotaresetdelay;
pub(super) mod google_retryinfo;
pub(super) mod quota_words;
pub(super) mod rate_limit_bare;
pub(super) mod rate_limit_date;
pub(super) mod rate_limit_hours;
pub(super) mod rate_limit_in_stream;
pub(super) mod rate_limit_retry_after;
pub(super) mod reset_in_prose;
pub(super) mod silent_truncate;
pub(super) mod usage_lies;
