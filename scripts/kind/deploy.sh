#!/usr/bin/env bash
# Loads the images, applies Examples/kind/manifests and waits until the pod is ready; with --restart
# the pod is made anew, also where nothing but the images changed.
# Needs kind, kubectl, a container engine and the image of `make image`.
set -euo pipefail
# shellcheck source=scripts/kind/images.sh
. "$(dirname "$0")/images.sh"

restart=
case ${1:-} in
  '') ;;
  --restart)
    restart=yes
    target=kind-redeploy
    ;;
  *) die 2 "$1 is not an option; there is --restart" ;;
esac
need_cluster
load_images

# The manifests as they lie there, with the names by which the cluster knows the images.
manifests() {
  local file
  for file in "$root"/Examples/kind/manifests/*.yaml; do
    sed -e "s#image: mountmon:dev\$#image: $mountmon_image#" \
      -e "s#image: busybox\$#image: $main_image#" "$file"
    echo ---
  done
}

say "applying Examples/kind/manifests"
manifests | k apply --filename - ||
  die 1 "kubectl could not apply the manifests: see above"
if [ -n "$restart" ]; then
  n rollout restart "deployment/$workload" || die 1 "kubectl could not restart deployment/$workload"
fi
if ! n rollout status "deployment/$workload" --timeout "${DEPLOY_TIMEOUT:-180}s"; then
  show_what_is
  die 1 "deployment/$workload is not ready after ${DEPLOY_TIMEOUT:-180} s: what there is to know" \
    "stands above"
fi
say "ready; next: make kind-test, and make kind-logs in another terminal"
