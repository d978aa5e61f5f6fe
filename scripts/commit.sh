#!/usr/bin/env bash
# Names the commit that is built: its 40 digits, then -modified where the tree holds what no commit
# does. Prints nothing where git cannot tell: an unknown commit is better than a wrong one.
set -euo pipefail
cd "$(dirname "$0")/.."
# The checkout of somebody else further up says nothing about this one.
top=$(git rev-parse --show-toplevel 2>/dev/null) && [[ "$top" -ef . ]] || exit 0
commit=$(git rev-parse --verify HEAD 2>/dev/null) || exit 0
changes=$(git status --porcelain) || exit 0
echo "$commit${changes:+-modified}"
