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
judged=
while read -r space first rest; do
  if [ -z "$first" ]; then judged="$judged $space"; continue; fi
  "${arena[@]}" play "$space" --a "house:$first" --b "house:${rest##* }" --games 2 --seed 7 --out "$work/matches" >/dev/null || fail "browser: arena play $space failed"
done < <("${arena[@]}" spaces --plain)
"${arena[@]}" play code-duel --a "cmd:node clients/browser/deep.mjs 0" --b "cmd:node clients/browser/deep.mjs 3" --games 8 --seed 9 --out "$work/deep" >/dev/null || fail "browser: arena play of deep answers failed"
for match in "$work"/deep/*.json; do mv "$match" "$work/matches/deep-${match##*/}"; done
ARENA_KERNEL="$kernel/wwwroot" ARENA_TRANSCRIPTS="$work/matches" ARENA_JUDGED="$judged" node --test clients/browser/kernel.test.mjs 2>&1 | tee "$work/out"
status=${PIPESTATUS[0]}
awk '/^[#ℹ] pass [0-9]+$/ {p=$3} /^[#ℹ] fail [0-9]+$/ {f=$3} END { if (p == "") exit 1; printf "%d passed, %d failed\n", p, f }' "$work/out" || echo "0 passed, 1 failed"
exit "$status"
