//! How often properties are tried, for all tests: `PROPTEST_CASES=25600` tries each a hundred times as
//! often. The seed is fixed in `.cargo/config.toml`, so that a test fails for whoever broke it; the slow
//! lane draws another one every time.

use proptest::test_runner::Config;

/// The usual number of cases that the numbers in the tests go by: proptest's own default.
const USUAL: u32 = 256;

/// A property that is tried so often. Nothing is written when it fails: the printed input is enough.
pub(crate) fn tries(cases: u32) -> Config {
    let usual = Config::default();
    let cases = u64::from(cases) * u64::from(usual.cases) / u64::from(USUAL);
    Config { cases: u32::try_from(cases).unwrap_or(u32::MAX).max(1), failure_persistence: None, ..usual }
}
