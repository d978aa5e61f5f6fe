import JSONValue
import K8sClient
import MountHealthCore
import ResticUnlock
import TimeText

/// How one backup or restore stands: what VolSync says of it, what is known of its locks, and what is
/// planned.
struct VolSyncExplanation {
  var namespace: String
  var name: String
  var source: ReplicationSource?
  var destination: ReplicationDestination?
  var picture: UnlockPicture

  /// The repositories that it failed at, or whose Secret it names.
  var repositories: [UnlockPicture.Repository] {
    let secrets = [source?.repositorySecretName, destination?.repositorySecretName]
      .compactMap { $0 }
      .map { RepositoryIdentity.secret(namespace: namespace, name: $0, key: "RESTIC_REPOSITORY") }
    return picture.repositories.filter { repository in
      secrets.contains(repository.name)
        || repository.failures.contains {
          $0.owner?.namespace == namespace && $0.owner?.name == name
        }
    }
  }

  private var rot: [LockRot] {
    picture.rot.filter { $0.owner.namespace == namespace && $0.owner.name == name }
  }

  /// The document.
  var json: JSONValue {
    [
      "namespace": .string(namespace), "name": .string(name),
      "kinds": .array(facts.map { .string($0.kind) }),
      "facts": .array(facts.flatMap(\.lines).map { .string($0) }),
      "complaints": .array(picture.complaints.map { .string($0) }),
      "repositories": .array(repositories.map(VolSyncDocument.json)),
      "lockRot": .array(rot.map(VolSyncDocument.json)),
      "conclusion": .string(conclusion),
    ]
  }

  /// In words.
  func text(width: Int, isColored: Bool) -> String {
    let table = VolSyncTable(isColored: isColored, width: width)
    var text = ""
    for fact in facts {
      text += "\(fact.kind) \(namespace)/\(name)\n"
      for line in fact.lines {
        text += WrappedText.lines(line.onOneLine, width: max(width, 40) - 2)
          .map { "  \($0)\n" }.joined()
      }
    }
    for complaint in picture.complaints { text += "  cannot be read: \(complaint.onOneLine)\n" }
    for repository in repositories { text += table.text(of: VolSyncDocument.json(repository)) }
    for one in rot { text += "LOCK ROT    \(one.description.onOneLine)\n" }
    text += WrappedText.lines(conclusion, width: max(width, 40)).map { "\($0)\n" }.joined()
    return text
  }

  /// The last word.
  private var conclusion: String {
    if !picture.isSynced { return "The cluster could not be read in time; nothing can be said." }
    let locked = repositories.filter(\.state.isInTheWay)
    guard let first = locked.first else {
      let isUnused = source?.usesRestic != true && destination?.usesRestic != true
      if isUnused { return "Its mover is not restic; nothing is done about others." }
      return rot.isEmpty
        ? "No mover of it failed on a lock, as far as pods, Jobs and VolSync's status tell."
        : "No mover of it fails on a lock now; its retention needs a look."
    }
    switch first.state {
    case .waiting: return "A lock is in its way, and is left alone for now."
    case .refused: return "A lock is in its way, and a person is needed."
    case .givenUp: return "A lock is in its way, and too many tries did not help."
    case .acting: return "A lock is in its way, and an unlock is under way."
    case .queued, .wouldAct, .idle, .disabled:
      return "A lock is in its way, and a monitor that is enabled would remove it as planned."
    }
  }

  private struct Facts {
    var kind: String
    var lines: [String]
  }

  private var facts: [Facts] {
    var found: [Facts] = []
    if let source {
      var lines = Self.lines(of: source)
      if let unlock = source.unlock {
        lines.append("spec.restic.unlock is \(unlock)")
        lines.append("status.restic.lastUnlocked is \(source.lastUnlocked ?? "not set")")
      }
      if let pruned = source.lastPruned { lines.append("last pruned \(pruned.wholeSeconds)") }
      found.append(Facts(kind: ReplicationSource.type.kind, lines: lines))
    }
    if let destination {
      found.append(
        Facts(kind: ReplicationDestination.type.kind, lines: Self.lines(of: destination)))
    }
    return found
  }

  private static func lines(of object: some Replication) -> [String] {
    var lines: [String] = []
    if let secret = object.repositorySecretName {
      lines.append("repository in Secret \(secret), which is not read")
    }
    if object.isPaused { lines.append("paused") }
    if let time = object.lastSyncTime {
      lines.append("last run that succeeded: \(time.wholeSeconds)")
    }
    if let time = object.lastSyncStartTime {
      lines.append("a run goes on since \(time.wholeSeconds)")
    }
    if let status = object.latestMoverStatus {
      lines.append("the last mover: \(status.result ?? "unknown")")
      let last = status.logs.utf8.split(separator: UInt8(ascii: "\n")).last
      if status.isFailed, let last { lines.append("its last line: \(Substring(last))") }
    }
    return lines
  }
}

extension Timestamp {
  fileprivate var wholeSeconds: String { rfc3339(fractionDigits: 0) }
}
