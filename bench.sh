#!/usr/bin/env bash
# ./bench.sh lists the benchmarks; ./bench.sh NAME [--full] runs one: a table for people, then one JSON object a line.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source scripts/setup.sh
need_dotnet

list() {
  cat <<'TEXT'
./bench.sh NAME [--full]
  kernel      games a second through the rules kernel; --detail boards|cards|text: time and memory of each game by BenchmarkDotNet (short runs, --full: long ones)
  platform    recorded matches a second into SQLite, time to the first match, resident memory
  ratings     fits, intervals and online updates on two synthetic arena logs
  matchmaking matches until a ladder's order is right, by way of pairing (--full: 200 seeds, also 256 players); [--players N] [--seeds N] [--methods site,elo-nearest] [--sigma ELO] [--fit-every SECONDS] [--runs FILE: ladders kept there, so that it can be stopped and gone on with]
  judges      the panel on real verdicts with known truth, five-fold: accuracy, coverage, calibration; [--verdicts FILE] [--strategy NAME|all]
  trainer     matmul ceiling and the share of it that a training step reaches
  learning    scores before and after training by each method and against each fixed opponent, on fresh seeds; --space S --seeds N [--seed-base N] [--methods dpo,grpo,mix]
bench/README.md keeps the last honest figures.
TEXT
}

name=${1:-}; [ $# -gt 0 ] && shift
if [ "$name" = kernel ] && [ "${1:-}" = --detail ]; then
  case ${2:-} in
    boards) project=Boards ;;
    cards) project=Cards ;;
    text) project=Text ;;
    *) echo "bench.sh: kernel --detail takes boards, cards or text" >&2; exit 2 ;;
  esac
  job=(--job short); [ "${3:-}" = --full ] && job=()
  build_release "bench/$project.Bench/$project.Bench.csproj"
  exec dotnet "bench/$project.Bench/bin/Release/net10.0/$project.Bench.dll" --filter '*' "${job[@]}"
fi
case $name in
  kernel|ratings|matchmaking|judges) build_release bench/Arena.Bench/Arena.Bench.csproj; exec dotnet bench/Arena.Bench/bin/Release/net10.0/Arena.Bench.dll "$name" "$@" ;;
  platform)
    build_release bench/Arena.Bench/Arena.Bench.csproj
    dotnet bench/Arena.Bench/bin/Release/net10.0/Arena.Bench.dll "$name" "$@"
    exec bench/first-match.sh ;;
  trainer) build_release Arena.Trainer/Arena.Trainer.csproj; exec dotnet Arena.Trainer/bin/Release/net10.0/Arena.Trainer.dll bench "$@" ;;
  learning) build_release Arena.Trainer/Arena.Trainer.csproj; exec dotnet Arena.Trainer/bin/Release/net10.0/Arena.Trainer.dll learn "$@" ;;
  ""|-h|--help) list ;;
  *) echo "bench.sh: no benchmark called $name" >&2; list >&2; exit 2 ;;
esac
