import JSONValue
import K8sClient
import Pacing
import TimeText

@testable import ResticUnlock

/// The Lease of a repository, as an API server has it.
struct LeaseOfTale: Hashable {
  var record: UnlockRecord?
  var version = 0
  var isReadable = true

  mutating func answer(_ call: UnlockCall) -> UnlockAnswer {
    switch call {
    case .readRecord:
      return .record(isReadable ? record : nil, version: version == 0 ? nil : "\(version)")
    case .writeRecord(let written, let over):
      guard over == (version == 0 ? nil : "\(version)") else { return .conflict }
      // As it will be read again: whole seconds, nothing that JSON does not have.
      record = UnlockRecord(written.json)
      isReadable = true
      version += 1
      return .written(version: "\(version)")
    case .create, .ask, .readReport, .removeJob: return .failed("no call of a Lease")
    }
  }

  var outcomes: [String] { record?.attempts.map { "\($0.mode) \($0.outcome)" } ?? [] }
}

/// The machine of one repository to which everything is told by hand; what it does is kept as lines.
struct UnlockTale {
  static let repository = RepositoryIdentity.secret(
    namespace: "media", name: "app-volsync", key: "RESTIC_REPOSITORY")
  /// The host of a mover that was killed, and is proven to be dead.
  static let deadHost = "volsync-src-app-dead"

  var machine: UnlockMachine
  var now = Tick.zero + .seconds(1000)
  var view: RepositoryView
  /// What came of the last event.
  var lines: [String] = []
  /// The call that is out.
  var call: UnlockCall?
  private var callID: UInt64 = 0

  init(_ identity: String = "one", change: (inout MonitorSettings) -> Void = { _ in }) {
    var settings = MonitorSettings()
    settings.isEnabled = true
    change(&settings)
    machine = UnlockMachine(monitor: "main", identity: identity, settings: settings)
    view = RepositoryView(
      repository: Self.repository, failures: [], cluster: ClusterView(pods: [], now: Objects.start))
    view.cluster.nodes["node-1"] = .ready(since: .earliest)
    view.sources = [Objects.source()]
  }

  var wall: Timestamp { Objects.start + (now - .zero) }
  var state: String { "\(machine.state)".prefix { $0 != "(" }.description }

  // MARK: Events

  mutating func tell(_ event: UnlockMachine.Event) {
    lines = []
    for effect in machine.handle(event, at: now, wall: wall) {
      switch effect {
      case .send(let id, let call, _):
        self.call = call
        callID = id
        lines.append(call.words)
      case .tell(let notice): lines.append(notice.words)
      }
    }
  }

  mutating func see(_ change: (inout RepositoryView) -> Void = { _ in }) {
    change(&view)
    view.cluster.now = wall
    tell(.seen(view))
  }

  mutating func configure(_ change: (inout MonitorSettings) -> Void) {
    var settings = machine.settings
    change(&settings)
    tell(.configured(settings))
  }

  mutating func answer(_ answer: UnlockAnswer) {
    guard call != nil else {
      lines = ["nothing was asked"]
      return
    }
    call = nil
    tell(.answered(callID, answer))
  }

  /// Answers reads and writes of the record, until something else is asked for.
  mutating func serve(_ lease: inout LeaseOfTale) {
    var all = lines
    while let call, call.isAboutRecord {
      answer(lease.answer(call))
      all += lines
    }
    lines = all
  }

  /// Time passes, and the cluster is looked at all the while.
  mutating func wait(_ seconds: Int) {
    now = now + .seconds(seconds)
    see()
  }

  /// Goes to the next alarm, over and over, for a while.
  mutating func pass(_ seconds: Int, _ lease: inout LeaseOfTale) {
    let end = now + .seconds(seconds)
    var all: [String] = []
    while call == nil, let alarm = machine.alarm, alarm <= end {
      now = max(now, alarm)
      see()
      all += lines
      serve(&lease)
      all += lines
    }
    if call == nil { now = max(now, end) }
    lines = all
  }

  // MARK: What there is

