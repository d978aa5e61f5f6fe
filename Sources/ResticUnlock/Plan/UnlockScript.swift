/// What an unlock Job runs: it lists, looks whether all that is there is what it expects, unlocks,
/// lists again. Printing each lock takes a while, so right before it unlocks it looks once more. Its own lines begin with a token that nothing else in the log knows.
///
/// restic asks for a process by sending it SIGHUP, so that is ignored; and it takes a process of its
/// own for the holder where both have the same number, so as a dead host it tries twice.
public enum UnlockScript {
  /// The variable that holds the token.
  public static let token = "MOUNTMON_TOKEN"
  /// The variable that says what to do: a raw value of `UnlockJob.Mode`.
  public static let mode = "MOUNTMON_MODE"
  /// The variable that holds the locks that may be there: the beginnings of their names.
  public static let expected = "MOUNTMON_EXPECTED"
  /// What it ends with where it finds a lock that it does not expect; nothing is removed then.
  public static let unexpectedCode = 75

  /// For any POSIX shell.
  public static let text = #"""
    trap '' HUP
    say() { printf '%s %s\n' "$MOUNTMON_TOKEN" "$*"; }
    run() {
      if [ -n "${CUSTOM_CA:-}" ]; then
        restic --no-cache --cacert "$CUSTOM_CA" "$@"
      else
        restic --no-cache "$@"
      fi
    }
    list() {
      ids=$(run --no-lock list locks)
      code=$?
      if [ "$code" -ne 0 ]; then
        say "failed $1 $code"
        say "done $code"
        exit "$code"
      fi
      say "begin $1"
      for id in $ids; do
        case $id in *[!0-9a-f]*) continue ;; esac
        [ "${#id}" -eq 64 ] || continue
        say "lock $id"
        if [ "$1" = before ]; then
          run --no-lock cat lock "$id" || say "unreadable $id"
        fi
      done
      say "end $1"
    }
    list before
    if [ "$MOUNTMON_MODE" = inspect ]; then
      list after
      say "done 0"
      exit 0
    fi
    check() {
      strange=
      for id in $ids; do
        case $id in *[!0-9a-f]*) continue ;; esac
        [ "${#id}" -eq 64 ] || continue
        known=
        for want in $MOUNTMON_EXPECTED; do
          case $id in "$want"*) known=1 ;; esac
        done
        if [ -z "$known" ]; then
          say "unexpected $id"
          strange=1
        fi
      done
      if [ -n "$strange" ]; then
        say "done 75"
        exit 75
      fi
    }
    check
    ids=$(run --no-lock list locks)
    code=$?
    if [ "$code" -ne 0 ]; then
      say "failed again $code"
      say "done $code"
      exit "$code"
    fi
    check
    case $MOUNTMON_MODE in
    remove-all) run unlock --remove-all ;;
    as-host) run unlock && run unlock ;;
    *) run unlock ;;
    esac
    result=$?
    say "unlocked $result"
    list after
    say "done $result"
    exit "$result"
    """#
}
