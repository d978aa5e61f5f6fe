#!/usr/bin/env bash
# The rehearsal: removes the canary in the main container, waits for the pod that replaces it, and
# requires the events that tell why. The last line is for programs: one object of JSON.
# Needs kind, kubectl and what `make kind-deploy` made. CONTRACT=1 runs the contract suite of
# K8sClient on the cluster as well (needs Swift).
#
#   TEST_TIMEOUT    seconds for the replacement to be ready (180)
#   EVENT_TIMEOUT   seconds for the events to be there (20)
#   SETTLE          seconds for which the replacement has to stay ready (5)
#   POLL            seconds between two looks (0.5)
#
# Leaves with 0 (passed), 1 (something is missing), 2 (bad usage), 3 (the rehearsal failed).
set -euo pipefail
# shellcheck source=scripts/kind/lib.sh
. "$(dirname "$0")/lib.sh"

canary=/mnt/test/.health-check
required=(MountUnhealthy WatchdogRestart)
poll=${POLL:-0.5}

old_uid='' old_name='' new_uid='' new_name=''
unready='' going='' made='' ready='' told='' events='' contract=not-asked

# Milliseconds of this machine's clock.
now() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# result WORD REASON: the last line.
result() {
  printf '{"test":"kind-test","result":"%s","reason":%s,"cluster":"%s"' "$1" "${2:+\"}${2:-null}${2:+\"}" \
    "$cluster"
  printf ',"pod":%s,"replacement":%s' "${old_name:+\"}${old_name:-null}${old_name:+\"}" \
    "${new_name:+\"}${new_name:-null}${new_name:+\"}"
  printf ',"milliseconds":{"unready":%s,"going":%s,"replacementMade":%s,"replacementReady":%s}' \
    "${unready:-null}" "${going:-null}" "${made:-null}" "${ready:-null}"
  printf ',"events":[%s],"contract":"%s"}\n' "$events" "$contract"
}

# fail REASON TEXT…
fail() {
  local reason=$1
  shift
  [ -n "$events" ] || listen
  show_what_is
  echo "$target: failed: $*" >&2
  result failed "$reason"
  exit 3
}
trap 'trap - INT TERM; echo "$target: interrupted; the pod mends itself" >&2; result interrupted signal; exit 130' \
  INT TERM

# look: one look at the pods, and what is there for the first time. Fails where nothing was to be seen.
look() {
  local list uid name stay is_ready old=gone at
  list=$(pods 2>"$errors") || return 1
  at=$(($(now) - removed))
  while read -r uid name stay is_ready; do
    if [ "$uid" = "$old_uid" ]; then
      old=$stay
      if [ "$is_ready" != True ] && [ -z "$unready" ]; then unready=$at; fi
    elif [ "$stay" = stays ] && [[ $known != *" $uid "* ]]; then
      if [ -z "$made" ]; then made=$at; fi
      new_uid=$uid new_name=$name
      if [ "$is_ready" = True ] && [ -z "$ready" ]; then ready=$at; fi
    fi
  done <<<"$list"
  if [ "$old" != stays ] && [ -z "$going" ]; then going=$at; fi
}

# What the events about the old pod tell: their reasons, a line each, and the same as JSON.
listen() {
  told=$(ask get events --field-selector "involvedObject.uid=$old_uid" \
    --output go-template='{{range .items}}{{.reason}}{{"\n"}}{{end}}' 2>"$errors" | sort -u) || told=
  events=$(awk 'NF { printf "%s\"%s\"", (n++ ? "," : ""), $1 }' <<<"$told")
}

