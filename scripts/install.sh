#!/usr/bin/env bash
# Installs a built mountmon with its manual pages and completions below a prefix, or removes them
# again: install.sh PROGRAM PREFIX, install.sh --remove PREFIX. What there is to install the program
# says itself.
set -euo pipefail
if (($# != 2)); then
  echo "usage: $0 PROGRAM PREFIX | --remove PREFIX" >&2
  exit 2
fi
program=$1 prefix=$2

pages=$prefix/share/man/man8
bash=$prefix/share/bash-completion/completions/mountmon
zsh=$prefix/share/zsh/site-functions/_mountmon
fish=$prefix/share/fish/vendor_completions.d/mountmon.fish

if [[ $program == --remove ]]; then
  rm -f "$prefix/bin/mountmon" "$bash" "$zsh" "$fish" "$pages/mountmon.8" "$pages"/mountmon-*.8
  exit
fi
if [[ ! -x $program ]]; then
  echo "install: $program is not there; 'make release' builds it" >&2
  exit 1
fi
# All of it is made before anything is installed: a program that does not run here installs nothing.
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$program" completions bash >"$made/bash"
"$program" completions zsh >"$made/zsh"
"$program" completions fish >"$made/fish"
names=$("$program" manual --list)
for name in $names; do "$program" manual "$name" >"$made/$name.8"; done

install -D -m 755 "$program" "$prefix/bin/mountmon"
install -D -m 644 "$made/bash" "$bash"
install -D -m 644 "$made/zsh" "$zsh"
install -D -m 644 "$made/fish" "$fish"
for name in $names; do install -D -m 644 "$made/$name.8" "$pages/$name.8"; done
echo "installed $prefix/bin/mountmon, its manual pages, and completions for bash, zsh and fish"
