#!/usr/bin/env bash
# cpfmerge: parse and merge beside python's configparser, linear or not, and the start-up step.
# packages: python3-minimal
#   cpf.sh [--quick]     fewer rounds: to see that it works, not for figures
# IRIS_SAMPLES_DIR with real files (cpf/*.cpf, merge/antonum_*.cpf) makes it measure those.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

rounds=9
if [[ ${1:-} == --quick ]]; then rounds=2; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for preset in release dev; do cmake --preset "$preset" --log-level=WARNING >/dev/null; done
cmake --build --preset release --parallel "$(nproc)" >/dev/null
cmake --build --preset dev --target cpf_bench --parallel "$(nproc)" >/dev/null
readonly cpfmerge=$PWD/build/release/bin/cpfmerge bench=$PWD/build/dev/bin/cpf_bench

# The largest real CPF; without one, a file of the same shape that cpf_bench makes.
base=$(find "${IRIS_SAMPLES_DIR:-/nonexistent}/cpf" -name '*.cpf' -printf '%s %p\n' 2>/dev/null |
  sort -n | tail -n 1 | cut -d ' ' -f 2-) || true
if [[ ! $base ]]; then
  base=$work/made.cpf
  "$bench" make >"$base"
  echo "no real CPF in IRIS_SAMPLES_DIR: measuring one of the same shape"
fi
seed=$(find "${IRIS_SAMPLES_DIR:-/nonexistent}/merge" -name 'antonum_*.cpf' 2>/dev/null | head -n 1) || true
if [[ ! $seed ]]; then
  seed=$work/seed.cpf
  printf '[config]\nglobals=0,0,500,0,0,0\ngmheap=256000' >"$seed"
fi

peer=()
if command -v python3 >/dev/null && python3 -c 'import configparser' 2>/dev/null; then
  peer=(python3 tests/bench/cpf_peer.py)
else
  echo "no python3 with configparser: no peer"
fi

# Rounds are interleaved: what disturbs one program disturbs the other as well.
measure() {
  local times=$1 round
  : >"$work/ours"
  : >"$work/theirs"
  for ((round = 0; round < rounds; ++round)); do
    "$bench" merge "$work/base" "$seed" >>"$work/ours"
    if ((${#peer[@]})); then "${peer[@]}" "$work/base" "$seed" >>"$work/theirs"; fi
  done
  "$bench" row "$times" "$work/base" "$work/ours" "$work/theirs"
}

printf 'parse and merge: %s, medians of %d\n' "$(basename "$base")" "$rounds"
printf '%7s %10s %12s %10s %12s %10s %8s %8s\n' times bytes 'cpfmerge s' MB/s 'python s' MB/s ratio memory
for times in 1 100 1000; do
  "$bench" repeat "$times" "$base" >"$work/base"
  measure "$times" | tee -a "$work/table"
done
"$bench" slope "$work/table"

# The whole step, process and all, without a data directory's volume and without a password.
mkdir -p "$work/run" "$work/data/mgr" "$work/merge.d" "$work/cwd"
printf '[config]\nglobals=0,0,0,0,0,0\n' >"$work/data/iris.cpf"
: >"$work/data/mgr/messages.log"
cd "$work/cwd"
env -i PATH="$PATH" ISC_DATA_DIRECTORY="$work/data" ISC_CPF_MERGE_FILE="$seed" IRIS_INIT_LOG_FORMAT=text \
  IRIS_INIT_MERGE_DIR="$work/merge.d" IRIS_INIT_PATHS_RUN_DIR="$work/run" \
  "$bench" step $((rounds * 10)) "$cpfmerge" prepare
