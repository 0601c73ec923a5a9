#!/usr/bin/env bash
# Runs the suite with the stand-in over a pairwise cover of what is not known of IRIS for certain, row by
# row, each row in a network namespace of its own, and prints which rows passed.
#   cover.sh BIN_DIRECTORY LOG_DIRECTORY [--filter GTEST_FILTER] [ROW …]     (rows count from 0: all defaults)
set -uo pipefail

bin=$1 logs=$2
shift 2
filter='*'
if [[ ${1:-} == --filter ]]; then
  filter=$2
  shift 2
fi
mapfile -t cover < <("$bin/iris-standin" --cover)
if ((${#cover[@]} == 0)); then
  echo "cover.sh: cannot run '$bin/iris-standin --cover'" >&2
  exit 1
fi
rows=("$@")
if ((${#rows[@]} == 0)); then mapfile -t rows < <(seq 0 $((${#cover[@]} - 1))); fi
for row in "${rows[@]}"; do
  if ! [[ $row =~ ^[0-9]+$ ]] || ((row >= ${#cover[@]})); then
    echo "cover.sh: no row '$row'; there are 0 to $((${#cover[@]} - 1))" >&2
    exit 2
  fi
done
if ! unshare --net true 2>/dev/null; then
  echo "SKIPPED: cannot make a network namespace here ($(unshare --net true 2>&1))"
  exit 4
fi
mkdir -p "$logs"

# The suite sleeps most of its time, so that rows go well beside each other.
readonly beside=$(($(nproc) * 2))
readonly most_said=20000  # bytes of a row's log that are shown when it failed

run_row() {
  local row=$1 word words=()
  for word in ${cover[$row]}; do
    words+=("IRIS_STANDIN_${word%%=*}=${word#*=}")
  done
  mapfile -t words < <(printf '%s\n' "${words[@]}" | sed 's/^[^=]*/\U&/')
  # shellcheck disable=SC2016  # expanded by the inner shell
  env "${words[@]}" unshare --net sh -c 'ip link set lo up && exec "$@"' sh \
    "$bin/iris_integration_test" --gtest_filter="$filter" --gtest_brief=1 >"$logs/row-$row.log" 2>&1
  echo $? >"$logs/row-$row.code"
}

# What differs from the first row, which is all defaults.
differences() {
  local row=$1 i
  local -a base words
  read -ra base <<<"${cover[0]}"
  read -ra words <<<"${cover[$row]}"
  for i in "${!words[@]}"; do
    if [[ ${words[i]} != "${base[i]}" ]]; then printf ' %s' "${words[i]}"; fi
  done
}

for row in "${rows[@]}"; do
  while (($(jobs -rp | wc -l) >= beside)); do wait -n; done
  run_row "$row" &
done
wait

failed=0
printf '\n%-4s %-8s %s\n' row result 'what differs from the defaults; what the tests that failed said'
for row in "${rows[@]}"; do
  word=passed
  if [[ $(<"$logs/row-$row.code") != 0 ]]; then word=FAILED failed=$((failed + 1)); fi
  printf '%-4s %-8s%s\n' "$row" "$word" "$(differences "$row")"
  if [[ $word == FAILED ]]; then head -c "$most_said" "$logs/row-$row.log" | sed 's/^/     /'; fi
done
printf '%d of %d rows passed; any two values of any two facts meet in the %d rows there are; logs: %s\n' \
  $((${#rows[@]} - failed)) ${#rows[@]} ${#cover[@]} "$logs"
exit $((failed > 0))
