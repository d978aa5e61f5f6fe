#!/usr/bin/env bash
# Plays kind, kubectl, docker or podman, by the name that it is called by, for the scripts of the
# rehearsal: writes each call down, and answers from the files of the folder STUB.
#
#   calls        each call, a line
#   fail-at      the number of the call that fails
#   fail         extended regular expressions of calls that fail; fail-later: once the canary is gone
#   clusters     the names of the clusters          images     the names of the engine's images
#   pods-before  the pods until the canary goes     pods-1 …   one file for each look after that
#   events       reasons, once the canary is gone   applied    what was applied
set -euo pipefail
name=$(basename "$0")
words="$name $*"
call=${words//$'\n'/ }
call=${call%%go-template=*}
[ "$call" = "$words" ] || [[ $words != *go-template=* ]] || call+=go-template
[ -z "${KUBECONFIG:-}" ] || call+=" with KUBECONFIG of the environment"
[ -z "${KIND_EXPERIMENTAL_PROVIDER:-}" ] || [ "$name" != kind ] || call+=" (by $KIND_EXPERIMENTAL_PROVIDER)"
echo "$call" >>"$STUB/calls"
if [ "$(wc -l <"$STUB/calls")" = "$(cat "$STUB/fail-at" 2>/dev/null)" ] ||
  { [ -s "$STUB/fail" ] && grep -qEf "$STUB/fail" <<<"$call"; } ||
  { [ -e "$STUB/removed" ] && [ -s "$STUB/fail-later" ] && grep -qEf "$STUB/fail-later" <<<"$call"; }; then
  echo "the stub refuses" >&2
  exit 1
fi

# after OPTION: the word that follows it.
after() {
  local wanted=$1 word previous=
  for word in "${arguments[@]}"; do
    if [ "$previous" = "$wanted" ]; then echo "$word"; fi
    previous=$word
  done
}
arguments=("$@")

case $call in
  "kind get clusters"*)
    cat "$STUB/clusters"
    ;;
  "kind create cluster"*)
    after --name >>"$STUB/clusters"
    echo made >"$(after --kubeconfig)"
    ;;
  "kind export kubeconfig"*) echo exported >"$(after --kubeconfig)" ;;
  "kind delete cluster"*)
    grep -vFx "$(after --name)" "$STUB/clusters" >"$STUB/clusters.new" || true
    mv "$STUB/clusters.new" "$STUB/clusters"
    ;;
  *"image inspect --format"*) echo "localhost/${!#}" ;;
  *"image inspect"*) grep -qFx -- "${!#}" "$STUB/images" ;;
  *" import "*)
    cat >"$STUB/imported.tar"
    echo "${!#}" >>"$STUB/images"
    ;;
  *" pull "*) echo "${!#}" >>"$STUB/images" ;;
  *" save "*) echo image >"$(after --output)" ;;
  kubectl*" apply "*)
    cat >"$STUB/applied"
    touch "$STUB/deployed"
    ;;
  kubectl*" get deployment/"*)
    if [ ! -e "$STUB/deployed" ]; then
      echo 'Error from server (NotFound): deployments.apps "main-app" not found' >&2
      exit 1
    fi
    ;;
  kubectl*" exec "*)
    touch "$STUB/removed"
    ;;
  kubectl*" get pods "*go-template*)
    if [ ! -e "$STUB/removed" ]; then
      cat "$STUB/pods-before"
    else
      look=$(($(cat "$STUB/looks" 2>/dev/null || echo 0) + 1))
      if [ -e "$STUB/pods-$look" ]; then echo $look >"$STUB/looks"; else look=$((look - 1)); fi
      cat "$STUB/pods-$look"
    fi
    ;;
  kubectl*" get events "*go-template*)
    if [ -e "$STUB/removed" ]; then cat "$STUB/events"; fi
    ;;
  kubectl*" logs "*) echo "a line of $call" ;;
esac
