# shellcheck shell=bash
# What the scripts of the rehearsal cluster share: its names, the programs, and how they are called.
# It is sourced, by a script that has set `-euo pipefail`.
#
# Nothing of the developer's is used or changed: the cluster has a name of its own, and every call
# names a kubeconfig, a context and a cache folder of its own.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
KIND=${KIND:-kind}
KUBECTL=${KUBECTL:-kubectl}
cluster=${KIND_CLUSTER:-mountmon-rehearsal}
folder=${KIND_FOLDER:-$root/out/kind}/$cluster
kubeconfig=$folder/kubeconfig
context=kind-$cluster
namespace=mountmon-rehearsal
workload=main-app
target=kind-$(basename "$0" .sh)

# What the environment says of other clusters is not for these.
unset KUBECONFIG KIND_CLUSTER_NAME

say() { echo "$target: $*"; }

# die CODE TEXT…: 1 something is missing or failed, 2 bad usage, 3 the rehearsal failed.
die() {
  local code=$1
  shift
  echo "$target: $*" >&2
  exit "$code"
}

[[ $cluster =~ ^mountmon-rehearsal(-[a-z0-9]+)*$ ]] ||
  die 2 "KIND_CLUSTER=$cluster is not a rehearsal cluster; its name is mountmon-rehearsal or begins" \
    "with mountmon-rehearsal-, so that no other cluster is ever changed"

# The engine that has the cluster, as it was made: kind asks one, and sees nothing of the other's clusters.
engine_of() { case $(basename "$1") in podman*) echo podman ;; *) echo docker ;; esac; }
made_by=$(cat "$folder/provider" 2>/dev/null || true)
DOCKER=${DOCKER:-${made_by:-docker}}
[ -z "$made_by" ] || [ "$(engine_of "$made_by")" = "$(engine_of "$DOCKER")" ] ||
  die 2 "$cluster was made with $made_by: leave DOCKER=$DOCKER out, or make it anew after: make kind-delete"
if [ "$(engine_of "$DOCKER")" = podman ]; then export KIND_EXPERIMENTAL_PROVIDER=podman; fi
note_engine() { mkdir -p "$folder" && echo "$DOCKER" >"$folder/provider"; }

need_kind() {
  command -v "$KIND" >/dev/null ||
    die 1 "needs kind (clusters in containers; see docs/rehearsal.md), or KIND=/path/to/kind"
}
need_kubectl() {
  command -v "$KUBECTL" >/dev/null ||
    die 1 "needs kubectl (the client of Kubernetes), or KUBECTL=/path/to/kubectl"
}
need_docker() {
  command -v "$DOCKER" >/dev/null ||
    die 1 "needs docker (a container engine), or DOCKER=podman"
  local why
  why=$(timeout 60 "$DOCKER" info 2>&1 >/dev/null) ||
    die 1 "needs a running container engine; \`$DOCKER info\` says: $(tail -n 1 <<<"${why:-nothing}")"
}

# Whether the cluster is there.
exists() {
  local names errors
  errors=$(mktemp)
  # An engine that hangs would otherwise be waited for without a word.
  if ! names=$(timeout 60 "$KIND" get clusters 2>"$errors"); then
    names=$(tail -n 1 "$errors")
    rm -f "$errors"
    die 1 "cannot tell which clusters there are; \`$KIND get clusters\` says: ${names:-nothing}"
  fi
  rm -f "$errors"
  grep -qFx -- "$cluster" <<<"$names"
}

# The cluster, and a kubeconfig that leads to it and to nothing else.
need_cluster() {
  need_kind
  need_kubectl
  exists || die 1 "there is no cluster $cluster; first: make kind-create"
  [ -s "$kubeconfig" ] || write_kubeconfig
}

# Its namespace becomes the one of the context, so that people who use this file need not say it.
write_kubeconfig() {
  mkdir -p "$folder"
  "$KIND" export kubeconfig --name "$cluster" --kubeconfig "$kubeconfig" ||
    die 1 "kind did not write $kubeconfig; if the cluster is broken: make kind-delete kind-create"
  note_engine
  chmod 600 "$kubeconfig"
  k config set-context "$context" --namespace "$namespace" >/dev/null ||
    die 1 "kubectl could not use $kubeconfig; if the cluster is broken: make kind-delete kind-create"
}

# kubectl on this cluster, and on no other; n: in the namespace of the rehearsal.
k() {
  "$KUBECTL" --kubeconfig "$kubeconfig" --context "$context" --cache-dir "$folder/cache" "$@"
}
n() { k --namespace "$namespace" "$@"; }
# ask: for what is asked again and again, so that a silent API server does not stop the asking.
ask() { n --request-timeout 10s "$@"; }

# The pods of the workload, a line each: uid, name, `stays` or `going`, whether it is ready.
pods() {
  ask get pods --selector "app.kubernetes.io/name=$workload" --output go-template='{{range .items
    }}{{.metadata.uid}} {{.metadata.name}} {{if .metadata.deletionTimestamp}}going{{else}}stays{{end
    }} {{range .status.conditions}}{{if eq .type "Ready"}}{{.status}}{{end}}{{end}}{{"\n"}}{{end}}'
}

# For a person who wants to know why: what the cluster says. Never fails.
show_what_is() {
  {
    echo
    echo "== pods"
    ask get pods --output wide
    echo "== what they are doing"
    ask describe deployment,pods
    echo "== what mountmon says of itself"
    pods | while read -r _ name _; do
      ask get --raw "/api/v1/namespaces/$namespace/pods/$name:8080/proxy/healthz/status"
    done
    echo "== events, oldest first"
    ask get events --sort-by .metadata.creationTimestamp
    echo "== the watchdog's memory"
    ask get leases --output yaml
    echo "== the last lines of mountmon"
    ask logs --selector "app.kubernetes.io/name=$workload" --container mountmon --tail 60 --prefix
    echo
  } 2>&1 | cat >&2 || true
}
