/// What the daemon answers and when: a file system in memory behind a gate of faults. Pure: requests,
/// commands and time come in, and what to write comes out.
struct FaultServer {
  private(set) var tree: MemoryTree
  private(set) var rules = FaultRules()
  private(set) var waiting: [Waiting] = []
  private(set) var counts: [Operation: Int] = [:]
  private(set) var isReadOnly = false
  /// What `STATFS` is to answer; nil for what is so: `disk`, less the stored pages.
  private(set) var space: Space?
  let settings: Settings
  private var isTracing = false

  struct Settings: Hashable {
    var cache = CachePolicy()
    /// Whether a held request ends when its caller is interrupted. A stuck daemon's does not.
    var isInterruptible = false
  }

  enum Event {
    case line(String)
    case request(Request)
    case tick
  }

  enum Effect: Hashable {
    /// The kernel greeted and was answered: the mount works.
    case announce
    /// A line for who gave a bad command.
    case complain(String)
    /// Drop the device without another word, as a daemon does that dies.
    case hangUp
    case reply(Reply)
    case say(String)
  }

  /// A request that was taken and not yet answered.
  struct Waiting: Hashable {
    let request: Request
    let operation: Operation
    /// Where it was about when it arrived.
    let paths: [FilePath]
    let arrived: Duration
  }

  /// In blocks: 1 GiB.
  static let disk: UInt64 = 262_144

  init(tree: MemoryTree, settings: Settings) {
    self.tree = tree
    self.settings = settings
  }

  mutating func handle(_ event: Event, at now: Moment) -> [Effect] {
    switch event {
    case .line(let line): obey(line, at: now)
    case .request(let request): receive(request, at: now)
    case .tick: settle(at: now)
    }
  }

  /// When the first delay ends; nil when none runs.
  var alarm: Duration? {
    waiting.compactMap { request in
      guard case .delay(let delay) = rules.fault(on: request.operation, at: request.paths) else {
        return nil
      }
      return request.arrived + delay
    }.min()
  }

  private mutating func receive(_ request: Request, at now: Moment) -> [Effect] {
    guard let operation = request.operation else {
      return [.reply(Reply(unique: request.unique, result: .failure(.unsupported)))]
    }
    counts[operation, default: 0] += 1
    let paths = tree.paths(of: request)
    var effects: [Effect] = []
    if isTracing {
      let words = [operation.name, "pid=\(request.caller.pid)"] + paths.map(\.description)
      effects.append(.say("request " + words.joined(separator: " ")))
    }
    if case .interrupt(let unique) = request.call {
      effects += interrupt(unique)
    } else {
      let waiting = Waiting(
        request: request, operation: operation, paths: paths, arrived: now.uptime)
      effects += judge(waiting, at: now) ?? hold(waiting)
    }
    return effects
  }

  private mutating func interrupt(_ unique: UInt64) -> [Effect] {
    guard settings.isInterruptible,
      let index = waiting.firstIndex(where: { $0.request.unique == unique })
    else { return [] }
    waiting.remove(at: index)
    return [.reply(Reply(unique: unique, result: .failure(.interrupted)))]
  }

  private mutating func hold(_ request: Waiting) -> [Effect] {
    waiting.append(request)
    return []
  }

  /// Answers what no rule holds back any longer, in the order it came.
  private mutating func settle(at now: Moment) -> [Effect] {
    var effects: [Effect] = []
    for request in waiting {
      guard let done = judge(request, at: now) else { continue }
      waiting.removeAll { $0.request.unique == request.request.unique }
      effects += done
    }
    return effects
  }

  /// Nil: it must wait. A request is judged by the rules of the day, not of its arrival.
  private mutating func judge(_ waiting: Waiting, at now: Moment) -> [Effect]? {
    switch rules.fault(on: waiting.operation, at: waiting.paths) {
    case .hang: return nil
    case .delay(let delay) where now.uptime < waiting.arrived + delay: return nil
    case .error(let error):
      return [.reply(Reply(unique: waiting.request.unique, result: .failure(error)))]
    case .short: return [.reply(Reply(unique: waiting.request.unique, result: .success([])))]
    case .delay, nil: return answer(waiting.request, at: now)
    }
  }

  private mutating func answer(_ request: Request, at now: Moment) -> [Effect] {
    do {
      guard let body = try body(for: request, at: now) else { return [] }
      let reply = Effect.reply(Reply(unique: request.unique, result: .success(body)))
      if case .greet = request.call { return [reply, .announce] }
      return [reply]
    } catch {
      return [.reply(Reply(unique: request.unique, result: .failure(error)))]
    }
  }

  /// Nil when the kernel waits for no answer.
  private mutating func body(
    for request: Request, at now: Moment
  ) throws(Errno) -> [UInt8]? {
    if isReadOnly, request.call.isChange { throw .readOnly }
    let space = space ?? Space(free: Self.disk - min(Self.disk, tree.storedPages), total: Self.disk)
    return try tree.answer(request, space: space, cache: settings.cache, date: now.date)
  }
}

extension FaultServer {
  private mutating func obey(_ line: String, at now: Moment) -> [Effect] {
    var effects: [Effect] = []
    do {
      let command = try Command(line)
      switch command {
      case .fault(let fault, let target): rules.add(.init(fault: fault, target: target))
      case .clear(let target?): rules.clear(target)
      case .clear(nil):
        rules.clear()
        isReadOnly = false
        space = nil
      case .readOnly(let on): isReadOnly = on
      case .space(let given): space = given
      case .trace(let on): isTracing = on
      case .zeros(let path, let size): try put(size, at: path, date: now.date)
      case .counts: effects.append(.say(Self.list("counts", counts)))
      case .status:
        let held = Dictionary(grouping: waiting, by: \.operation).mapValues(\.count)
        effects.append(.say(Self.list("held", held)))
      case .abort: return [.say("ok \(line)"), .hangUp]
      }
      // The acknowledgement comes last: who reads it may rely on what was held being answered.
      return settle(at: now) + effects + [.say("ok \(line)")]
    } catch {
      return [.complain("faultfs: \(line): \(error)")]
    }
  }

  private mutating func put(
    _ size: UInt64, at path: FilePath, date: Timestamp
  ) throws(CommandError) {
    do {
      let owner = try tree.inode(MemoryTree.root)
      try tree.putZeros(
        size, at: path, origin: .init(uid: owner.uid, gid: owner.gid, date: date))
    } catch {
      throw CommandError("\(path): \(error)")
    }
  }

  /// `counts LOOKUP=3 READ=1`, in the order of the protocol.
  private static func list(_ title: String, _ counts: [Operation: Int]) -> String {
    let parts = Operation.allCases.compactMap { operation in
      counts[operation].map { "\(operation.name)=\($0)" }
    }
    return ([title] + parts).joined(separator: " ")
  }
}
