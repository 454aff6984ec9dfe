#!/usr/bin/env bash
# Time from ./run.sh (warm build) to the first finished match, and resident memory of site, trainer and chain.
# Prints a table, then JSON lines (cases platform/first-match, platform/memory-*).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
port=${ARENA_BENCH_PORT:-5190}
data=$(mktemp -d)
trap 'kill -TERM "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -rf "$data" "$data.log"' EXIT

./run.sh --help >/dev/null
start=$(date +%s%N)
./run.sh --port "$port" --data "$data" >"$data.log" 2>&1 &
pid=$!
node - "$port" <<'JS' || { cat "$data.log" >&2; exit 1; }
const base = `http://localhost:${process.argv[2]}/api/v1/matches?status=closed`;
const until = Date.now() + 180_000;
while (Date.now() < until) {
  try {
    const body = await (await fetch(base)).json();
    if (body.matches.length > 0) process.exit(0);
  } catch { /* not up yet */ }
  await new Promise(r => setTimeout(r, 50));
}
console.error('no match finished within three minutes');
process.exit(1);
JS
end=$(date +%s%N)
seconds=$(awk "BEGIN { printf \"%.2f\", ($end - $start) / 1e9 }")

# Resident memory half a minute later, when caches are warm and matches are running.
sleep 30
tree() { local p; echo "$1"; for p in $(pgrep -P "$1"); do tree "$p"; done; }
mb() { [ -n "$1" ] && ps -o rss= -p "$1" | awk '{ printf "%.0f", $1 / 1024 }'; }
site= trainer= chain=
for p in $(tree "$pid"); do
  case $(tr '\0' ' ' <"/proc/$p/cmdline" 2>/dev/null) in
    /bin/sh*|bash*) ;;
    *Arena.Web.dll*) site=$p ;;
    *Arena.Trainer*) trainer=$p ;;
    *anvil*) chain=$p ;;
  esac
done
row() { printf '%-16s %10s %s\n' "$1" "$2" "$3"; }
line() { printf '{"bench":"platform","case":"%s","value":%s,"unit":"%s","ceiling":null,"ratio":null,"n":1}\n' "$@"; }
row first-match "$seconds" s
for part in site trainer chain; do row "memory-$part" "$(mb "${!part}" || echo -)" MB; done
line first-match "$seconds" s
for part in site trainer chain; do [ -n "${!part}" ] && line "memory-$part" "$(mb "${!part}")" MB; done
exit 0
