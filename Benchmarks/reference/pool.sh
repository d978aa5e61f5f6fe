#!/bin/bash
# The loop of the script that `mountmon pool` takes the place of, with its tests, its calls and its times:
#   pool.sh POOL RPC BRANCH... -- CONTAINER...
# Left out, which makes it faster: SABnzbd, notices on a desktop, and the sync of all file systems, which waits
# for whoever writes on this machine. `docker stop` stands for `docker compose stop`.
set -u
pool=$1 rpc=$2
shift 2
branches=()
while [ "$1" != -- ]; do branches+=("$1"); shift; done
shift
previous=unknown

check() {
  local mounted=0 branch
  for branch in "${branches[@]}"; do
    if mountpoint -q "$branch"; then mounted=$((mounted + 1)); fi
  done
  if ! mountpoint -q "$pool"; then
    state=unmounted
  elif ! timeout 5s ls "$pool" > /dev/null 2>&1; then
    state=stale
  elif [ "$mounted" -ge 3 ]; then
    state=healthy
  else
    state=degraded
  fi
}

drain() {
  local session limits _
  session=$(curl -sf -D - --max-time 5 -H 'Content-Type: application/json' -d '{}' "$rpc" |
    grep -oP 'X-Transmission-Session-Id: \K\S+')
  limits='"speed-limit-down-enabled":true,"speed-limit-down":0,"speed-limit-up-enabled":true,"speed-limit-up":0'
  curl -sf --max-time 5 -H 'Content-Type: application/json' -H "X-Transmission-Session-Id: $session" \
    -d '{"method":"session-set","arguments":{'"$limits"'}}' "$rpc"
  for _ in 1 2 3 4 5; do
    timeout 2s ls "$pool" > /dev/null 2>&1 || break
    sleep 2
  done
  timeout 90s docker stop --time 30 "$@"
}

while :; do
  check
  echo "$state"
  case $previous-$state in
    "$state-$state") ;;
    *-stale | healthy-unmounted | degraded-unmounted) drain "$@" ;;
  esac
  previous=$state
  sleep 10
done
