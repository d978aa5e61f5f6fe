#!/usr/bin/env bash
# Unpacks Debian's kubectl for the tests, where `Tests/EndToEndTests/Kind` looks for it.
#
# It is unpacked and not installed: many machines have a kubectl from elsewhere, in the same place.
set -euo pipefail

home=/opt/mountmon-tests/kubectl
package=kubernetes-client
[ -x "$home/usr/bin/kubectl" ] && exit 0

if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "setup: needs Debian and root to unpack $package into $home" >&2
  exit 1
fi
echo "setup: unpacking $package into $home"
work=$(mktemp -d /var/tmp/mountmon-kubectl.XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work"
download() { apt-get -qq -o APT::Sandbox::User=root download "$package"; }
download 2>/dev/null || { apt-get update -qq && download; }
dpkg-deb -x "$package"_*.deb tree
mkdir -p "$(dirname "$home")"
# What was begun and not ended is replaced; it counts as whole once it has its name.
rm -rf "$home"
chmod 755 tree
mv tree "$home"
