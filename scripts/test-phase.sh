#!/usr/bin/env bash
# Runs `swift test` with the given arguments, and repeats at the end what went wrong: a log that is cut
# shows its last lines.
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift test "$@" 2>&1 | tee "$log"
code=${PIPESTATUS[0]}
if [ "$code" -ne 0 ]; then
  printf '\nWhat went wrong:\n'
  grep -E -A 8 ' recorded an issue|error:|Fatal error|: signal ' "$log" | grep -vE '^◇|^✔' | tail -n 150
fi
exit "$code"
