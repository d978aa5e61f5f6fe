#!/usr/bin/env bash
# Follows the log of mountmon from pod to pod, until Ctrl-C; FOLLOW=0 shows what there is and ends.
# Needs kind and kubectl.
set -euo pipefail
# shellcheck source=scripts/kind/lib.sh
. "$(dirname "$0")/lib.sh"
need_cluster

if [ "${FOLLOW:-1}" = 0 ]; then
  exec "$KUBECTL" --kubeconfig "$kubeconfig" --context "$context" --cache-dir "$folder/cache" \
    --namespace "$namespace" logs --selector "app.kubernetes.io/name=$workload" \
    --container mountmon --tail=-1 --prefix
fi

trap 'exit 0' INT TERM
last=
failures=0
while true; do
  # The pod that stays: while one goes, that is its replacement.
  if list=$(pods); then
    failures=0
  elif [ $((failures += 1)) -ge 10 ]; then
    die 1 "kubectl cannot ask the cluster: see above"
  fi
  read -r uid name < <(awk '$3 == "stays" { print $1, $2 }' <<<"${list:-}" | tail -n 1) || true
  if [ -z "${uid:-}" ]; then
    sleep 1
    continue
  fi
  # What was shown of this pod before is not shown again.
  since=()
  if [ "$uid" = "$last" ]; then since=(--tail 0); else echo "== $name" >&2; fi
  if n logs --follow --prefix "pod/$name" --container mountmon ${since[@]+"${since[@]}"}; then
    last=$uid
  fi
  sleep 1
done
