import Pacing
import Testing
import TimeText

@testable import MountHealthCore

/// One machine, a cluster that answers it after ten milliseconds, and the shell between them.
struct RestartBench {
  static let pod = PodIdentity(namespace: "media", name: "plex-0", uid: "uid-0")

  var machine: RestartMachine
  var cluster: FakeCluster
  var now = Tick.zero
  var wake = Tick.zero
  var mounts: [MountNeed]
  /// Requests that are out, by when they will be answered.
  var out: [(at: Tick, request: RestartRequest, answer: RestartAnswer)] = []
  /// Says what becomes of the nth request, counted from 1.
  var fate: (Int, RestartCall) -> Fate = { _, _ in .proper }
  /// All requests that were sent, and all notices and lines.
  var sent: [RestartCall] = []
  var notices: [RestartNotice] = []
  var lines: [RestartLogLine] = []
  var exits: [Int32] = []
  /// How often the pod was removed: each agreement that changed something.
  var removals = 0
  /// Requests that take effect late.
  var late: [(at: Tick, call: RestartCall)] = []

  /// What becomes of a request.
  enum Fate: Hashable, CaseIterable {
    /// It is carried out and answered.
    case proper
    /// It is not carried out, and an error says so.
    case refused
    /// It is carried out, and an error is answered that leaves this open.
    case appliedAndFailed
    /// It is not carried out, and no answer comes.
    case lost
    /// It is carried out, and no answer comes.
    case unanswered
    /// It is carried out long after no answer came.
    case late
  }

  init(
    _ policy: RestartPolicy = RestartPolicy(isEnabled: true), kind: FakeCluster.Kind = .statefulSet,
    mounts labels: [String] = ["/media"], repair: RepairPlan? = nil
  ) throws {
    machine = RestartMachine(policy: policy, seed: 7, start: .zero)
    cluster = FakeCluster(kind)
    cluster.pods[Self.pod.uid] = FakeCluster.Pod(
      name: Self.pod.name, uid: Self.pod.uid, created: FakeCluster.dawn - .seconds(3600))
    mounts = try labels.map { label in
      MountNeed(label: label, path: try MountPath(label), health: .unknown, repair: repair)
    }
  }

  var wall: Timestamp { FakeCluster.dawn + (now - .zero) }
  /// The reasons that were told, in order.
  var told: [String] {
    lines.compactMap { line in
      guard case .text(let word)? = line.fields.first(where: { $0.name == "reason" })?.value,
        RestartReason.words.contains(word)
      else { return nil }
      return word
    }
  }
  /// What the machine did to the pod.
  var actions: [RestartCall] {
    sent.filter {
      switch $0 {
      case .evict, .delete: true
      default: false
      }
    }
  }

  mutating func begin() {
    feed(.identified(.pod(Self.pod)))
    feed(.mounts(mounts))
  }

  /// A new process in the same pod.
  mutating func restart() {
    machine = RestartMachine(policy: machine.policy, seed: 8, start: now)
    out = []
    begin()
  }

  mutating func feed(_ event: RestartMachine.Event) {
    let effects = machine.handle(event, at: now)
    #expect(effects.filter { if case .wake = $0 { true } else { false } }.count == 1)
    for effect in effects {
      switch effect {
      case .send(let request): send(request)
      case .announce(let notice): notices.append(notice)
      case .log(let line): lines.append(line)
      case .exit(let code): exits.append(code)
      case .wake(let tick): wake = tick
      }
    }
  }

  private mutating func send(_ request: RestartRequest) {
    sent.append(request.call)
    let soon = now + .milliseconds(10)
    let uncertain = RestartAnswer.failed(
      CallFault(.transient, "timeout", mayHaveHappened: true))
    switch fate(sent.count, request.call) {
    case .proper: out.append((soon, request, carryOut(request.call)))
    case .refused: out.append((soon, request, .failed(CallFault(.transient, "503"))))
    case .appliedAndFailed:
      _ = carryOut(request.call)
      out.append((soon, request, uncertain))
    case .lost: out.append((request.deadline, request, uncertain))
    case .unanswered:
      _ = carryOut(request.call)
      out.append((request.deadline, request, uncertain))
    case .late:
      out.append((request.deadline, request, uncertain))
      late.append((request.deadline + .seconds(40), request.call))
    }
  }

