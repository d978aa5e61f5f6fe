import HTTPTransport
import JSONValue
import Pacing
import SimulationKit
import Testing

@testable import K8sClient

/// A watch and its server, with a network that fails, on a clock of its own.
struct WatchWorld {
  var server = SimulatedServer()
  var machine: WatchMachine
  var now = Tick.at(1)
  var random: SeededGenerator
  /// From here on nothing fails, and from `quiet` on nothing changes.
  let calm: Tick
  let quiet: Tick
  let end: Tick

  /// What the caller has been told, with uid and version.
  var mirror: [String: String] = [:]
  var isInterrupted = false
  var syncs = 0
  var calls: [Tick] = []
  var positions: [String: Int] = [:]
  var violations: [String] = []

  private var stream: Stream?
  private var nextWrite: Tick

  private struct Stream {
    var cursor: Int
    var start: Int
    var end: Tick
    var bookmark: Tick
    /// Nothing comes through any more, and nobody says so.
    var isFrozen = false
  }

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    let policy = WatchPolicy(
      pageSize: 3, keepsObjects: random.chance(0.5))
    machine = WatchMachine(operation: "watch things", policy: policy, seed: seed)
    calm = now + .seconds(3600)
    quiet = calm + .seconds(600)
    end = quiet + .seconds(3 * 3600)
    nextWrite = now
    for _ in 0..<random.number(0...12) { server.write(using: &random) }
  }

  mutating func run() {
    var action = take(machine.handle(.tick, at: now))
    while now < end, violations.isEmpty {
      guard let event = perform(action) else { continue }
      if let next = take(machine.handle(event, at: now)) { action = next }
    }
    let truth = server.selection(at: server.version)
    if mirror != truth { violations.append("told \(mirror), is \(truth)") }
    if isInterrupted { violations.append("interrupted in a calm") }
    if syncs != 1 { violations.append("synced \(syncs) times") }
    let late = calls.filter { $0 > quiet }.count
    if late > 130 { violations.append("\(late) calls in three quiet hours") }
    for (one, other) in zip(calls, calls.dropFirst(40)) where other - one < .seconds(5) {
      violations.append("41 calls between \(one) and \(other)")
    }
  }

  private mutating func take(_ effects: [WatchMachine.Effect]) -> WatchMachine.Effect? {
    var action: WatchMachine.Effect?
    for effect in effects {
      if action != nil { violations.append("something follows on \(effects)") }
      switch effect {
      case .deliver(let change): apply(change)
      case .close: stream = nil
      case .list, .open, .read, .wait: action = effect
      }
    }
    if let action { check(action) }
    return action
  }

  private mutating func apply(_ change: WatchChange<JSONValue>) {
    switch change {
    case .added(let json), .modified(let json):
      guard let object = WatchedObject(json) else { return violations.append("no object") }
      let isNew = mirror[object.key.name] == nil
      if case .added = change, !isNew { violations.append("\(object.key) is added twice") }
      if case .modified = change, isNew { violations.append("\(object.key) was never added") }
      mirror[object.key.name] = "\(object.uid)@\(object.resourceVersion)"
    case .deleted(let departed):
      guard let former = mirror.removeValue(forKey: departed.key.name) else {
        return violations.append("\(departed.key) is deleted, was not there")
      }
      if !former.hasPrefix(departed.uid + "@") {
        violations.append("\(departed.key) \(departed.uid) is deleted, was \(former)")
      }
    case .synced:
      syncs += 1
    case .interrupted:
      isInterrupted = true
    case .resumed:
      if !isInterrupted { violations.append("resumed, never interrupted") }
      isInterrupted = false
    }
  }

  /// Whenever a stream is asked for, what was told is what was at that version.
  private mutating func check(_ action: WatchMachine.Effect) {
    switch action {
    case .open(let text, let seconds):
      calls.append(now)
      if !(300...600).contains(seconds) { violations.append("\(seconds) s") }
      guard let version = Int(text) else { return violations.append("\(text) is no version") }
      // Of a past that never was there is nothing to compare with.
      guard server.pasts == 0 else { return }
      let truth = server.selection(at: version)
      if mirror != truth { violations.append("at \(version) told \(mirror), was \(truth)") }
    case .list:
      calls.append(now)
    case .read(let until), .wait(let until):
      if until <= now { violations.append("does not wait: \(action) at \(now)") }
    case .deliver, .close:
      break
    }
  }

  // MARK: the network

  private mutating func pass(_ time: Duration) {
    let until = now + time
    while nextWrite <= until, nextWrite < quiet {
      now = max(now, nextWrite)
      happen()
      nextWrite = now + random.time(10...random.number(100...60_000))
    }
    now = until
  }

  private mutating func happen() {
    for _ in 0..<random.number(1...random.number(1...6)) { server.write(using: &random) }
    guard now < calm else { return }
    if random.chance(0.05) { server.compact() }
    if random.chance(0.02) { server.restart() }
    if random.chance(0.005) { server.restore(using: &random) }
  }

  private mutating func fails(_ probability: Double) -> Bool {
    now < calm && random.chance(probability)
  }

  private mutating func failure() -> KubernetesError {
    let codes: [(KubernetesError.Code, Int)] = [
      (.unauthorized, 401), (.forbidden, 403), (.notFound, 404), (.tooManyRequests, 429),
      (.serverFailed, 500), (.unavailable, 503), (.timeout, 504), (.expired, 410),
    ]
    let index = random.number(0...codes.count)
    guard index < codes.count else {
      return KubernetesError(
        .unreachable, "list", transport: TransportError(.refused, "", "", mayHaveBeenSent: false))
    }
    let (code, number) = codes[index]
    let retryAfter: Duration? = random.chance(0.3) ? .seconds(random.number(0...20)) : nil
    return KubernetesError(code, "x", status: Status(code: number, retryAfter: retryAfter))
  }

  /// What comes of an action; `nil` where nothing has come yet.
  private mutating func perform(_ action: WatchMachine.Effect?) -> WatchMachine.Event? {
    switch action {
    case .wait(let until):
      pass(until - now)
      return .tick
    case .list(let limit, let continuation):
      pass(random.time(1...2000))
      if fails(0.2) { return .listFailed(failure()) }
      switch server.list(limit: limit, continuation: continuation) {
      case .success(let page): return .listed(page)
      case .failure(let error): return .listFailed(error)
      }
    case .open(let version, let seconds):
      pass(random.time(1...500))
      if fails(0.2) { return .openFailed(failure()) }
      let cursor = Int(version) ?? 0
      stream = Stream(
        cursor: cursor, start: server.starts, end: now + .seconds(seconds),
        bookmark: now + .seconds(60), isFrozen: fails(0.05))
      return .opened
    case .read(let until):
      return read(until: until)
    case .deliver, .close, nil:
      violations.append("nothing to do in \(machine.state)")
      return nil
    }
  }

  private mutating func read(until: Tick) -> WatchMachine.Event? {
    guard let stream else { return .ended(.clean) }
    guard now < until else { return .tick }
    if !stream.isFrozen {
      if stream.start != server.starts || fails(0.05) { return endStream() }
      if stream.cursor < server.floor { return .arrived(Self.expired) }
      if fails(0.01) { return .arrived(Self.trouble) }
      if fails(0.01) { return .ended(.malformed("nonsense")) }
      if let (version, event) = server.event(after: stream.cursor) {
        self.stream?.cursor = version
        pass(random.time(0...20))
        return .arrived(event)
      }
      if now >= stream.end { return .ended(.clean) }
      if now >= stream.bookmark, stream.cursor <= server.version {
        self.stream?.bookmark = now + .seconds(60)
        self.stream?.cursor = server.version
        return .arrived(Self.bookmark(server.version))
      }
    }
    pass(min(random.time(1...20_000), until - now))
    return nil
  }

  private mutating func endStream() -> WatchMachine.Event {
    stream = nil
    return random.chance(0.5)
      ? .ended(.clean) : .ended(.cut(TransportError(.cut, "", "", mayHaveBeenSent: true)))
  }

  private static func bookmark(_ version: Int) -> WatchEvent {
    WatchEvent(.bookmark, ["metadata": ["resourceVersion": .string(String(version))]])
  }
  private static let expired = WatchEvent(
    .error, ["kind": "Status", "reason": "Expired", "code": 410])
  private static let trouble = WatchEvent(
    .error, ["kind": "Status", "message": "etcd is ill", "code": 500])
}

@Suite struct `Simulation of a watch` {
  @Test(arguments: Seeds.upTo(200))
  func `tells the truth and comes to rest in every world`(_ seed: UInt64) {
    var world = WatchWorld(seed: seed)
    world.run()
    #expect(world.violations.isEmpty, "seed \(seed): \(world.violations.prefix(3))")
  }
}
