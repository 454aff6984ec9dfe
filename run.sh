#!/usr/bin/env bash
# Sets up what is missing, builds, and runs Arena: site, embedded chain and trainer. Ctrl-C ends all of them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'TEXT'
./run.sh [options]
  --port N        address http://localhost:N        (default 5080)
  --data DIR      where everything is kept          (default ./data)
  --fresh         start over: delete the data folder first
  --no-chain      run without the embedded chain; settlement waits and the site says so
  --no-trainer    run without the trainer; policy agents wait and the site says so
  --no-build      run what was built before
TEXT
}

port=5080 data=./data fresh=0 chain=1 trainer=1 build=1
while [ $# -gt 0 ]; do
  case $1 in
    --port) port=${2:?--port needs a number}; shift ;;
    --data) data=${2:?--data needs a folder}; shift ;;
    --fresh) fresh=1 ;;
    --no-chain) chain=0 ;;
    --no-trainer) trainer=0 ;;
    --no-build) build=0 ;;
    -h|--help) usage; exit 0 ;;
    *) echo "run.sh: unknown option $1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done

source scripts/setup.sh
need_dotnet
need_node

mkdir -p "$data"
data=$(cd "$data" && pwd)
exec 9>"$data/.lock"
if ! flock -n 9; then
  echo "run.sh: Arena already runs on $data (use --data for a second one)." >&2
  exit 1
fi
if [ $fresh = 1 ]; then
  find "$data" -mindepth 1 -maxdepth 1 ! -name .lock -exec rm -rf {} +
fi
mkdir -p "$data/logs"

if [ $build = 1 ]; then
  npm_ci Arena.Web
  [ $chain = 1 ] && npm_ci contracts
  build_if_changed Arena.Web/Arena.Web.csproj Arena.Rules Arena.Engine Arena.Judges Arena.Chain Arena.Web migrations contracts/artifacts
  [ $trainer = 1 ] && build_if_changed Arena.Trainer/Arena.Trainer.csproj Arena.Rules Arena.Trainer
fi

kernel="$PWD/clients/browser/bin/kernel"
export Kernel__Folder="$kernel/wwwroot"
export ASPNETCORE_ENVIRONMENT=${ASPNETCORE_ENVIRONMENT:-Production}
export ASPNETCORE_URLS="http://localhost:$port"
export Arena__DataFolder="$data"
export Arena__Chain__Enabled=$([ $chain = 1 ] && echo true || echo false)
export Trainer__Enabled=$([ $trainer = 1 ] && echo true || echo false)

log="$data/logs/site.log"
say "Starting"
dotnet Arena.Web/bin/Release/net10.0/Arena.Web.dll >>"$log" 2>&1 9>&- &
site=$!
stop() {
  trap '' INT TERM
  [ -z "${publishing:-}" ] || pkill -TERM -P "$publishing" 2>/dev/null || true
  kill -TERM "$site" 2>/dev/null || true
  wait "$site" 2>/dev/null || true
  exit 0
}
trap stop INT TERM

until node scripts/ready.mjs "http://localhost:$port/health/ready" 2>/dev/null; do
  if ! kill -0 "$site" 2>/dev/null; then
    echo "run.sh: the site stopped while starting. The end of $log:" >&2
    tail -n 20 "$log" >&2
    exit 1
  fi
done

echo "Arena is up: http://localhost:$port  (sign in as $(paste -sd' ' "$data/demo-owner.txt" 2>/dev/null || echo 'see the log'))"
# The rules for visitors' browsers are made while the site runs already; until then pages don't offer them.
if [ $build = 1 ]; then publish_kernel "$kernel" >>"$log" 2>&1 9>&- & publishing=$!; fi
status=0
wait "$site" || status=$?
if [ $status != 0 ]; then
  echo "run.sh: the site ended with status $status. The end of $log:" >&2
  tail -n 20 "$log" >&2
fi
exit $status
