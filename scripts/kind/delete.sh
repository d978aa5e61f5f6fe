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
else
  say "there is no cluster $cluster"
fi
# Its files, by their names: the folder may have been chosen by somebody.
rm -f "$kubeconfig" "$kubeconfig.lock" "$folder/image.tar"
rm -rf "$folder/cache"
[ ! -d "$folder" ] || rmdir "$folder" 2>/dev/null || true
