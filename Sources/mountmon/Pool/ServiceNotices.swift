import MountHealthCore
import Pacing

/// What is said to systemd, and when: sd_notify(3), for `Type=notify` and `Type=notify-reload`.
struct ServiceNotices: Hashable, Sendable {
  /// What can happen.
  enum Event: Hashable, Sendable {
    /// The engine has had a turn.
    case turned(Situation)
    /// The configuration is about to be read again.
    case reloading
    /// It was read, for better or worse.
    case reloaded
    /// The end has begun.
    case stopping
  }

  /// What there is to say of the monitor.
  struct Situation: Hashable, Sendable {
    /// Whether the pool was judged.
    var isJudged: Bool
    /// How pool and stack are, in a line.
    var words: String
    /// Whether a plan is being carried out.
    var isBusy: Bool
    /// Whether the pool was not judged for too long: who sees nothing gives no sign of life.
    var isBlind = false
  }

  /// How long systemd is asked to wait on, each time it is.
  static let extensionTime = Duration.seconds(30)

  private let pulse: Duration?
  private var nextPulse: Tick?
  private var nextExtension: Tick?
  private var isReady = false
  private var words = ""

  /// - Parameter watchdog: How long systemd lets pass between two signs of life; `nil`: for ever.
  init(watchdog: Duration?) {
    pulse = watchdog.map { $0 / 2 }
  }

  /// When it must hear of a turn, if none comes before.
  var alarm: Tick? { [nextPulse, nextExtension].compactMap(\.self).min() }

  /// - Returns: The messages to send, in order.
  mutating func handle(_ event: Event, at now: Tick) -> [String] {
    switch event {
    case .turned(let situation):
      return turned(situation, at: now)
    case .reloading:
      return ["RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1000)"]
    case .reloaded:
      return isReady ? ["READY=1"] : []
    case .stopping:
      return ["STOPPING=1\nSTATUS=ending"]
    }
  }

  private mutating func turned(_ situation: Situation, at now: Tick) -> [String] {
    var lines: [String] = []
    if !isReady, situation.isJudged {
      isReady = true
      lines.append("READY=1")
    }
    if situation.words != words {
      words = situation.words
      lines.append("STATUS=\(words.onOneLine)")
    }
    if let pulse, nextPulse.map({ now >= $0 }) ?? true {
      nextPulse = now + pulse
      if !situation.isBlind { lines.append("WATCHDOG=1") }
    }
    if !situation.isBusy {
      nextExtension = nil
    } else if nextExtension.map({ now >= $0 }) ?? true {
      nextExtension = now + Self.extensionTime / 2
      lines.append("EXTEND_TIMEOUT_USEC=\(Self.extensionTime.components.seconds * 1_000_000)")
    }
    return lines.isEmpty ? [] : [lines.joined(separator: "\n")]
  }
}
