/// A script that does what the entry point of VolSync's restic mover does: the same commands of restic
/// in the same order, the same last words, the same exit codes.
///
/// As the real one, it is a shell that takes no notice of SIGTERM, being the first process. Beyond the
/// real one: while there is a file `.slow` in the data folder, a backup goes on (and holds its lock).
package struct MoverEntry: Sendable {
  /// Whether failures by a lock end with 11, no repository with 10 and a wrong password with 12, as
  /// restic has it from 0.17 on. What is installed may be older, and end with 1.
  package var mapsExitCodes: Bool

  package init(mapsExitCodes: Bool = false) {
    self.mapsExitCodes = mapsExitCodes
  }

  var text: String {
    "#!/bin/bash\nMAPS_CODES=\(mapsExitCodes ? 1 : 0)\n" + Self.script
  }

  private static let script = #"""
    set -e -o pipefail
    echo "Starting container"
    echo "VolSync restic container version: test"
    echo "$@"
    RESTIC=(restic)
    if [[ -n "${CUSTOM_CA:-}" ]]; then RESTIC+=(--cacert "$CUSTOM_CA"); fi
    "${RESTIC[@]}" version
    export RESTIC_PROGRESS_FPS=0.1
    RESTIC_HOST=volsync

    for name in PRIVILEGED_MOVER RESTIC_CACHE_DIR RESTIC_PASSWORD RESTIC_REPOSITORY DATA_DIR; do
      if [[ -z "${!name:-}" ]]; then
        echo "ERROR: ${name} must be provided"
        exit 1
      fi
    done

    fail() { echo "ERROR: $2"; exit "$1"; }

    # Runs restic, and makes an old one's exit code 1 what a newer one's would be.
    run() {
      local code=0 said
      said=$(mktemp -p /tmp)
      "$@" 2>&1 | tee "$said" || code=${PIPESTATUS[0]}
      if [[ "$code" == 1 && "$MAPS_CODES" == 1 ]]; then
        if grep -q 'unable to create lock in backend' "$said"; then code=11
        elif grep -q 'wrong password or no key found' "$said"; then code=12
        elif grep -q 'Is there a repository' "$said"; then code=10
        fi
      elif [[ "$code" == 1 ]] && grep -q 'Is there a repository' "$said"; then
        code=10
      fi
      rm -f "$said"
      return "$code"
    }

    ensure_initialized() {
      echo "== Checking repository ======"
      local code=0
      run timeout 60s "${RESTIC[@]}" cat config || code=$?
      case $code in
      0) ;;
      10) run "${RESTIC[@]}" init || fail 3 "failure initializing repository" ;;
      11) fail 3 "failure locking repository" ;;
      12) fail 3 "failure connecting to repository, incorrect password" ;;
      *) fail 3 "failure checking existence of repository" ;;
      esac
    }

    do_backup() {
      echo "=== Starting backup ==="
      cd "$DATA_DIR"
      if [[ -e .slow ]]; then
        while [[ -e .slow ]]; do head -c 1000 /dev/urandom; sleep 0.05; done |
          "${RESTIC[@]}" backup --host "$RESTIC_HOST" --stdin --stdin-filename slow
      else
        run "${RESTIC[@]}" backup --host "$RESTIC_HOST" --exclude=lost+found .
      fi
      cd /
    }

    do_forget() {
      echo "=== Starting forget ==="
      # shellcheck disable=SC2086
      run "${RESTIC[@]}" forget --host "$RESTIC_HOST" ${FORGET_OPTIONS:---keep-last 1}
    }

    for op in "$@"; do
      case $op in
      backup)
        if [[ -z "$(ls -A "$DATA_DIR")" ]]; then
          echo "== Directory is empty skipping backup ==="
          continue
        fi
        ensure_initialized
        do_backup
        do_forget
        ;;
      prune)
        echo "=== Starting prune ==="
        run "${RESTIC[@]}" prune
        ;;
      unlock)
        echo "=== Starting unlock ==="
        run "${RESTIC[@]}" unlock || [[ $? == 10 ]] || fail 3 "failure unlocking repository"
        ;;
      restore)
        echo "=== Starting restore ==="
        ensure_initialized
        run "${RESTIC[@]}" snapshots
        cd "$DATA_DIR"
        # shellcheck disable=SC2086
        run "${RESTIC[@]}" restore --host "$RESTIC_HOST" -t . latest ${RESTORE_OPTIONS:-}
        cd /
        ;;
      *)
        echo "ERROR: unknown operation: $op"
        exit 2
        ;;
      esac
    done
    echo "Restic completed"
    echo "=== Done ==="
    """#
}
