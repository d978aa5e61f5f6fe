#!/usr/bin/env bash
# Tests the container image as a whole: built twice and compared, its bill of materials, and run by
# container engines with a mount that hangs. MOUNTMON_BIN names the release binary (out/mountmon), FAULTFS
# the file system that hangs (where a build left it, else it is built).
set -euo pipefail
cd "$(dirname "$0")/.."

for folder in .build/check/debug .build/debug; do
  [ -n "${FAULTFS:-}" ] || [ ! -x $folder/faultfs ] || FAULTFS=$PWD/$folder/faultfs
done
if [ -z "${FAULTFS:-}" ]; then
  swift build --product faultfs
  FAULTFS=$PWD/.build/debug/faultfs
fi
export FAULTFS

# The folder is made by scripts/image as its own user runs it; no trace of bytecode is left in the checkout.
export PYTHONDONTWRITEBYTECODE=1
exec python3 -m unittest discover --start-directory Tests/Image --verbose "$@"
