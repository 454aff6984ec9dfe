#!/usr/bin/env bash
# Publishes the kernel for the browser, plays a match of every space natively, replays all of them as WebAssembly in node.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$1" >&2; echo "0 passed, 1 failed"; exit 1; }

source scripts/setup.sh
kernel=clients/browser/bin/kernel
publish_kernel "$kernel" || fail "browser: the kernel does not build for WebAssembly"
arena=(dotnet Arena.Client/bin/Release/net10.0/arena.dll)
while read -r space first rest; do
  "${arena[@]}" play "$space" --a "house:$first" --b "house:${rest##* }" --games 2 --seed 7 --out "$work/matches" >/dev/null || fail "browser: arena play $space failed"
done < <("${arena[@]}" spaces --plain)
# more NAME OPTIONS...: a match beside those above, under a name of its own.
more() {
  local name=$1; shift
  "${arena[@]}" play "$@" --seed 9 --out "$work/more" >/dev/null || fail "browser: arena play $* failed"
  for match in "$work"/more/*.json; do mv "$match" "$work/matches/$name-${match##*/}"; done
}
more three liars-dice --a house:random --seats 3 --games 1
more four liars-dice --a house:random --seats 4 --games 1
more four countdown --a house:random-100 --seats 4 --games 1
more stakes holdem --a house:random --blinds 5/10 --stack 300 --hands 4 --games 1
more deep code-duel --a "cmd:node clients/browser/deep.mjs 0" --b "cmd:node clients/browser/deep.mjs 3" --games 8
ARENA_KERNEL="$kernel/wwwroot" ARENA_TRANSCRIPTS="$work/matches" node --test clients/browser/kernel.test.mjs 2>&1 | tee "$work/out"
status=${PIPESTATUS[0]}
awk '/^[#ℹ] pass [0-9]+$/ {p=$3} /^[#ℹ] fail [0-9]+$/ {f=$3} END { if (p == "") exit 1; printf "%d passed, %d failed\n", p, f }' "$work/out" || echo "0 passed, 1 failed"
exit "$status"
