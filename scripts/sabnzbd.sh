#!/usr/bin/env bash
# Unpacks Debian's SABnzbd for the tests, where `Tests/StackContractTests/Clients` looks for it.
#
# It is in contrib, and cannot be installed without non-free unrar, which no test needs: so it is
# unpacked, and what it needs to run stands in packages.txt. The component is asked of the mirror of
# main by apt with lists of its own, so that the machine's sources stay as they are, also when this
# is killed.
set -euo pipefail

home=/opt/mountmon-tests/sabnzbd
package=sabnzbdplus
[ -e "$home/usr/bin/$package" ] && exit 0

if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "setup: needs Debian and root to unpack $package into $home" >&2
  exit 1
fi
echo "setup: unpacking $package into $home"
work=$(mktemp -d /var/tmp/mountmon-sabnzbd.XXXXXX)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts"
# apt fetches as a user of its own.
chmod -R a+rX "$work"

# The entries that have main: their suites and mirror, with contrib in its place.
shopt -s nullglob
for file in /etc/apt/sources.list.d/*.sources; do
  # An entry ends with an empty line.
  awk -v RS= '/(^|\n)Components:[^\n]*[ \t]main([ \t\n]|$)/ && /(^|\n)Signed-By:[^\n]*debian-archive/ {
    gsub(/(^|\n)#[^\n]*/, ""); sub(/Components:[^\n]*/, "Components: contrib"); print $0 "\n" }' "$file"
done >"$work/parts/contrib.sources"
sources=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true)
awk '$1 == "deb" && $NF ~ /^(main|contrib|non-free|non-free-firmware)$/ {
  line = ""; for (i = 1; i <= NF && $i != "main"; i++) line = line $i " "; if (i <= NF) print line "contrib" }' \
  <<<"$sources" >"$work/parts/contrib.list"

apt() {
  apt-get -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/parts" \
    -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root "$@"
}
apt update
(cd "$work" && apt download "$package")

dpkg-deb -x "$work/$package"_*.deb "$work/tree"
sed -i "s#/usr/share/$package#$home/usr/share/$package#g" "$work/tree/usr/bin/$package"
mkdir -p "$(dirname "$home")"
# What was begun and not ended is replaced; it counts as whole once it has its name.
rm -rf "$home"
chmod 755 "$work/tree"
mv "$work/tree" "$home"
