/// Something of the stack that a step acts on, named so that it is found again after a restart.
public struct Target: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The kinds of target.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A program with a state that can be paused: a download client, a transcoder, a unit.
    case client
    /// A container, by name: its number changes when it is made anew.
    case container
    /// A compose project that is started or stopped as a whole.
    case project
    /// The stack as a whole, for looks and waits.
    case stack
  }

  /// What it is.
  public let kind: Kind
  /// Its name: 1 to 255 bytes without control characters.
  public let name: String

  /// The most bytes in a name.
  public static let maximumLength = 255

  /// Takes a name.
  ///
  /// - Parameters:
  ///   - kind: What it is.
  ///   - name: Its name; `nil` comes of an empty or overlong one, or one with control characters.
  public init?(_ kind: Kind, _ name: String) {
    guard !name.isEmpty, name.utf8.count <= Self.maximumLength,
      !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
    else { return nil }
    self.kind = kind
    self.name = name
  }

  private init(whole: Kind) {
    kind = whole
    name = "stack"
  }

  /// The stack as a whole.
  public static let stack = Target(whole: .stack)

  /// Reads `client:sabnzbd`; `nil` where the text is anything else.
  public init?(text: String) {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
      let kind = Kind(rawValue: String(text[..<colon]))
    else { return nil }
    self.init(kind, String(text[text.utf8.index(after: colon)...]))
  }

  /// `client:sabnzbd`.
  public var description: String { "\(kind.rawValue):\(name)" }

  /// By kind and name.
  public static func < (left: Target, right: Target) -> Bool {
    left.description < right.description
  }
}

/// What a target does at one moment.
///
/// Everything that can be paused on its own is a unit: a torrent by its hash, a node by its name,
/// the queue of a client that has only one, a container itself. What is undone is told by units, so
/// that a unit which a person paused stays paused.
public struct TargetState: Hashable, Sendable {
  /// The units that run.
  public var running: Set<String>
  /// The units that are there and do not run.
  public var idle: Set<String>
  /// Those among ``idle`` that have stopped by themselves a short while ago, as the storage below them
  /// failed: nobody paused them.
  public var fallen: Set<String> = []
  /// Which life of the target this is, such as the time its process began; another text means that
  /// it was started anew in between. `nil` where that cannot be told.
  public var instance: String?
  /// What else is worth writing down, such as rates; for people.
  public var note: String?

  /// The one unit of a target that has no parts.
  public static let whole = "whole"
  /// The most units that are recorded for one target.
  public static let maximumUnits = 50_000
  /// The most bytes in the name of a unit, which has no control characters.
  public static let maximumUnitLength = 255

  /// A state.
  public init(
    running: Set<String> = [], idle: Set<String> = [], instance: String? = nil, note: String? = nil
  ) {
    self.running = running
    self.idle = idle
    self.instance = instance
    self.note = note
  }

  /// The state of a target without parts.
  public static func whole(runs: Bool, instance: String? = nil, note: String? = nil) -> TargetState
  {
    TargetState(
      running: runs ? [whole] : [], idle: runs ? [] : [whole], instance: instance, note: note)
  }

  /// Why it cannot be recorded; `nil` where it can.
  var recordingFault: String? {
    let count = running.count + idle.count + fallen.subtracting(idle).count
    guard count <= Self.maximumUnits else {
      return "\(count) units are more than the \(Self.maximumUnits) that the ledger takes"
    }
    let isFit = [running, idle, fallen].allSatisfy { $0.allSatisfy(Self.isUnit) }
    return isFit
      ? nil
      : "a unit's name is longer than \(Self.maximumUnitLength) bytes, or has control characters"
  }

  /// Whether the ledger takes the name of a unit.
  static func isUnit(_ name: String) -> Bool {
    name.utf8.count <= maximumUnitLength && !name.utf8.contains { $0 < 0x20 || $0 == 0x7F }
  }
}
