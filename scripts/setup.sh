#!/usr/bin/env bash
# Installs what the tests need: the Debian packages and Python packages that the lists name, SABnzbd and
# kubectl. Says what is missing where it cannot install.
set -euo pipefail
cd "$(dirname "$0")/.."

# A list may have comments and blank lines.
listed() { sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$@" | sort -u; }

missing=()
while read -r package; do
  dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
    missing+=("$package")
done < <(listed scripts/packages.txt)

if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "setup: needs Debian and root to install: ${missing[*]}" >&2
    exit 1
  fi
  echo "setup: installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # With systemd Debian starts what it installs: nothing here is to serve on this machine's network.
  policy=/usr/sbin/policy-rc.d
  if [ -e "$policy" ] || [ -L "$policy" ]; then
    policy=
  else
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  apt-get update -qq
  apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
  # The trap is for what ends before this.
  [ -z "$policy" ] || rm -f "$policy"
  trap - EXIT
fi

scripts/sabnzbd.sh
scripts/kubectl.sh

# Each in the version that the list names, and in no other.
while read -r package; do
  installed=$(python3 -c 'import importlib.metadata, sys
print(importlib.metadata.version(sys.argv[1]))' "${package%%==*}" 2>/dev/null) || installed=
  [ "$installed" != "${package#*==}" ] || continue
  echo "setup: installing $package (Python)"
  python3 -m pip install --quiet --root-user-action=ignore "$package" 2>/dev/null ||
    python3 -m pip install --quiet --break-system-packages "$package"
done < <(listed scripts/python-packages.txt)
