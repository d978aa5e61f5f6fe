#!/usr/bin/env bash
# Holds units against systemd's own reading of them, without a systemd that runs: keys that it does not
# know, values that it cannot read, and what the security analysis says, which may not get worse.
#
#   scripts/validate-units.sh [FOLDER]    # Examples/systemd unless given
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/../Examples/systemd}
# The most exposure, times ten, that the monitor's unit may have.
limit=35

command -v systemd-analyze >/dev/null || {
  echo "validate-units: needs systemd-analyze (Debian: systemd): make setup" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
units=()
while IFS= read -r -d '' file; do
  # Units lie flat for systemd; drop-ins keep their folder. The program is not installed here.
  case $file in
    *.d/*) target=$work/$(basename "$(dirname "$file")")/$(basename "$file") ;;
    *) target=$work/$(basename "$file") && units+=("$target") ;;
  esac
  mkdir -p "$(dirname "$target")"
  sed 's#/usr/local/bin/mountmon#/bin/true#g' "$file" >"$target"
done < <(find "$folder" -type f ! -name '*.md' -print0 | sort -z)
[ ${#units[@]} -gt 0 ] || { echo "validate-units: no unit in $folder" >&2; exit 1; }

# What the drop-ins are for, where it is not installed.
for dropin in "$work"/*.service.d; do
  [ -d "$dropin" ] || continue
  unit=${dropin%.d}
  [ -f "$unit" ] && continue
  printf '[Service]\nExecStart=/bin/true\n' >"$unit"
  units+=("$unit")
done

failed=0
findings=$(SYSTEMD_UNIT_PATH="$work:" systemd-analyze verify --man=no "${units[@]}" 2>&1) || failed=1
if [ -n "$findings" ]; then
  printf '%s\n' "$findings" >&2
  failed=1
fi
systemd-analyze security --offline=true --threshold=$limit "$work/mountmon-pool.service" \
  | grep 'Overall' || failed=1
echo "${#units[@]} units"
exit $failed
