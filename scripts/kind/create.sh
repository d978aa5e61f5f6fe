#!/usr/bin/env bash
# Makes the rehearsal cluster, unless it is there. Needs kind, kubectl and a container engine.
set -euo pipefail
# shellcheck source=scripts/kind/lib.sh
. "$(dirname "$0")/lib.sh"
need_kind
need_kubectl
need_docker

if exists; then
  say "the cluster $cluster is there already"
else
  # Before it is made: what is left of half a cluster is found by it.
  note_engine
  image=()
  [ -z "${KIND_NODE_IMAGE:-}" ] || image=(--image "$KIND_NODE_IMAGE")
  "$KIND" create cluster --name "$cluster" --config "$root/Examples/kind/cluster.yaml" \
    --kubeconfig "$kubeconfig" --wait 180s ${image[@]+"${image[@]}"} ||
    die 1 "kind could not create $cluster: see above. The image of its node has to be there" \
      "or fetched: KIND_NODE_IMAGE=… names one. What was left: make kind-delete"
fi
write_kubeconfig
k wait --for=condition=Ready node --all --timeout 120s >/dev/null ||
  die 1 "the node of $cluster does not become ready; make it anew: make kind-delete kind-create"

say "ready; next: make kind-deploy"
say "by hand: export KUBECONFIG=$kubeconfig"
