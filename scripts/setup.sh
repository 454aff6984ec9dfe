# Sourced by run.sh, test.sh and bench.sh: what each of them must have, and how it is got.

say() { printf '\033[2m· %s\033[0m\n' "$*"; }

need_dotnet() {
  if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep -q '^10\.'; then
    echo "Arena needs the .NET 10 SDK (https://dotnet.microsoft.com/download); 'dotnet --list-sdks' shows none." >&2
    exit 1
  fi
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
}

need_node() {
  if ! command -v node >/dev/null || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
    echo "Arena needs Node.js 20 or newer (https://nodejs.org); 'node --version' says: $(node --version 2>/dev/null || echo none)." >&2
    exit 1
  fi
}

# npm_ci FOLDER: the packages of its lock file, only when the lock has changed since the last time.
npm_ci() {
  [ -f "$1/package-lock.json" ] || return 0
  local stamp="$1/node_modules/.arena-lock"
  if ! cmp -s "$1/package-lock.json" "$stamp"; then
    say "npm packages of $1"
    (cd "$1" && npm ci --no-fund --no-audit --loglevel=error)
    mkdir -p "$1/node_modules" && cp "$1/package-lock.json" "$stamp"
  fi
}

# need_debian COMMAND PACKAGE...: installs Debian packages when COMMAND is not there.
need_debian() {
  local command=$1; shift
  command -v "$command" >/dev/null && return 0
  local sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  if ! command -v apt-get >/dev/null; then
    echo "Please install $command (on Debian: $*), then run this again." >&2
    exit 1
  fi
  say "Installing $*"
  $sudo apt-get update -qq >/dev/null
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# build_if_changed PROJECT FOLDER...: builds only when a file of these folders is newer than the last build.
build_if_changed() {
  local project=$1; shift
  local stamp; stamp="$(dirname "$project")/bin/.built"
  if [ -f "$stamp" ] && [ -z "$(find "$@" Directory.*.props global.json \( -name bin -o -name obj -o -name node_modules -o -name lib \) -prune -o -type f -newer "$stamp" -print -quit)" ]; then
    return 0
  fi
  say "Building $(basename "$project" .csproj) (the first time takes a few minutes)"
  local started; started=$(mktemp)
  build_release "$project"
  mkdir -p "$(dirname "$stamp")" && touch -r "$started" "$stamp"
  rm -f "$started"
}

# publish_kernel FOLDER: the rules kernel as WebAssembly, only when its sources have changed since the last time.
publish_kernel() {
  local stamp="$1/.built"
  if [ -f "$stamp" ] && [ -z "$(find Arena.Rules clients/browser Directory.*.props global.json \( -name bin -o -name obj \) -prune -o -type f -newer "$stamp" -print -quit)" ]; then
    return 0
  fi
  local started; started=$(mktemp)
  dotnet publish clients/browser/Arena.Browser.csproj -c Release --nologo -v quiet -o "$1" && touch -r "$started" "$stamp"
  rm -f "$started"
}

# build_release PROJECT: quiet, with the whole output kept for a failure.
build_release() {
  local out; out=$(mktemp)
  if ! dotnet build "$1" -c Release --nologo -v minimal >"$out" 2>&1; then
    grep -E 'error|warn' "$out" | sort -u | head -n 40 >&2 || tail -n 40 "$out" >&2
    echo "The build of $1 failed (whole output: $out)." >&2
    exit 1
  fi
  rm -f "$out"
}
