#!/usr/bin/env bash
# Fuzzes every Fuzz*.swift here for a while, as many at a time as there are cores:
# Tests/Fuzz/run.sh [seconds each, 20 unless told] [name]…
#
# libFuzzer with the address sanitizer: what leads to code that was not run before is kept and changed
# further. It begins with the files of corpus/NAME, and with all that NAME was ever stopped by.
#
# The first lines of each name the folders and files compiled with it: "// sources: Sources/A
# Sources/B". They become one module with the fuzz file, so that the optimizer and the sanitizer see
# all of it. A line may name folders that they import: "// modules: Sources/C", each its own module, made
# once for all; and one module made of some folders or files: "// module: Name Sources/D/One
# Sources/D/Two.swift". "// built: Name …" are modules that `swift build` has made, linked as they are.
# Inputs found so far are kept in $FUZZ_CORPUS, a temporary folder unless that is set. A crash ends
# the run with a status other than 0, and with the input that caused it in that folder.
set -euo pipefail

# As Package.swift has it: imports mean the same in both.
flags=(-swift-version 6 -enable-upcoming-feature InternalImportsByDefault -package-name mountmon
  -parse-as-library -O -wmo -g "-sanitize=fuzzer,address")
root=$(cd "$(dirname "$0")/../.." && pwd)

# words KIND FILE: what the lines "// KIND: …" of a file name.
words() {
  sed -n "s|^// $1: *||p" "$2" | tr '\n' ' '
}

# swift_files PATH…: the sources below some paths of this repository.
swift_files() {
  local path
  for path in "$@"; do find "$root/$path" -name '*.swift'; done
}

# compile_module NAME FOLDER FILE…: makes FOLDER/NAME.o and FOLDER/NAME.swiftmodule.
compile_module() {
  local name=$1 folder=$2
  shift 2
  mkdir -p "$folder"
  (cd "$folder" && swiftc "${flags[@]}" -module-name "$name" -I "$work/modules" \
    -emit-module -emit-object -o "$name.o" "$@")
}

# fuzz NAME: compiles one, runs it, and says how it went.
fuzz() {
  local name=$1 file="$root/Tests/Fuzz/$1.swift" own="$work/$1"
  local -a sources modules part objects=() search=(-I "$work/modules" -I "$own") linked=()
  read -ra sources <<<"$(words sources "$file")" || true
  read -ra modules <<<"$(words modules "$file")" || true
  read -ra part <<<"$(words module "$file")" || true
  read -ra built <<<"$(words built "$file")" || true
  if [ "${#sources[@]}" -eq 0 ]; then
    echo "$file: the first line must be \"// sources: <folders>\"" >&2
    return 2
  fi
  mkdir -p "$own/corpus"
  local module
  for module in "${modules[@]}"; do objects+=("$work/modules/$(basename "$module").o"); done
  mapfile -t own_files < <(swift_files "${sources[@]}")
  if [ "${#part[@]}" -gt 0 ]; then
    mapfile -t files < <(swift_files "${part[@]:1}")
    compile_module "${part[0]}" "$own" "${files[@]}"
    objects+=("$own/${part[0]}.o")
  fi
  if [ "${#built[@]}" -gt 0 ]; then
    search+=(-I "$products/Modules")
    mapfile -t linked < <(built_objects "${built[@]}")
    while IFS= read -r map; do search+=(-Xcc "-fmodule-map-file=$map"); done < <(module_maps)
  fi
  # The compiler leaves module files where it runs, hence the change of folder.
  (cd "$own" && swiftc "${flags[@]}" -module-name "$name" "${search[@]}" -use-ld=lld -o fuzz \
    "${objects[@]}" "${linked[@]}" "${own_files[@]}" "$file")
  local -a seeds=()
  if [ -d "$root/Tests/Fuzz/corpus/$name" ]; then seeds=("$root/Tests/Fuzz/corpus/$name"); fi
  local code=0
  "$own/fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$own/" "$own/corpus" "${seeds[@]}" >"$own/log" 2>&1 || code=$?
  if [ "$code" -ne 0 ]; then
    grep -E '^(SUMMARY|==[0-9]+== ERROR|Fatal)|Test unit written' "$own/log" || true
    tail -40 "$own/log"
    echo "$name crashed; its input is in $own" >&2
    return 1
  fi
  local runs covered
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$own/log")
  covered=$(grep -oE 'cov: [0-9]+' "$own/log" | tail -1)
  echo "$name: $runs inputs in $seconds s, $covered"
}

# built_objects NAME…: the object files of modules that `swift build` has made.
built_objects() {
  local name
  for name in "$@"; do find "$products/$name.build" -name '*.o'; done
}

# module_maps: of the C modules that those modules import.
module_maps() {
  find "$products/" -maxdepth 2 \( -path '*/CNIO*.build/*' -o -path '*/CBuildInfo.build/*' \) \
    -not -path '*SSL*' -name module.modulemap
  # The packages lie beside what was built of them.
  local checkouts
  checkouts=$(dirname "$products")/checkouts
  echo "$checkouts/swift-nio/Sources/CNIOWindows/include/module.modulemap"
  echo "$checkouts/swift-atomics/Sources/_AtomicsShims/include/module.modulemap"
}

seconds=${1:-20}
temporary=
if [ -z "${FUZZ_CORPUS:-}" ]; then temporary=$(mktemp -d "${TMPDIR:-/tmp}/fuzz.XXXXXX"); fi
work=${FUZZ_CORPUS:-$temporary}
products=${FUZZ_PRODUCTS:-$root/.build/debug}

if [ "${2:-}" = --one ]; then
  fuzz "$3"
  exit
fi

names=("${@:2}")
if [ "${#names[@]}" -eq 0 ]; then
  for file in "$root"/Tests/Fuzz/Fuzz*.swift; do names+=("$(basename "$file" .swift)"); done
fi
if [ ! -d "$products/NIOEmbedded.build" ]; then
  echo "building what fuzzers import as it is"
  (cd "$root" && swift build --build-tests >/dev/null)
fi
declare -A made
for name in "${names[@]}"; do
  read -ra modules <<<"$(words modules "$root/Tests/Fuzz/$name.swift")" || true
  for module in "${modules[@]}"; do
    [ -z "${made[$module]:-}" ] || continue
    made[$module]=1
    mapfile -t files < <(swift_files "$module")
    compile_module "$(basename "$module")" "$work/modules" "${files[@]}"
  done
done
echo "${#names[@]} fuzzers, $seconds s each, in $work"
export FUZZ_CORPUS="$work" FUZZ_PRODUCTS="$products"
status=0
printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I{} "$0" "$seconds" --one {} || status=1
if [ "$status" -ne 0 ]; then
  echo "some crashed; what they left is in $work" >&2
  exit 1
fi
if [ -n "$temporary" ]; then rm -rf "$temporary"; fi
