#!/usr/bin/env bash
# Tries the stock OpenClaw command line and gateway against ours: bash tests/openclaw/run.sh
#
# Needs OpenClaw 2026.4.12: PROVOKE_OPENCLAW names its command line, else `openclaw` on the PATH is
# taken. With PROVOKE_SUBJECT=openclaw the checks run against OpenClaw's own gateway, which shows
# what they are worth; PROVOKE_ONLY=TEXT runs only the checks with TEXT in their name.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cli=${PROVOKE_OPENCLAW:-$(command -v openclaw || true)}
if [ -z "$cli" ] || ! version=$("$cli" --version 2>&1); then
  echo 'skipped: OpenClaw is not installed: put `openclaw` on the PATH, or name it by PROVOKE_OPENCLAW'
  exit 0
fi
echo "judge: $version"
export PROVOKE_OPENCLAW=$cli
cargo test --test it -- --nocapture gateway::openclaw gateway::seed gateway::live gateway::race_live
