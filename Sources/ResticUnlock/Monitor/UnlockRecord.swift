public import JSONValue
import K8sClient
public import TimeText

/// What is remembered of the unlocks of a repository, on a Lease: who writes it over the version that was
/// read makes the next try, and nobody else does.
public struct UnlockRecord: Hashable, Sendable {
  /// How a try ended.
  public enum Outcome: String, CaseIterable, Hashable, Sendable {
    /// It has not, as far as anybody knows.
    case pending
    /// No lock was left.
    case healed
    /// It told which locks there are, and removed none.
    case informed
    /// A lock was left.
    case failed
    /// Nobody knows.
    case lost
    /// It was not made after all.
    case dropped
  }

  /// One try.
  public struct Attempt: Hashable, Sendable {
    /// Its number, from 1.
    public var number: Int
    /// When it was claimed, by the clock of the API server.
    public var at: Timestamp
    /// What it was to do: `inspect`, `unlock`, `as-host`, `remove-all`, `ask`.
    public var mode: String
    /// The Job, or the token that VolSync was asked with.
    public var job: String
    /// Who claimed it.
    public var by: String
    /// How it ended.
    public var outcome: Outcome

    /// A try.
    public init(
      number: Int, at: Timestamp, mode: String, job: String, by: String,
      outcome: Outcome = .pending
    ) {
      self.number = number
      self.at = at
      self.mode = mode
      self.job = job
      self.by = by
      self.outcome = outcome
    }
  }

  /// When a lock's file was seen first and last.
  public struct Sighting: Hashable, Sendable {
    /// The first eight digits of its name.
    public var id: String
    /// When it was seen first.
    public var first: Timestamp
    /// When it was seen last.
    public var last: Timestamp

    /// A sighting.
    public init(id: String, first: Timestamp, last: Timestamp) {
      self.id = id
      self.first = first
      self.last = last
    }
  }

  /// The last tries, the latest last.
  public var attempts: [Attempt] = []
  /// Locks that are not known to be gone.
  public var sightings: [Sighting] = []
  /// Failures that were dealt with, by their keys.
  public var handled: [String] = []

  /// How many tries and sightings are kept.
  public static let limit = 64
  /// How many failures are kept.
  public static let handledLimit = 256

  /// Nothing is remembered.
  public init() {}

  /// The number of the next try.
  public var nextNumber: Int { (attempts.last?.number ?? 0) + 1 }

  /// The try that is under way.
  public var pending: Attempt? { attempts.last.flatMap { $0.outcome == .pending ? $0 : nil } }

  /// Adds a try, and forgets the oldest where there are too many.
  public mutating func add(_ attempt: Attempt) {
    attempts.append(attempt)
    if attempts.count > Self.limit { attempts.removeFirst(attempts.count - Self.limit) }
  }

  /// Notes how the last try ended.
  public mutating func end(_ outcome: Outcome) {
    guard !attempts.isEmpty else { return }
    attempts[attempts.count - 1].outcome = outcome
  }

  /// How many of the last tries did nothing but look.
  var looksInARow: Int {
    attempts.reversed().drop { $0.outcome == .pending }.prefix { $0.outcome == .informed }.count
  }

  /// How many tries there were since a time, and since the last one that healed. Four that only
  /// looked count as one.
  public func tries(since start: Timestamp) -> Int {
    var count = 0
    var looks = 0
    for attempt in attempts.reversed() {
      if attempt.outcome == .healed || attempt.at < start { break }
      switch attempt.outcome {
      case .dropped, .healed: break
      case .informed: looks += 1
      case .pending, .failed, .lost: count += 1
      }
    }
    return count + looks / 4
  }
}

extension UnlockRecord {
  /// As JSON, for an annotation.
  public var json: JSONValue {
    [
      "attempts": .array(
        attempts.map { attempt in
          [
            "number": .number(JSONNumber(attempt.number)),
            "at": .string(attempt.at.wholeSecondText), "mode": .string(attempt.mode),
            "job": .string(attempt.job), "by": .string(attempt.by),
            "outcome": .string(attempt.outcome.rawValue),
          ]
        }),
      "locks": .array(
        sightings.suffix(Self.limit).map { sighting in
          [
            "id": .string(sighting.id), "first": .string(sighting.first.wholeSecondText),
            "last": .string(sighting.last.wholeSecondText),
          ]
        }),
      "handled": .array(handled.suffix(Self.handledLimit).map { .string($0) }),
    ]
  }

  /// Reads a record.
  ///
  /// It is `nil` for anything that is none; what is remembered then counts as a try whose end nobody
  /// knows.
  public init?(_ json: JSONValue) {
    guard let attempts = json["attempts"]?.arrayValue, attempts.count <= Self.limit,
      let locks = json["locks"]?.arrayValue, locks.count <= Self.limit,
      let handled = json["handled"]?.arrayValue, handled.count <= Self.handledLimit
    else { return nil }
    for value in attempts {
      guard let number = value["number"]?.intValue, number > 0, number < 1 << 31,
        number > self.attempts.last?.number ?? 0, let at = Self.time(value["at"]),
        let mode = value["mode"]?.stringValue, let job = value["job"]?.stringValue,
        let by = value["by"]?.stringValue,
        let outcome = value["outcome"]?.stringValue.flatMap(Outcome.init(rawValue:))
      else { return nil }
      self.attempts.append(
        Attempt(number: number, at: at, mode: mode, job: job, by: by, outcome: outcome))
    }
    for value in locks {
      guard let id = value["id"]?.stringValue, id.utf8.count == 8,
        let first = Self.time(value["first"]), let last = Self.time(value["last"]), first <= last
      else { return nil }
      sightings.append(Sighting(id: id, first: first, last: last))
    }
    self.handled = handled.compactMap(\.stringValue)
  }

  private static func time(_ value: JSONValue?) -> Timestamp? {
    value?.stringValue.flatMap { try? Timestamp(rfc3339: $0) }
  }
}