  private mutating func carryOut(_ call: RestartCall) -> RestartAnswer {
    let before = cluster.pods[Self.pod.uid]?.isTerminating
    let answer = cluster.carryOut(call, wall: wall)
    if before == false, cluster.pods[Self.pod.uid]?.isTerminating == true { removals += 1 }
    return answer
  }

  /// Lets time pass.
  mutating func pass(_ time: Duration) {
    let end = now + time
    while true {
      let answer = out.map(\.at).min() ?? Tick(nanoseconds: .max)
      let effect = late.map(\.at).min() ?? Tick(nanoseconds: .max)
      let next = min(wake, answer, effect)
      guard next <= end else { break }
      now = max(now, next)
      if let index = late.firstIndex(where: { $0.at <= now }) {
        _ = carryOut(late.remove(at: index).call)
      } else if let index = out.firstIndex(where: { $0.at <= now }) {
        let (_, request, answer) = out.remove(at: index)
        feed(.answered(request.id, answer))
      } else {
        feed(.tick)
      }
    }
    now = end
  }

  /// Changes the health of a mount.
  mutating func set(_ health: Health, mount index: Int = 0) {
    mounts[index].health = health
    mounts[index].wantsRemedy = health == .unhealthy
    mounts[index].failureCount = health == .healthy || health == .unknown ? 0 : 3
    mounts[index].unhealthySince = health == .unhealthy ? now : nil
    if health == .healthy { mounts[index].wasEverHealthy = true }
    feed(.mounts(mounts))
  }

  /// Plays a story, ten seconds a character.
  ///
  /// In: `.` goes on; `+` healthy, `x` unhealthy; `A` the service account may not evict, `a` it may;
  /// `B` a disruption budget is in the way, `b` not any more; `U` the provider is down, `u` up; `C`
  /// another pod is claimed, `c` not any more; `K` the sidecar's process is another one; `S` it is
  /// asked to end; `T` somebody else deletes the pod. Out: the state: `d` disabled, `a` armed, `p`
  /// pending, `h` holding, `c` acting, `w` waiting for the pod to go, `s` spent; `W` where the pod
  /// was removed, `E` where the process ended for it.
  mutating func play(_ story: String) -> String {
    var states = ""
    for marble in story {
      let before = removals
      let ended = exits.count
      happen(marble)
      pass(.seconds(10))
      states += removals > before ? "W" : exits.count > ended ? "E" : letter
    }
    return states
  }

  private mutating func happen(_ marble: Character) {
    switch marble {
    case "+": set(.healthy)
    case "x": set(.unhealthy)
    case "A": cluster.refused = [.evict(pod: Self.pod.name)]
    case "a": cluster.refused = []
    case "B": cluster.blocked = "the disruption budget plex needs 1 healthy pods and has 1"
    case "b": cluster.blocked = nil
    case "U": cluster.upstreamIsUp = false
    case "u": cluster.upstreamIsUp = true
    case "C": claim(true)
    case "c": claim(false)
    case "K": restart()
    case "S": feed(.stopping)
    case "T": cluster.pods[Self.pod.uid]?.isTerminating = true
    default: break
    }
  }

  /// Another pod of the workload is claimed for a restart, or well again.
  private mutating func claim(_ isClaimed: Bool) {
    var record = cluster.record
    record.claims = isClaimed ? [.init(pod: "plex-1", uid: "uid-1", since: wall)] : []
    cluster.pods["uid-1"] = FakeCluster.Pod(
      name: "plex-1", uid: "uid-1", created: FakeCluster.dawn, isTerminating: isClaimed)
    let version = cluster.lease.map { "\($0.version)" }
    _ = cluster.carryOut(.writeRecord(name: "", record, over: version), wall: wall)
  }

  private var letter: String {
    switch machine.state {
    case .disabled: "d"
    case .armed: "a"
    case .pending: "p"
    case .holding: "h"
    case .acting: "c"
    case .waitingForPodToGo: "w"
    case .spent: "s"
    }
  }
}
