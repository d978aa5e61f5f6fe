#!/usr/bin/env bash
# Renders a Helm chart as `helm template` does, on machines to which no helm can be installed:
# Tests/HelmTemplate, built with Debian's Go when it is not built yet. Its options: see there.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
tool=$here/.build/tools/helm-template
sources=$here/Tests/HelmTemplate

command -v go >/dev/null || { echo "helm-template: needs Go (Debian package golang-go): make setup" >&2; exit 1; }
mkdir -p "${tool%/*}"
(
  flock 9
  if [ -n "$(find "$sources" -name '*.go' -newer "$tool" 2>/dev/null)" ] || [ ! -x "$tool" ]; then
    cd "$sources"
    # Debian's libraries, as they lie; nothing is downloaded.
    GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$here/.build/tools/cache GOFLAGS='' \
      go build -o "$tool.new" . && mv "$tool.new" "$tool"
  fi
) 9>"$tool.lock" || exit 1
exec "$tool" "$@"
