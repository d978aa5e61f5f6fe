import Pacing
import SimulationKit
import Testing
import TimeText

@testable import MountHealthCore

/// Two pods of a StatefulSet with one mount each, of which one may be down at a time; everything
/// can happen in every order.
@Suite struct `Simulation of every small world of restarts` {
  @Test(arguments: [RestartStrategy.evict, .delete])
  func `keeps its rules in every order of events`(_ strategy: RestartStrategy) {
    var exploration = Exploration<RestartStory, RestartStory>()
    let fault = exploration.run(
      from: RestartStory(strategy), depth: 40, limit: 10_000,
      key: { story in
        var key = story
        key.path = []
        return key
      },
      steps: { $0.steps() })
    #expect(fault == nil, "\(fault ?? "")")
    print("restart machines, \(strategy): \(exploration.text)")
  }
}

/// Two machines and what there is around them.
struct RestartStory: Hashable {
  /// A pod with its machine.
  struct Replica: Hashable {
    var uid: String
    var machine: RestartMachine
    var wake = Tick.zero
    /// A request on its way to the server, and one that will take effect without an answer.
    var out: RestartRequest?
    var stray: RestartRequest?
    var answer: (RestartAnswer)?
    var isUnhealthy = false
    var hasAnnounced = false
    var wasWell = true
  }

  var cluster = FakeCluster(.statefulSet)
  var replicas: [Replica] = []
  var now = Tick.zero
  var faults = 0
  var nextUID = 2
  /// Pods that are down by us.
  var downs: Set<String> = []
  var path: [String] = []

  init(_ strategy: RestartStrategy) {
    let policy = RestartPolicy(
      isEnabled: true, maxRetries: 2, strategy: strategy,
      budget: RestartBudget(restarts: 2, spacing: .zero))
    for number in 0..<2 {
      let uid = "uid-\(number)"
      cluster.pods[uid] = FakeCluster.Pod(
        name: "plex-\(number)", uid: uid, created: FakeCluster.dawn - .seconds(3600))
      let machine = RestartMachine(policy: policy, seed: UInt64(number), start: .zero)
      replicas.append(Replica(uid: uid, machine: machine))
    }
    // Both are armed: how they come to that is told elsewhere.
    for index in replicas.indices { arm(index) }
    for index in replicas.indices { _ = setHealth(index, .unhealthy) }
    path = []
  }

  private mutating func arm(_ index: Int) {
    _ = feed(
      .identified(
        .pod(
          PodIdentity(
            namespace: "media", name: "plex-\(index)", uid: replicas[index].uid))), to: index)
    while replicas[index].out != nil {
      arrive(index)
      _ = deliver(index)
    }
    _ = setHealth(index, .healthy)
  }

  // MARK: What can happen

  func steps() -> [(state: Self, fault: String?)] {
    var next: [(state: Self, fault: String?)] = []
    func step(_ name: String, _ act: (inout Self) -> String?) {
      var story = self
      story.path.append(name)
      let fault = act(&story)
      next.append((story, fault.map { "\($0)\n\(story.path.joined(separator: "\n"))" }))
    }
    for index in replicas.indices {
      let replica = replicas[index]
      if let request = replica.out, replica.answer == nil {
        step("\(index): \(request.call.text) arrives") { story in
          let fault = story.arrive(index)
          return fault ?? story.deliver(index)
        }
        if faults < 2 {
          step("\(index): \(request.call.text) is refused") { story in
            story.faults += 1
            story.replicas[index].answer = .failed(CallFault(.transient, "503"))
            return story.deliver(index)
          }
          step("\(index): \(request.call.text) arrives, the answer is lost") { story in
            story.faults += 1
            let fault = story.arrive(index)
            return fault ?? story.lose(index)
          }
          if replica.stray == nil {
            step("\(index): \(request.call.text) arrives later") { story in
              story.faults += 1
              story.replicas[index].stray = request
              return story.lose(index)
            }
          }
        }
      }
      if let stray = replica.stray, now < stray.deadline + RestartMachine.afterEffect {
        step("\(index): \(stray.call.text) arrives at last") { story in
          story.replicas[index].stray = nil
          return story.carryOut(stray.call, of: index).fault
        }
      }
      if cluster.pods[replica.uid]?.isTerminating == true {
        step("\(index): is replaced") { $0.replace(index) }
      } else if faults < 2 {
        step("\(index): \(replica.isUnhealthy ? "mends" : "breaks")") { story in
          story.faults += 1
          return story.setHealth(index, replica.isUnhealthy ? .healthy : .unhealthy)
        }
        step("\(index): its sidecar is killed") { story in
          story.faults += 1
          return story.restart(index)
        }
      }
    }
    // Time passes when nobody is on the way: latency is told by other orders.
    if replicas.allSatisfy({ $0.out == nil }) {
      step("time passes") { $0.passTime() }
    }
    return next
  }

  private mutating func passTime() -> String? {
    guard let wake = replicas.map(\.wake).min(), wake.nanoseconds < .max else { return nil }
    now = max(now, wake)
    for index in replicas.indices where replicas[index].wake <= now {
      if let fault = feed(.tick, to: index) { return fault }
    }
    return nil
  }

