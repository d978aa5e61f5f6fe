#!/usr/bin/env bash
# Tells, as JSON, what a binary was linked from: the toolchain, the C library, the packages as they were
# resolved, and what those carry of others. Right after the link is the only time when this is known for sure.
#
# usage: build-facts.sh BINARY SCRATCH-FOLDER >BINARY.facts.json
set -euo pipefail
binary=$(realpath "${1:?usage: build-facts.sh BINARY SCRATCH-FOLDER}")
scratch=$(realpath "${2:?usage: build-facts.sh BINARY SCRATCH-FOLDER}")
cd "$(dirname "$0")/.."

# What cannot be found out is an empty string, and the documents made of it say so.
compiler=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p')
boringssl=$(grep -oE '[0-9a-f]{40}' "$scratch/checkouts/swift-nio-ssl/Sources/CNIOBoringSSL/hash.txt" || true)
llhttp=$(sed -n 's/^#define LLHTTP_VERSION_[A-Z]* //p' \
  "$scratch/checkouts/swift-nio/Sources/CNIOLLHTTP/include/c_nio_llhttp.h" | paste -sd. || true)

# On Debian the static library has a package of its own, whose version is the exact one.
libc=$(dpkg-query --show --showformat '${Version}' libc6-dev 2>/dev/null || true)
distribution=''
if [ -n "$libc" ]; then
  # shellcheck source=/dev/null
  distribution=$(. /etc/os-release && echo "$ID")
else
  libc=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/^glibc //' || true)
fi

cat <<END
{
  "sha256": "$(sha256sum "$binary" | cut -d ' ' -f 1)",
  "swift": "$compiler",
  "glibc": "$libc",
  "distribution": "$distribution",
  "boringssl": "$boringssl",
  "llhttp": "$llhttp",
  "resolved": $(cat Package.resolved)
}
END
