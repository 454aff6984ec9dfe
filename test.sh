#!/usr/bin/env bash
# Sets up what the tests need and runs all of them; the last line is 'N passed, N failed, N skipped'.
# --full adds the long ones. Every part runs even when one before it fails.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

for argument in "$@"; do
  case $argument in
    --full) export ARENA_FULL=1 ;;
    *) echo "test.sh: unknown option $argument (there is --full)" >&2; exit 2 ;;
  esac
done

source scripts/setup.sh
need_dotnet
need_node
need_debian chromium chromium fonts-dejavu-core
need_debian python3 python3-minimal
npm_ci Arena.Web || exit 1
npm_ci contracts || exit 1
npm_ci Arena.Tests/Trainer/Serving/openai-npm || exit 1
npm_ci Arena.Tests/Engine/Preferences/hyparquet || exit 1

passed=0 failed=0 skipped=0
# count OUTPUT NAME STATUS: adds 'N passed, N failed(, N skipped)' of a part; a part that printed none failed once.
count() {
  local line; line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$1" | tail -n 1)
  if [ -n "$line" ]; then
    passed=$((passed + $(grep -oE '[0-9]+ passed' <<<"$line" | grep -oE '[0-9]+')))
    failed=$((failed + $(grep -oE '[0-9]+ failed' <<<"$line" | grep -oE '[0-9]+')))
    skipped=$((skipped + $(grep -oE '[0-9]+ skipped' <<<"$line" | grep -oE '[0-9]+' || echo 0)))
    [ "$3" = 0 ] || grep -qE '[1-9][0-9]* failed' <<<"$line" || failed=$((failed + 1))
  else
    failed=$((failed + 1))
    echo "$2: no result (status $3)" >&2
  fi
}

# part NAME COMMAND...: runs it, keeps its output under artifacts/, counts it.
part() {
  local name=$1; shift
  local out=artifacts/$name.log status=0
  mkdir -p artifacts
  say "$name"
  "$@" 2>&1 | tee "$out"
  status=${PIPESTATUS[0]}
  count "$out" "$name" "$status"
}

format() {
  if dotnet format Arena.sln --verify-no-changes --no-restore; then echo "1 passed, 0 failed"; else echo "0 passed, 1 failed"; return 1; fi
}

# The test runner's own summary ('total: failed: succeeded: skipped:') as one line that adds up.
dotnet_tests() {
  local out=artifacts/dotnet-raw.log status=0
  Arena.Tests/bin/Release/net10.0/linux-x64/Arena.Tests --no-ansi 2>&1 | tee "$out"
  status=${PIPESTATUS[0]}
  awk '/^ *failed: [0-9]+$/ {f=$2} /^ *succeeded: [0-9]+$/ {p=$2} /^ *skipped: [0-9]+$/ {s=$2}
       END { if (p == "") exit 1; printf "%d passed, %d failed, %d skipped\n", p, f, s }' "$out" || return 1
  return "$status"
}

say "Building"
restore=(); [ "${CI:-}" = true ] && restore=(--locked-mode)
{ dotnet restore Arena.sln "${restore[@]}" --nologo -v quiet && dotnet restore clients/browser/Arena.Browser.csproj "${restore[@]}" --nologo -v quiet; } || { echo "0 passed, 1 failed"; exit 1; }
build_release Arena.sln || { echo "0 passed, 1 failed"; exit 1; }
# The browser modules' pure parts, by node's own test runner.
viewer_tests() {
  local out=artifacts/viewer-raw.log status=0
  node --test Arena.Tests/Viewer/ 2>&1 | tee "$out"
  status=${PIPESTATUS[0]}
  awk '/^[#ℹ] pass [0-9]+$/ {p=$3} /^[#ℹ] fail [0-9]+$/ {f=$3} END { if (p == "") exit 1; printf "%d passed, %d failed\n", p, f }' "$out" || return 1
  return "$status"
}

part format format
part viewer viewer_tests
part browser clients/browser/test.sh
part dotnet dotnet_tests
[ -x contracts/test.sh ] && part contracts contracts/test.sh

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
