/// The number of a call, never given twice within a ledger's life of runs.
public struct CallID: Hashable, Sendable, CustomStringConvertible {
  /// The engine's life that made it; see ``PoolEngine``.
  public var run: Int
  /// Its number there.
  public var number: Int

  /// A number.
  public init(run: Int, number: Int) {
    self.run = run
    self.number = number
  }

  /// `3.14`.
  public var description: String { "\(run).\(number)" }
}

/// Something that a shell is to do for a step. All of them may be done any number of times.
public enum Call: Hashable, Sendable {
  /// Look at the whole stack. With `asksClients`, clients and projects as well, side by side, each
  /// within its own deadline; without, containers alone. Answer: `.surveyed`.
  case survey(asksClients: Bool)
  /// Look at one target. Answer: `.state`, or `.gone` where there is no such thing.
  case look(Target)
  /// Pause these units of a client.
  case pause(Target, units: Set<String>)
  /// Resume these units of a client.
  case resume(Target, units: Set<String>)
  /// Stop a container; the engine kills it after the grace.
  case stop(Target, grace: Duration)
  /// Kill a container.
  case kill(Target)
  /// Start a container.
  case start(Target)
  /// Restart a container.
  case restart(Target, grace: Duration)
  /// Start a project.
  case launch(Target)
  /// Stop a project, and remove nothing.
  case retire(Target)
  /// Measure what is being written to the pool. Answer: `.traffic`.
  case measure
}

/// What came of a call. Silence needs no answer: the deadline of a call is known to who made it.
public enum Answer: Hashable, Sendable {
  /// The stack.
  case surveyed(StackSnapshot)
  /// The state of the target.
  case state(TargetState)
  /// The call was taken. Whether it did what it says is read back.
  case taken
  /// What is on its way to the pool.
  case traffic(PoolTraffic)
  /// There is no such target.
  case gone(String)
  /// It was refused, or could not be made; why.
  case failed(String)
}

/// What is being written to the pool.
public struct PoolTraffic: Hashable, Sendable {
  /// Requests under way (`/proc/diskstats`).
  public var requests: Int
  /// Bytes written in the last second.
  public var bytesPerSecond: Int

  /// A measurement.
  public init(requests: Int, bytesPerSecond: Int) {
    self.requests = requests
    self.bytesPerSecond = bytesPerSecond
  }

  /// Below this a disk counts as quiet: a journal is written now and then.
  static let quietBytesPerSecond = 64 << 10

  var isQuiet: Bool { requests == 0 && bytesPerSecond < Self.quietBytesPerSecond }
}
