import TimeText

/// What a step does to its target.
public enum Move: String, Hashable, Sendable, CaseIterable, Codable {
  /// Pauses the units that run.
  case pause
  /// Stops a container, with time to end by itself.
  case stop
  /// Kills a container that still runs.
  case kill
  /// Resumes the units that the ledger owes.
  case resume
  /// Pauses again what a person had paused, where the target has forgotten it.
  case keep
  /// Starts a container that the ledger owes.
  case start
  /// Restarts a container that shows a mount that is no more.
  case restart
  /// Starts a project.
  case launch
  /// Stops a project that was launched by us.
  case retire
  /// Waits until nothing is written any more, and no longer than the step's deadline.
  case settle
  /// Looks whether all came out as planned.
  case verify

  /// Whether its purpose is that something runs no more.
  public var isHalting: Bool {
    switch self {
    case .pause, .stop, .kill, .keep, .retire: true
    case .resume, .start, .restart, .launch, .settle, .verify: false
    }
  }

  /// Whether something that uses the pool runs afterwards. Such a step is carried out only while
  /// the pool is healthy.
  public var needsPool: Bool {
    switch self {
    case .resume, .start, .restart: true
    case .pause, .stop, .kill, .keep, .launch, .retire, .settle, .verify: false
    }
  }
}

/// One step of a plan: nothing about it is left to who carries it out.
public struct Step: Hashable, Sendable {
  /// Its number in the plan, from 1.
  public var number: Int
  /// What it does.
  public var move: Move
  /// What it does it to.
  public var target: Target
  /// Why, for people.
  public var reason: String
  /// Steps of the same stage that must have ended, well or not, before this one begins.
  public var after: [Int]
  /// How long it may take in all.
  public var deadline: Duration
  /// How long one look at the target may take.
  public var lookDeadline: Duration
  /// How long a container may take to end by itself; `nil` where that says nothing.
  public var grace: Duration?
  /// The units it is about; empty: those that run when it begins. A launch that has some completes a
  /// project that runs in part.
  public var units: Set<String>
  /// The life of the target it was planned for; a restart is not repeated in another one.
  public var instance: String?
  /// Whether the units that do not run are written down too, as the target forgets pauses.
  public var recordsIdle: Bool

  /// A step; see the properties.
  public init(
    _ move: Move, _ target: Target, because reason: String, within deadline: Duration,
    lookWithin lookDeadline: Duration, grace: Duration? = nil, units: Set<String> = [],
    instance: String? = nil, recordsIdle: Bool = false, number: Int = 0, after: [Int] = []
  ) {
    self.number = number
    self.move = move
    self.target = target
    self.reason = reason
    self.after = after
    self.deadline = deadline
    self.lookDeadline = lookDeadline
    self.grace = grace
    self.units = units
    self.instance = instance
    self.recordsIdle = recordsIdle
  }
}

/// Steps that are carried out side by side. A stage begins when the one before it has ended.
public struct Stage: Hashable, Sendable, Codable {
  /// What a stage is for.
  public enum Purpose: String, Hashable, Sendable, CaseIterable, Codable {
    /// Stop whoever writes into nothing, at once.
    case fence
    /// Stop what makes work for others.
    case producers
    /// Pause download clients.
    case downloads
    /// Pause unpacking and transcoding.
    case processing
    /// Wait for what is being written.
    case settle
    /// Stop containers, the ones that need others first.
    case containers
    /// Kill what still runs.
    case kill
    /// Start what needs no pool.
    case portable
    /// Stop what was started in its place.
    case retire
    /// Pause clients whose containers are restarted.
    case hush
    /// Start containers, the ones that others need first.
    case start
    /// Restart containers that show a mount that is no more.
    case remount
    /// Start the full stack.
    case launch
    /// Resume clients.
    case clients
    /// Look whether all came out as planned.
    case verify
  }

  /// What it is for.
  public var purpose: Purpose
  /// Its steps.
  public var steps: [Step]

  /// A stage.
  public init(_ purpose: Purpose, _ steps: [Step]) {
    self.purpose = purpose
    self.steps = steps
  }
}

extension Step: Codable {
  private enum CodingKeys: String, CodingKey {
    case number, move, target, reason, after, deadline, lookDeadline, grace, units, instance
    case recordsIdle
  }

  /// Writes durations as text, and leaves out what says nothing.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(number, forKey: .number)
    try container.encode(move, forKey: .move)
    try container.encode(target.description, forKey: .target)
    try container.encode(reason, forKey: .reason)
    if !after.isEmpty { try container.encode(after, forKey: .after) }
    try container.encode(deadline.text, forKey: .deadline)
    try container.encode(lookDeadline.text, forKey: .lookDeadline)
    try container.encodeIfPresent(grace?.text, forKey: .grace)
    if !units.isEmpty { try container.encode(units.sorted(), forKey: .units) }
    try container.encodeIfPresent(instance, forKey: .instance)
    if recordsIdle { try container.encode(true, forKey: .recordsIdle) }
  }

  /// Reads what ``encode(to:)`` wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func duration(_ key: CodingKeys) throws -> Duration? {
      guard let text = try container.decodeIfPresent(String.self, forKey: key) else { return nil }
      do throws(DurationTextError) {
        return try Duration(text: text)
      } catch {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container, debugDescription: error.description)
      }
    }
    let name = try container.decode(String.self, forKey: .target)
    guard let target = Target(text: name) else {
      throw DecodingError.dataCorruptedError(
        forKey: .target, in: container, debugDescription: "expected KIND:NAME")
    }
    self.init(
      try container.decode(Move.self, forKey: .move), target,
      because: try container.decode(String.self, forKey: .reason),
      within: try duration(.deadline) ?? .zero, lookWithin: try duration(.lookDeadline) ?? .zero,
      grace: try duration(.grace),
      units: Set(try container.decodeIfPresent([String].self, forKey: .units) ?? []),
      instance: try container.decodeIfPresent(String.self, forKey: .instance),
      recordsIdle: try container.decodeIfPresent(Bool.self, forKey: .recordsIdle) ?? false,
      number: try container.decode(Int.self, forKey: .number),
      after: try container.decodeIfPresent([Int].self, forKey: .after) ?? [])
  }
}
