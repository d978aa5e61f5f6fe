#!/usr/bin/env bash
# Removes the rehearsal cluster and the files about it; does nothing where there is none. Needs kind.
set -euo pipefail
# shellcheck source=scripts/kind/lib.sh
. "$(dirname "$0")/lib.sh"
need_kind

if exists; then
  mkdir -p "$folder"
  "$KIND" delete cluster --name "$cluster" --kubeconfig "$kubeconfig" ||
    die 1 "kind could not delete the cluster $cluster: see above"
  say "the cluster $cluster is gone"
elif [ -n "$made_by" ] || [ ! -e "$kubeconfig" ]; then
  say "there is no cluster $cluster"
else
  # Which engine was asked to make it is not known: it may run in the other.
  die 1 "$(engine_of "$DOCKER") has no cluster $cluster, and $kubeconfig is there: is the cluster in another" \
    "engine (DOCKER=podman make kind-delete)? If there is none, remove that file"
fi
# Its files, by their names: the folder may have been chosen by somebody.
rm -f "$kubeconfig" "$kubeconfig.lock" "$folder/image.tar" "$folder/provider"
rm -rf "$folder/cache"
[ ! -d "$folder" ] || rmdir "$folder" 2>/dev/null || true
