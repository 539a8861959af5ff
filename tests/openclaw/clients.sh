#!/usr/bin/env bash
# Tries our own client commands against the real OpenClaw gateway: bash tests/openclaw/clients.sh
#
# Needs OpenClaw 2026.4.12: PROVOKE_OPENCLAW (or OPENCLAW) names its command line, else `openclaw`
# on the PATH is taken. PROVOKE names our binary, else it is built. Each check prints a line; the
# last part is `devices approve --device` under the loop, ten times each way.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cli=${PROVOKE_OPENCLAW:-${OPENCLAW:-$(command -v openclaw || true)}}
if [ -z "$cli" ] || ! version=$("$cli" --version 2>&1); then
  echo 'skipped: OpenClaw is not installed: put `openclaw` on the PATH, or name it by PROVOKE_OPENCLAW'
  exit 0
fi
echo "subject: $version"
if [ -z "${PROVOKE:-}" ]; then
  cargo build --quiet
  PROVOKE=${CARGO_TARGET_DIR:-target}/debug/provoke
fi
provoke=$(realpath "$PROVOKE")

dir=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
token=example-gateway-token-$port
cat > "$dir/openclaw.json" <<J
{"gateway":{"mode":"local","port":$port,"bind":"loopback","auth":{"mode":"token","token":"$token"}},
 "discovery":{"mdns":{"mode":"off"}},"update":{"checkOnStart":false}}
J
run() { # in a subshell of its own, so that $! is the program itself
  exec env -i PATH="$PATH" HOME="$dir" TMPDIR="$dir" NO_COLOR=1 \
    OPENCLAW_STATE_DIR="$dir/state" OPENCLAW_CONFIG_PATH="$dir/openclaw.json" "$@"
}
set -m # the gateway and its child are a process group of their own
(run "$cli" gateway --port "$port" --allow-unconfigured) > "$dir/gateway.log" 2>&1 < /dev/null &
gateway=$!
set +m
trap 'kill -- -$gateway 2> /dev/null || true; wait "$gateway" 2> /dev/null || true; rm -rf "$dir"' EXIT
for _ in $(seq 240); do
  if curl -fs "http://127.0.0.1:$port/health" > /dev/null; then break; fi
  sleep 0.5
done
curl -fs "http://127.0.0.1:$port/health" > /dev/null || { echo "the gateway did not come up"; cat "$dir/gateway.log"; exit 1; }

failed=0
# check NAME EXIT WORDS ARGS…: our command must exit so and say the words, and never the token.
check() {
  local name=$1 code=$2 words=$3 said got=0
  shift 3
  said=$(run timeout 60 "$provoke" "$@" 2>&1) || got=$?
  if [ "$got" != "$code" ] || [[ "$said" != *"$words"* ]] || [[ "$said" == *"$token"* ]]; then
    echo "FAIL  $name: exit $got, wanted $code and: $words"
    echo "${said//$token/<token>}" | sed 's/^/      /'
    failed=$((failed + 1))
  else
    echo "ok    $name"
  fi
}

check 'devices list' 0 'Paired (1)' devices list
check 'devices list, all six' 0 'operator.talk.secrets' devices list
check 'devices list --json' 0 '"pending": []' devices list --json
check 'gateway status' 0 'RPC probe: ok' gateway status
check 'gateway status, listening' 0 "Listening: 127.0.0.1:$port" gateway status
check 'gateway status --require-rpc' 0 'RPC probe: ok' gateway status --require-rpc
check 'gateway probe' 0 'Reachable: yes' gateway probe
check 'gateway probe, rpc' 0 '· RPC: ok' gateway probe
check 'gateway probe, itself' 0 'app 2026.4.12' gateway probe
check 'gateway health' 0 'OK (' gateway health
check 'health' 0 'Gateway Health' health
check 'health --json' 0 '"ok": true' health --json
check 'status' 0 'auth token' status
check 'status --json' 0 '"reachable": true' status --json
check 'logs' 0 'Log file: ' logs --limit 20
check 'logs --json' 0 '{"type":"meta"' logs --json --limit 20
check 'gateway call health' 0 'Gateway call: health' gateway call health
check 'gateway call status --json' 0 '"runtimeVersion"' gateway call status --json
check 'gateway call config.get' 0 '__OPENCLAW_REDACTED__' gateway call config.get --json
check 'gateway call, unknown' 1 'Gateway call failed: GatewayClientRequestError: unknown method: no.such.method' \
  gateway call no.such.method
check 'gateway call, bad parameters' 1 'invalid logs.tail params: at /limit: must be integer' \
  gateway call logs.tail --params '{"limit":"x"}'
check 'devices approve, nothing there' 1 'No pending device pairing requests to approve' devices approve
check 'devices approve, stale' 1 'unknown requestId' devices approve nope
check 'devices reject, stale' 1 'unknown requestId' devices reject nope
check 'devices remove, unknown' 1 'unknown deviceId' devices remove nope
check 'devices rotate, denied' 1 'device token rotation denied' devices rotate --device nope --role operator
check 'devices clear without --yes' 1 'Refusing to clear pairing table without --yes' devices clear
id=$(run "$provoke" devices list --json | sed -n 's/.*"deviceId": "\(.*\)".*/\1/p' | head -1)
check 'devices rotate' 0 '"rotatedAtMs"' devices rotate --device "$id" --role operator
check 'devices list with the old token kept' 0 'Paired (1)' devices list
check 'devices revoke' 0 '"revokedAtMs"' devices revoke --device "$id" --role operator
check 'devices remove' 0 "Removed $id" devices remove "$id"
check 'devices list after removal' 0 'Paired (1)' devices list
check 'devices clear' 0 'Cleared 1 paired device' devices clear --yes --pending
check 'wrong token' 1 'unauthorized: gateway token mismatch' devices list --token not-the-token
check '--url without credentials' 1 'gateway url override requires explicit credentials' \
  devices list --url "ws://127.0.0.1:$port"
check '--url with them' 0 'Paired (1)' devices list --url "ws://127.0.0.1:$port" --token "$token"
check 'nobody asks' 1 'asked for nothing' devices approve --device 0123456789abcdef --timeout 500
check 'config get' 0 '__OPENCLAW_REDACTED__' config get gateway.auth.token

echo 'approve --device under the loop:'
PROVOKE_OPENCLAW=$cli cargo test --quiet --test it -- --nocapture gateway::live || failed=$((failed + 1))
if [ "$failed" != 0 ]; then
  echo "$failed failed"
  exit 1
fi
