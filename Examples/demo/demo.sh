#!/usr/bin/env bash
# The main job before the reader's eyes: a mount is made, watched, broken in three ways, and healed.
# With root and /dev/fuse it is a real FUSE mount that really hangs; otherwise an ordinary folder.
#
# usage: demo.sh FOLDER-OF-BINARIES
set -euo pipefail

binaries=${1:?usage: demo.sh FOLDER-OF-BINARIES}
lab=$(mktemp -d "${TMPDIR:-/tmp}/demo.XXXX")
mount=$lab/movies
port=${MOUNTMON_DEMO_PORT:-18088}
sidecar='' daemon=''

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' dim=$'\e[2m' off=$'\e[0m'
else
  bold='' dim='' off=''
fi

cleanup() {
  exec 3>&- || true
  if [ -n "$sidecar" ]; then kill -9 "$sidecar" 2>/dev/null || true; fi
  if [ -n "$daemon" ]; then kill "$daemon" 2>/dev/null || true; fi
  if [ -n "$daemon" ]; then umount -l "$mount" 2>/dev/null || true; fi
  wait 2>/dev/null || true
  rm -rf "$lab"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

say() { printf '\n%s%s%s\n' "$bold" "$*" "$off"; }
shell() { printf '  %s$ %s%s\n' "$dim" "$*" "$off"; }

# One GET, without a need for curl: the status line's code, then the body.
get() {
  exec 4<>"/dev/tcp/127.0.0.1/$port" || return 1
  printf 'GET %s HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n\r\n' "$1" >&4
  tr -d '\r' <&4 | awk 'NR == 1 { print $2 } body { print } /^$/ { body = 1 }'
  exec 4>&-
}

code() { get "$1" 2>/dev/null | head -n 1; }

# Waits up to 20 s for an endpoint to answer with a code, or until the sidecar has ended, whose log says why.
until_code() {
  for _ in $(seq 200); do
    [ "$(code "$1")" = "$2" ] && return 0
    if ! kill -0 "$sidecar" 2>/dev/null; then
      echo "demo: the sidecar has ended; another port is chosen by MOUNTMON_DEMO_PORT=…" >&2
      exit 1
    fi
    sleep 0.1
  done
  echo "demo: $1 did not answer $2 within 20 s" >&2
  exit 1
}

# Waits up to 20 s for the status to show a word.
until_status() {
  for _ in $(seq 200); do
    get /healthz/status 2>/dev/null | grep -q "\"$1\"" && return 0
    sleep 0.1
  done
  echo "demo: the status did not show $1 within 20 s" >&2
  exit 1
}

# Shows an endpoint's code, and of its JSON the fields that tell most, a line each.
show() {
  shell "curl -i localhost:$port$1"
  get "$1" | sed -e '1s/.*/HTTP &/' -e 's/[][{}]//g' -e 's/,*"mounts":/,/' -e 's/,\("[a-zA-Z]*":\)/\n  \1/g' |
    grep -E '^HTTP|"(status|verdict|lastError|failureCount|overdue|reason)":' | sed 's/^/  /'
}

mkdir "$mount"
if [ "$(id -u)" = 0 ] && [ -c /dev/fuse ]; then
  kind=fuse
  say "1. A FUSE mount is made at $mount."
  mkfifo "$lab/commands"
  "$binaries/faultfs" "$mount" <"$lab/commands" >"$lab/faultfs.log" 2>&1 &
  daemon=$!
  exec 3>"$lab/commands"
  for _ in $(seq 50); do grep -q ready "$lab/faultfs.log" && break; sleep 0.1; done
else
  kind=folder
  say "1. A watched folder is made at $mount (a real FUSE mount needs root and /dev/fuse)."
  echo ok >"$mount/.health-check"
fi
shell "ls -A $mount"
find "$mount" -mindepth 1 -maxdepth 1 -printf '  %f\n' | sort

cat >"$lab/config.json" <<EOF
{
  "checkInterval": "1s", "readTimeout": "500ms", "failureThreshold": 3,
  "httpAddress": "127.0.0.1", "httpPort": $port,
  "mounts": [{ "name": "movies", "path": "$mount", "expect": "ok" }]
}
EOF

say "2. The sidecar watches it; its log runs along."
shell "mountmon sidecar --config config.json --log-format text"
"$binaries/mountmon" sidecar --config "$lab/config.json" --log-format text \
  > >(while IFS= read -r line; do printf '  %s| %s%s\n' "$dim" "$line" "$off"; done) 2>&1 &
sidecar=$!
until_code /healthz/ready 200
show /healthz/ready

say "3. Its canary goes away: one failed look makes it degraded, three make it unhealthy."
shell "rm $mount/.health-check"
rm "$mount/.health-check"
until_code /healthz/ready 503
until_status UNHEALTHY
show /healthz/status
echo
echo "  The sidecar itself is alive all the same: a restart of it would mend nothing."
show /healthz/live

say "4. The canary is back: healthy again, within about a second."
shell "echo ok > $mount/.health-check"
echo ok >"$mount/.health-check"
until_code /healthz/ready 200

if [ "$kind" = fuse ]; then
  say "5. The mount hangs: whoever reads from it now waits for ever, and cannot be killed."
  shell "echo 'hang READ' > faultfs"
  echo 'hang READ' >&3
  until_status UNHEALTHY
  show /healthz/status
  shell "mountmon check --canary .health-check --timeout 1s $mount"
  "$binaries/mountmon" check --canary .health-check --timeout 1s "$mount" | sed 's/^/  /' || true

  say "6. It answers again."
  shell "echo clear > faultfs"
  echo clear >&3
  until_code /healthz/ready 200

  say "7. It is unmounted: an ordinary empty folder is left, and the kernel told us at once."
  shell "umount $mount"
  # Whoever was stuck in it a moment ago may still be on the way out.
  for _ in {1..50}; do
    if umount "$mount" 2>/dev/null; then break; fi
    sleep 0.1
  done
  until_status absent
  show /healthz/status
else
  say "5. The canary holds something else: the folder answers, and it is not the right one."
  shell "echo other > $mount/.health-check"
  echo other >"$mount/.health-check"
  until_code /healthz/ready 503
  show /healthz/status
fi

say "The sidecar is told to stop."
shell "kill -TERM $sidecar"
kill -TERM "$sidecar"
wait "$sidecar" && printf '  it left with exit code 0\n'
sidecar=''
