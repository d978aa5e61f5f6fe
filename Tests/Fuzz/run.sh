#!/bin/sh
# Fuzzes every Fuzz*.swift here for a while: Tests/Fuzz/run.sh [seconds each, 20 unless told] [name]
#
# The first lines of each name the folders and files compiled with it: "// sources: Sources/A
# Sources/B". They become one module with the fuzz file, so that the optimizer and the sanitizer see
# all of it. A line may name folders that they import: "// modules: Sources/C", each its own module; and
# one module made of some folders or files: "// module: Name Sources/D/One Sources/D/Two.swift".
# Inputs found so far are kept in $FUZZ_CORPUS, a temporary folder unless that is set. A crash ends
# the run with a status other than 0, and with the input that caused it in that folder.
set -eu

# As Package.swift has it: imports mean the same in both.
features="-enable-upcoming-feature InternalImportsByDefault"
seconds=${1:-20}
only=${2:-}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=${FUZZ_CORPUS:-$(mktemp -d "${TMPDIR:-/tmp}/fuzz.XXXXXX")}
status=0

for fuzz in "$root"/Tests/Fuzz/Fuzz*.swift; do
  name=$(basename "$fuzz" .swift)
  case $only in '' | "$name") ;; *) continue ;; esac
  folders=$(sed -n 's|^// sources: *||p' "$fuzz")
  if [ -z "$folders" ]; then
    echo "$fuzz: the first line must be \"// sources: <folders>\"" >&2
    exit 2
  fi
  mkdir -p "$work/$name/corpus"
  # The folders are words of ours, without spaces; so are the names of the sources in them. The
  # compiler leaves module files where it runs, hence the change of folder.
  objects=
  modules=$(sed -n 's|^// modules: *||p' "$fuzz")
  part=$(sed -n 's|^// module: *||p' "$fuzz" | tr '\n' ' ')
  for module in $modules ${part:+part}; do
    if [ "$module" = part ]; then
      library=${part%% *}
      sources=$(cd "$root" && for folder in ${part#* }; do find "$root/$folder" -name '*.swift'; done)
    else
      library=$(basename "$module")
      sources=$(find "$root/$module" -name '*.swift')
    fi
    # shellcheck disable=SC2086
    (cd "$work/$name" && swiftc -swift-version 6 $features -package-name mountmon -module-name "$library" \
      -parse-as-library -O -wmo -g -sanitize=fuzzer,address -I . -emit-module -emit-object \
      -o "$library.o" $sources)
    objects="$objects $library.o"
  done
  sources=$(cd "$root" && for folder in $folders; do find "$root/$folder" -name '*.swift'; done)
  # shellcheck disable=SC2086
  (cd "$work/$name" && swiftc -swift-version 6 $features -package-name mountmon -module-name "$name" \
    -parse-as-library -O -wmo -g -sanitize=fuzzer,address -use-ld=lld -I . -o fuzz \
    $objects $sources "$fuzz")
  echo "== $name, $seconds s, in $work/$name"
  "$work/$name/fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$work/$name/" "$work/$name/corpus" >"$work/$name/log" 2>&1 || status=1
  grep -E '^(stat::number_of_executed_units|SUMMARY|==[0-9]+== ERROR|Fatal)|Test unit written' \
    "$work/$name/log" || true
  [ "$status" -eq 0 ] || { tail -40 "$work/$name/log"; echo "$name crashed" >&2; exit 1; }
done
if [ -z "${FUZZ_CORPUS:-}" ]; then rm -rf "$work"; fi
