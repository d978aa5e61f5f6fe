#!/usr/bin/env bash
# Builds everything under a sanitizer and runs the tests with it: scripts/sanitize.sh [thread] [address]
#
# Both unless told. Each phase is a line, and all of it stands in out/sanitize. What cannot run so is left
# out below by name; docs/testing.md says why. A report of the sanitizer, also one of a program that a test
# started, fails the run; so does a test that fails.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
out=$PWD/out/sanitize
mkdir -p "$out"
rm -f "$out"/*.report.*
status=0
summary=()

# Under the thread sanitizer code takes ten times as long: fewer worlds are simulated.
export MOUNTMON_SIMULATION_SEEDS=${MOUNTMON_SIMULATION_SEEDS:-20}

# Swift's own report of a crash clones a process, which the thread sanitizer takes amiss.
export SWIFT_BACKTRACE=enable=no

# Four thousand probes within the time that the tests give to everything; ends within a second or two.
left_out='is relieved without waiting for whoever reads its reports|ends within a second of a signal'
left_out+='|never hangs, nor keeps a pipe open|leaves the sidecar free to end within a second'

# Of the end-to-end tests those of the sidecar and its worker: the others start the same programs.
sidecar='Check|Error|Hang|MountTable|OddCanary|HostileClient|Endpoint|Life|Reload|Story|Worker'

# NAME;FILTER;SKIP: libraries first; what starts programs, and engines beside them, has a process of its own.
phases=(
  'small libraries;JSONValueTests|TimeTextTests|PacingTests|ChildProcessTests;'
  'libraries;MountHealthCoreTests|StackDrainTests|K8sClientTests|ResticUnlockTests;Simulation'
  'simulations;Simulation;'
  'program;MountmonTests;Simulation'
  'servers;HTTPTransportTests|StubAPIServerTests|K8sContractTests;'
  'stack;StackContractTests;'
  'restic;ResticContractTests;'
  "end to end;EndToEndTests.*/($sidecar)Tests;"
)

# say WORD…: a line of progress.
say() {
  printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"
}

# seconds_since START
seconds_since() {
  echo "$(($(date +%s) - $1)) s"
}

# run_phase SANITIZER NAME FILTER SKIP
run_phase() {
  local kind=$1 name=$2 filter=$3 skip=$left_out start log code=0 reports tests
  if [ -n "$4" ]; then skip+="|$4"; fi
  log="$out/$kind-${name// /-}.log"
  start=$(date +%s)
  env "${environment[@]}" swift test --sanitize="$kind" --scratch-path ".build-$short" --skip-build \
    --filter "$filter" --skip "$skip" >"$log" 2>&1 || code=$?
  reports=$(cat "$out/$kind.report."* 2>/dev/null | grep -cE 'WARNING: ThreadSanitizer|ERROR: AddressSanitizer')
  tests=$(grep -oE 'Test run with [0-9]+ tests?' "$log" | tail -1 | grep -oE '[0-9]+')
  local line
  line="$kind, $name: ${tests:-no} tests, $reports reports so far, $(seconds_since "$start")"
  if [ "$code" -ne 0 ]; then
    line+=", FAILED with $code (out/sanitize/$(basename "$log"))"
    status=1
    grep -E 'recorded an issue|Fatal error|: signal ' "$log" | head -20
  elif [ "${tests:-0}" -eq 0 ]; then
    line+=", FAILED: its filter finds no test"
    status=1
  fi
  say "$line"
  summary+=("$line")
}

# sanitize thread|address
sanitize() {
  local kind=$1 start
  case $kind in
  thread)
    short=tsan
    # Without this each contended Mutex looks like a race.
    clang -O1 -g -fPIC -shared -o "$out/mutex.so" scripts/sanitize/mutex.c || exit 1
    environment=("LD_PRELOAD=$out/mutex.so"
      "TSAN_OPTIONS=halt_on_error=0:second_deadlock_stack=1:history_size=4:log_path=$out/thread.report")
    ;;
  address)
    short=asan
    # What the runtime keeps for ever, such as metadata, is no leak.
    environment=("ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1:log_path=$out/address.report")
    ;;
  *)
    echo "scripts/sanitize.sh: $kind is neither thread nor address" >&2
    exit 2
    ;;
  esac
  start=$(date +%s)
  say "$kind: building in .build-$short"
  if ! swift build --build-tests --sanitize="$kind" --scratch-path ".build-$short" >"$out/$kind-build.log" 2>&1
  then
    tail -30 "$out/$kind-build.log"
    exit 1
  fi
  say "$kind: built, $(seconds_since "$start")"
  local phase
  for phase in "${phases[@]}"; do
    IFS=';' read -r name filter skip <<<"$phase"
    run_phase "$kind" "$name" "$filter" "$skip"
  done
  if compgen -G "$out/$kind.report.*" >/dev/null; then
    status=1
    grep -hE '^SUMMARY' "$out/$kind.report."* | sort | uniq -c | sort -rn
  fi
}

if [ $# -eq 0 ]; then set -- thread address; fi
for kind in "$@"; do sanitize "$kind"; done
printf '\n'
printf '%s\n' "${summary[@]}"
exit "$status"
