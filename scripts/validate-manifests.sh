#!/usr/bin/env bash
# Holds manifests against the schemas that Kubernetes publishes, strictly: an unknown field is a
# fault. Each file says in its first line, `# Needs Kubernetes 1.29 or newer.`, where it begins to be
# valid; it is held against that version, against 1.29 if it is older, and the newest one known.
# Objects of types that the manifests define themselves are held against those definitions. Charts are
# templates, and no manifests: the tests hold here what is rendered of them.
#
#   scripts/validate-manifests.sh [FOLDER]    # Examples/kubernetes unless given
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/../Examples/kubernetes}
base=1.29

# The versions lie in the package: a newer one knows more.
newest=$(python3 -c 'import kubernetes_validate as k; print(".".join(k.latest_version().split(".")[:2]))') || {
  echo "validate-manifests: needs the Python package kubernetes-validate: make setup" >&2
  exit 1
}

declare -A files=() own=()
all=()
failed=0
while IFS= read -r -d '' file; do
  all+=("$file")
done < <(find "$folder" -mindepth 1 -type d -name 'chart*' -prune -o \
  -name '*.yaml' ! -name kustomization.yaml -print0 | sort -z)
if [ ${#all[@]} -eq 0 ]; then
  echo "validate-manifests: no manifest in $folder" >&2
  exit 1
fi

# The same key twice is nothing that a schema can see.
python3 "$here/manifests.py" "${all[@]}" >/dev/null || failed=1
known=$(python3 "$here/custom-resources.py" "${all[@]}") || failed=1
while IFS= read -r file; do
  [ -z "$file" ] || own[$file]=1
done <<<"$known"

for file in "${all[@]}"; do
  needs=$(sed -nE '1s/^# Needs Kubernetes ([0-9]+\.[0-9]+) or newer\.$/\1/p' "$file")
  if [ -z "$needs" ]; then
    echo "$file: its first line has to be \"# Needs Kubernetes 1.NN or newer.\"" >&2
    failed=1
    continue
  fi
  [ -z "${own[$file]:-}" ] || continue
  while IFS= read -r version; do
    files[$version]+="$file"$'\n'
  done < <(
    oldest=$(printf '%s\n' "$needs" "$base" | sort -V | head -n 1)
    { printf '%s\n' "$needs" "$newest"; if [ "$oldest" = "$needs" ]; then echo "$base"; fi; } | sort -uV
  )
done

while IFS= read -r version; do
  [ -n "$version" ] || continue
  mapfile -t list < <(printf '%s' "${files[$version]}")
  # A kind without a schema is a warning to it, and passes; here it is a fault like the others.
  findings=$(python3 -m kubernetes_validate --strict --quiet --kubernetes-version "$version" \
    "${list[@]}" 2>&1) || failed=1
  if [ -n "$findings" ]; then
    printf '%s\n' "$findings" >&2
    failed=1
  fi
  echo "Kubernetes $version: ${#list[@]} files"
done < <(printf '%s\n' "${!files[@]}" | sort -V)
exit $failed
