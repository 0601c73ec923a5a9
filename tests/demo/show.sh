# shellcheck shell=bash disable=SC2154 # `room` and `box_log` are demo.sh's
# How the demo speaks: steps, times, checks, and the container's log in a readable form.

bold='' dim='' green='' red='' plain=''
if [[ -t 1 ]]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
fi

say() { printf '%s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
indent() { sed 's/^/    /'; }
# Nobody wants to read the name of a temporary directory again and again: it becomes ~.
short_paths() { sed "s#${room:-/nowhere}#~#g"; }

step_number=0
step() {
  step_number=$((step_number + 1))
  printf '\n%s%d. %s%s\n' "$bold" "$step_number" "$*" "$plain"
}

good() { printf '    %s[ok]%s %s\n' "$green" "$plain" "$*"; }

# The demo ends here: the newest of the log, then what was expected and was not so.
bad() {
  if [[ -s ${box_log:-} ]]; then
    note "the container's last lines:"
    tail -n 60 "$box_log" | pretty_log | short_paths
  fi
  printf '    %s[NOT AS EXPECTED]%s %s\n' "$red" "$plain" "$*"
  exit 1
}

# check WHAT COMMAND…: the command must succeed.
check() {
  local what=$1
  shift
  if "$@"; then good "$what"; else bad "$what"; fi
}

# --- time -----------------------------------------------------------------------------------------

now_us() { printf '%s\n' "${EPOCHREALTIME/[.,]/}"; }

# Microseconds as people read them: 43 ms, 1.25 s.
in_words() {
  local us=$1
  if ((us < 1000000)); then
    printf '%d ms' $((us / 1000))
  else
    printf '%d.%02d s' $((us / 1000000)) $((us / 10000 % 100))
  fi
}

since() { in_words $(($(now_us) - $1)); }

# --- the container's log --------------------------------------------------------------------------

log_shown=0 # lines of box_log that were shown already

# Our lines are JSON: time, program, event and message in columns, warnings marked. Of what iris-main
# says, its own lines are shown as they are, what it passes on from IRIS is counted.
pretty_log() {
  sed -nE \
    -e 's/^\{"ts":"[^T]*T([^"]*)Z","level":"(warning|error)","program":"([^"]*)","event":"([^"]*)","msg":"(([^"\\]|\\.)*)".*/\1 \3 \4 \2: \5/' \
    -e 's/^\{"ts":"[^T]*T([^"]*)Z","level":"[^"]*","program":"([^"]*)","event":"([^"]*)","msg":"(([^"\\]|\\.)*)".*/\1 \2 \3 \4/' \
    -e 's/\\(["\\])/\1/g' \
    -e '/^[[:space:]]*$/d' \
    -e p |
    awk -v dim="$dim" -v plain="$plain" '
      function passed_on() {
        if (others) printf "      %s| … and %d lines of IRIS itself%s\n", dim, others, plain
        others = 0
      }
      /^[0-9:.]+ (iris-init|iris-agent|cpfmerge) / {
        passed_on()
        time = $1; program = $2; event = $3
        sub(/^[^ ]+ [^ ]+ [^ ]+ /, "")
        printf "      %s%s%s %-10s %-18s %s\n", dim, time, plain, program, event, $0
        next
      }
      /^\[[A-Z]+\] / && !/^\[[A-Z]+\] log: / { passed_on(); printf "      %s| %s%s\n", dim, $0, plain; next }
      { others++ }
      END { passed_on() }'
}

# What the container said since the last time.
show_log() {
  local lines
  lines=$(wc -l <"$box_log")
  if ((lines > log_shown)); then
    note "the container said:"
    sed -n "$((log_shown + 1)),${lines}p" "$box_log" | pretty_log | short_paths
  fi
  log_shown=$lines
}
