import K8sClient
import Pacing
import ResticUnlock
import TimeText

/// All that is shown of `mountmon volsync`, at one time.
struct UnlockPicture: Sendable {
  /// A repository that somebody failed at.
  struct Repository: Sendable {
    var monitor: MonitorKey
    var name: RepositoryIdentity
    var state: UnlockMachine.State
    /// What would be done, or is done.
    var plan: UnlockPlan?
    var failures: [LockFailure]
    var attempts: [UnlockRecord.Attempt]
  }

  /// Something that happened.
  struct Entry: Sendable {
    var time: Timestamp
    var level: LogLevel
    var text: String
  }

  /// A monitor: the object, with its status.
  struct Monitor: Sendable {
    var key: MonitorKey
    var object: VolSyncMonitor
  }

  var monitors: [Monitor] = []
  var repositories: [Repository] = []
  var rot: [LockRot] = []
  var journal: [Entry] = []
  var counts = UnlockCounts()
  /// What of the cluster cannot be read, a line each.
  var complaints: [String] = []
  /// Whether all that can be read was read once.
  var isSynced = false
  /// Whether what is known of the cluster is of now.
  var isCurrent = false
  /// Whether nothing is under way, and nothing is about to be.
  var isSettled = false
  var turnedAt = Tick.zero

  /// Repositories whose lock is still in the way.
  var locked: [Repository] { repositories.filter { $0.state.isInTheWay } }
}

/// Where a monitor is: its namespace and name, or the file that it was read from.
struct MonitorKey: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Empty for a monitor of a file that names none.
  var namespace: String
  var name: String
  /// Whether it is an object of the cluster, which has a status.
  var isObject = true

  var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }

  static func < (one: MonitorKey, other: MonitorKey) -> Bool {
    (one.namespace, one.name) < (other.namespace, other.name)
  }
}

/// What was counted since the start.
struct UnlockCounts: Hashable, Sendable {
  /// What is backed up or restored.
  struct Subject: Hashable, Comparable, Sendable {
    var namespace: String
    var app: String
    var object: String

    static func < (one: Subject, other: Subject) -> Bool {
      (one.namespace, one.object) < (other.namespace, other.object)
    }
  }

  /// A failure by a lock: of what, and what it was seen by.
  struct Detection: Hashable, Sendable {
    var subject: Subject
    var sign: String
  }

  var created: [Subject: Int] = [:]
  var succeeded: [Subject: Int] = [:]
  var failed: [Subject: Int] = [:]
  var detected: [Detection: Int] = [:]
  /// Turns of a monitor.
  var turns: [MonitorKey: Turns] = [:]
  var calls = 0
  var failedCalls = 0

  /// How often a monitor had a look, and how often it could not.
  struct Turns: Hashable, Sendable {
    var successes = 0
    var errors = 0
  }
}

extension UnlockMachine.State {
  /// In one word, as documents and metrics have it.
  var word: String {
    switch self {
    case .idle: "idle"
    case .waiting: "waiting"
    case .queued: "queued"
    case .acting: "acting"
    case .wouldAct: "would-act"
    case .refused: "refused"
    case .givenUp: "given-up"
    case .disabled: "disabled"
    }
  }

  /// All words, for metrics.
  static let words = [
    "idle", "waiting", "queued", "acting", "would-act", "refused", "given-up", "disabled",
  ]

  /// Whether a lock is still in the way.
  var isInTheWay: Bool {
    switch self {
    case .idle, .disabled: false
    case .waiting, .queued, .acting, .wouldAct, .refused, .givenUp: true
    }
  }

  /// What there is to say beside the word; `nil`: nothing.
  var detail: String? {
    switch self {
    case .waiting(let why), .refused(let why): why
    case .acting(let job): job
    case .givenUp(let until): "until \(until.rfc3339(fractionDigits: 0))"
    case .idle, .queued, .wouldAct, .disabled: nil
    }
  }
}