why_not_replaced() {
  if [ -n "$unseen" ]; then
    fail unreachable "the API server does not answer: $(tail -n 1 "$errors")"
  elif [ -n "$ready" ]; then
    fail not-replaced "$new_name is ready beside $old_name, which did not go within $limit s"
  elif [ -z "$unready" ] && [ -z "$going" ]; then
    fail still-ready "$old_name is still ready $limit s after its canary was removed: does mountmon" \
      "run in it, and watch /mnt/test?"
  elif [ -z "$going" ]; then
    fail not-replaced "$old_name became not ready, and was not replaced within $limit s: events" \
      "RestartHeld and RestartRefused say why"
  elif [ -z "$made" ]; then
    fail no-replacement "$old_name went, and no pod took its place within $limit s"
  fi
  fail replacement-not-ready "$new_name took the place of $old_name, and is not ready within $limit s"
}

need_cluster
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
limit=${TEST_TIMEOUT:-180}

# 1. One pod, ready.
n get "deployment/$workload" --output name >/dev/null 2>"$errors" ||
  die 1 "deployment/$workload is not in $cluster ($(tail -n 1 "$errors")); first: make kind-deploy"
n rollout status "deployment/$workload" --timeout 60s >/dev/null || {
  show_what_is
  die 1 "deployment/$workload is not ready, before anything was broken; see above"
}
list=$(pods) || die 1 "kubectl cannot list the pods of $cluster: see above"
known=" $(awk '{ print $1 }' <<<"$list" | paste -sd' ') "
before=$(awk '$3 == "stays" && $4 == "True" { print $1, $2 }' <<<"$list")
if [ -z "$before" ] || [ "$(wc -l <<<"$before")" != 1 ]; then
  die 1 "there has to be one ready pod; there are: $(awk '{ print $2, $3, $4 }' <<<"$list" | paste -sd,)"
fi
read -r old_uid old_name <<<"$before"
say "$old_name is ready; removing $canary in it"

# 2. The canary goes.
n exec "$old_name" --container main-app -- rm "$canary" ||
  fail canary-not-removed "\`rm $canary\` failed in $old_name: is it there, and may the user remove it?"
removed=$(now)

# 3. Another pod takes its place.
deadline=$((removed + limit * 1000))
unseen=
while true; do
  if look; then unseen=; else unseen=yes; fi
  if [ -n "$ready" ] && [ -n "$going" ]; then break; fi
  [ "$(now)" -lt $deadline ] || why_not_replaced
  sleep "$poll"
done
# A pod that went between two looks was not ready at the latest then.
unready=${unready:-$going}

# 4. The events tell why.
deadline=$(($(now) + ${EVENT_TIMEOUT:-20} * 1000))
while true; do
  listen
  missing=
  for reason in "${required[@]}"; do
    grep -qFx -- "$reason" <<<"$told" || missing+=" $reason"
  done
  [ -n "$missing" ] || break
  [ "$(now)" -lt $deadline ] ||
    fail no-event "$old_name was replaced, and no event says why; missing:$missing (there are:" \
      "${told//$'\n'/ })"
  sleep "$poll"
done

# 5. It stays: a rehearsal that ends in a loop of restarts has failed.
deadline=$(($(now) + ${SETTLE:-5} * 1000))
while [ "$(now)" -lt $deadline ]; do
  sleep "$poll"
  list=$(pods 2>"$errors") || continue
  grep -q "^$new_uid $new_name stays True" <<<"$list" ||
    fail not-settled "$new_name was ready, and did not stay so"
done

# 6. The same cluster, for the contract suite.
if [ "${CONTRACT:-}" = 1 ]; then
  contract=failed
  "${MAKE:-make}" -C "$root" test-cluster KUBECONFIG="$kubeconfig" ||
    fail contract "the contract suite of K8sClient failed on $cluster: see above"
  contract=passed
fi

seconds() { printf '%d.%03d s' $(($1 / 1000)) $(($1 % 1000)); }
say "passed; $old_name, after its canary was removed (one look every $poll s):"
say "  not ready after           $(seconds "$unready")"
say "  being replaced after      $(seconds "$going")"
say "  replacement made after    $(seconds "$made") ($new_name)"
say "  replacement ready after   $(seconds "$ready")"
say "  events on the old pod     ${told//$'\n'/ }"
result passed ''