  private mutating func setHealth(_ index: Int, _ health: Health) -> String? {
    replicas[index].isUnhealthy = health == .unhealthy
    if health == .healthy {
      replicas[index].wasWell = true
      // Well: the pod stands in the place of the one before it.
      if !downs.contains(replicas[index].uid) {
        downs = downs.filter { $0.hasPrefix("uid") && !isFormer($0, of: index) }
      }
    }
    guard let path = try? MountPath("/media") else { return "no path" }
    let need = MountNeed(
      label: "/media", path: path, health: health, wantsRemedy: health == .unhealthy,
      failureCount: health == .unhealthy ? 3 : 0,
      unhealthySince: health == .unhealthy ? now : nil)
    return feed(.mounts([need]), to: index)
  }

  /// Whether a pod that is down was of the same name.
  private func isFormer(_ uid: String, of index: Int) -> Bool {
    names[uid] == index
  }

  var names: [String: Int] = ["uid-0": 0, "uid-1": 1]

  private mutating func restart(_ index: Int) -> String? {
    let machine = replicas[index].machine
    replicas[index].stray = replicas[index].stray ?? replicas[index].out
    replicas[index].machine = RestartMachine(policy: machine.policy, seed: 5, start: now)
    replicas[index].out = nil
    replicas[index].answer = nil
    replicas[index].hasAnnounced = false
    replicas[index].isUnhealthy = false
    let pod = PodIdentity(namespace: "media", name: "plex-\(index)", uid: replicas[index].uid)
    return feed(.identified(.pod(pod)), to: index)
  }

  /// The old pod is gone and a new one of its name runs.
  private mutating func replace(_ index: Int) -> String? {
    let uid = "uid-\(nextUID)"
    nextUID += 1
    names[uid] = index
    cluster.pods[replicas[index].uid] = nil
    cluster.pods[uid] = FakeCluster.Pod(
      name: "plex-\(index)", uid: uid, created: FakeCluster.dawn + (now - .zero))
    replicas[index].uid = uid
    replicas[index].wasWell = false
    return restart(index)
  }
}

extension RestartStory {
  // MARK: Requests

  /// Feeds an event. Reads are answered at once, so that the search comes farther: what was read may
  /// be old by the time of a write or a removal all the same.
  private mutating func feed(_ event: RestartMachine.Event, to index: Int) -> String? {
    var fault = handle(event, by: index)
    while fault == nil, let request = replicas[index].out {
      switch request.call {
      case .readPod, .readRecord, .reviewAccess: break
      case .writeRecord, .evict, .delete, .checkUpstream, .repair: return nil
      }
      replicas[index].out = nil
      let answer = carryOut(request.call, of: index).answer
      fault = handle(.answered(request.id, answer), by: index)
    }
    return fault
  }

  private mutating func handle(_ event: RestartMachine.Event, by index: Int) -> String? {
    let effects = replicas[index].machine.handle(event, at: now)
    for effect in effects {
      switch effect {
      case .send(let request):
        if replicas[index].out != nil { return "a second request while one is out" }
        replicas[index].out = request
        if case .evict(_, let uid) = request.call {
          if uid != replicas[index].uid { return "\(uid) is not \(index)" }
          if !replicas[index].hasAnnounced { return "not announced" }
          if !replicas[index].isUnhealthy { return "not needed" }
        }
      case .announce(let notice):
        if notice.reason == .watchdogRestart { replicas[index].hasAnnounced = true }
      case .exit: return "exit"
      case .log: break
      case .wake(let wake):
        if wake <= now { return "no wake in the future" }
        replicas[index].wake = wake
      }
    }
    return nil
  }

  /// The request reaches the server.
  @discardableResult
  fileprivate mutating func arrive(_ index: Int) -> String? {
    guard let request = replicas[index].out else { return nil }
    let result = carryOut(request.call, of: index)
    replicas[index].answer = result.answer
    return result.fault
  }

  fileprivate mutating func carryOut(
    _ call: RestartCall, of index: Int
  ) -> (answer: RestartAnswer, fault: String?) {
    let going = Set(cluster.pods.values.filter(\.isTerminating).map(\.uid))
    let answer = cluster.carryOut(call, wall: FakeCluster.dawn + (now - .zero))
    let gone = Set(cluster.pods.values.filter(\.isTerminating).map(\.uid)).subtracting(going)
    for uid in gone {
      // A pod that stood for one that is down, and never was well, is down in its place.
      if let index = names[uid], replicas[index].uid == uid, !replicas[index].wasWell {
        downs = downs.filter { names[$0] != index }
      }
      downs.insert(uid)
      if downs.count > 1 { return (answer, "\(downs.sorted()) are down") }
    }
    return (answer, nil)
  }

  /// The answer comes back.
  fileprivate mutating func deliver(_ index: Int) -> String? {
    guard let request = replicas[index].out, let answer = replicas[index].answer else {
      return nil
    }
    replicas[index].out = nil
    replicas[index].answer = nil
    return feed(.answered(request.id, answer), to: index)
  }

  /// No answer comes: the deadline passes.
  fileprivate mutating func lose(_ index: Int) -> String? {
    guard let request = replicas[index].out else { return nil }
    now = max(now, request.deadline)
    replicas[index].answer = .failed(CallFault(.transient, "timeout", mayHaveHappened: true))
    return deliver(index)
  }
}