  /// A mover that was killed, and one that met its lock.
  mutating func meetsDead(exclusively: Bool = false) {
    let dead = Objects.pod(Self.deadHost, exit: 137, after: 900)
    meets(host: Self.deadHost, beside: [dead], exclusively: exclusively)
  }

  /// A mover met the lock of a host; so many seconds old.
  mutating func meets(
    host: String, age: Int = 200, beside others: [Pod] = [], exclusively: Bool = false,
    id: String = "1a12470f"
  ) {
    let text = Logs.block(exclusively: exclusively, pid: 20, host: host, age: "\(age)s", id: id)
    meets(Logs.head + text, beside: others)
  }

  mutating func meets(_ log: String, exit: Int = 11, beside others: [Pod] = []) {
    let pod = Objects.pod(exit: exit, after: Int((now - .zero).components.seconds))
    let job = Objects.job(failed: 1)
    guard let failed = FailedMover(pod: pod, job: job, rules: MoverRules()),
      let sign = LockSign.found(exitCode: exit, log: LogTail(log), patterns: LockPatterns())
    else { return }
    let failure = LockFailure(failed, sign: sign, seen: wall)
    see { view in
      view.failures = [failure]
      view.cluster.pods = [pod] + others
      view.cluster.jobs = [job]
    }
  }

  /// The unlock Job that was asked for is there.
  mutating func appears(_ name: String? = nil, ended: String? = nil) {
    let name = name ?? jobName
    var job = Job(json: [
      "apiVersion": "batch/v1", "kind": "Job",
      "metadata": [
        "name": .string(name), "namespace": "media", "uid": .string("uid-\(name)"),
        "annotations": ["homelab.rafaribe.com/mode": .string(mode)],
      ],
    ])
    if let ended {
      job[value: "status", "conditions"] = [["type": .string(ended), "status": "True"]]
    }
    see { $0.unlockJobs = [job] }
  }

  /// The name of the Job that is asked for, or was claimed.
  var jobName: String {
    if case .create(let unlock)? = call { return unlock.name }
    return machine.record?.record.attempts.last?.job ?? ""
  }

  private var mode: String { machine.record?.record.attempts.last?.mode ?? "" }

  /// The report of a Job that found the lock, and left these.
  func report(
    host: String = deadHost, age: Int = 200, left: Bool = false, unlocked: Bool = true,
    id: String = "1a12470f"
  ) -> UnlockAnswer {
    let token = jobName
    let whole = id + String(repeating: "0", count: 56)
    let written = wall - .seconds(age)
    var text =
      "\(token) begin before\n\(token) lock \(whole)\n{\"time\": \"\(written.rfc3339())\", "
    text += "\"exclusive\": false, \"hostname\": \"\(host)\", \"username\": \"\", \"pid\": 20}\n"
    text += "\(token) end before\n"
    if unlocked { text += "\(token) unlocked 0\n" }
    text += "\(token) begin after\n" + (left ? "\(token) lock \(whole)\n" : "")
    text += "\(token) end after\n\(token) done 0\n"
    return .report(UnlockReport(LogTail(text), token: token))
  }
}

extension UnlockCall {
  var isAboutRecord: Bool {
    switch self {
    case .readRecord, .writeRecord: true
    case .create, .ask, .readReport, .removeJob: false
    }
  }

  var words: String {
    switch self {
    case .readRecord: "read the record"
    case .writeRecord(let record, let over):
      "write \(record.attempts.last.map { "\($0.mode) \($0.outcome)" } ?? "nothing")"
        + (over == nil ? " anew" : "")
    case .create(let unlock): "make \(unlock.mode)"
    case .ask(let owner, _, _): "ask \(owner.name)"
    case .readReport: "read the report"
    case .removeJob(_, let name, _): "remove \(name)"
    }
  }
}

extension UnlockNotice {
  var words: String {
    switch self {
    case .detected: "detected"
    case .made(_, let mode): "made \(mode)"
    case .began(let attempt, _): "began \(attempt.mode)"
    case .ended(let attempt, _): "ended \(attempt.mode) \(attempt.outcome)"
    case .removed(_, let job, _): "removed \(job)"
    case .changed(let state): "is \("\(state)".prefix { $0 != "(" })"
    }
  }
}
