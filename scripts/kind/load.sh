#!/usr/bin/env bash
# Brings the images into the rehearsal cluster, without a registry. Needs kind and a container engine.
set -euo pipefail
# shellcheck source=scripts/kind/images.sh
. "$(dirname "$0")/images.sh"
need_cluster
load_images
say "$mountmon_image and $main_image are in $cluster"
