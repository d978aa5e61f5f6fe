#!/usr/bin/env bash
# Writes the reference of each library to out/docs. The plugin that does it is asked for by this
# variable only, so that whoever uses the libraries does not get it as a dependency.
set -euo pipefail
cd "$(dirname "$0")/.."

export MOUNTMON_DOCS=1
mkdir -p out/docs
for library in JSONValue TimeText MountHealthCore; do
  swift package --scratch-path .build-docs --allow-writing-to-directory out/docs \
    generate-documentation --target "$library" --output-path "out/docs/$library" \
    --warnings-as-errors
done
