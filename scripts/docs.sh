#!/usr/bin/env bash
# Writes the reference of the libraries to out/docs, one site for all. A link to nothing, a fault in a
# comment, or a public type that stands under no topic of its library's page fails.
#
# Symbols are taken from a build; DOCS_BUILD names the folder of one that is there already.
set -euo pipefail
cd "$(dirname "$0")/.."

build=(--scratch-path "${DOCS_BUILD:-.build}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# docc comes with Swift, beside the compiler; what swiftly puts on the PATH is a link.
docc=$(command -v docc || echo "$(dirname "$(readlink -f "$(command -v swift)")")/docc")
graphs=$(dirname "$(swift build "${build[@]}" --show-bin-path)")/symbolgraph
rm -rf "$graphs"
swift package "${build[@]}" dump-symbol-graph --skip-synthesized-members >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  exit 1
}

for catalog in Sources/*/*.docc; do
  library=$(basename "$catalog" .docc)
  mkdir "$work/$library"
  cp "$graphs/$library.symbols.json" "$work/$library/"
  # What it adds to types of others.
  find "$graphs" -name "$library@*.symbols.json" -exec cp {} "$work/$library/" \;
  "$docc" convert "$catalog" --additional-symbol-graph-dir "$work/$library" \
    --fallback-bundle-identifier "mountmon.$library" --fallback-default-module-kind Library \
    --warnings-as-errors --output-dir "$work/$library.doccarchive"
  python3 scripts/topics.py "$catalog" "$work/$library/$library.symbols.json"
done

rm -rf out/docs
mkdir -p out
"$docc" merge "$work"/*.doccarchive --synthesized-landing-page-name mountmon \
  --synthesized-landing-page-kind Libraries --synthesized-landing-page-topics-style list \
  --output-path out/docs
echo "out/docs: $(find "$work" -maxdepth 1 -name '*.doccarchive' | wc -l) libraries;" \
  "to read them: python3 -m http.server -d out/docs, then /documentation"
