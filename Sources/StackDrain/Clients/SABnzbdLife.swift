import Pacing

/// Tells one life of SABnzbd from the next.
///
/// The number of its process is not enough: in a container it is often the same each time. So is the
/// time it has run, which is told in whole minutes, hours or days; but the time of its start must
/// fit all that was told.
struct SABnzbdLife: Hashable {
  private var pid: Int?
  private var earliest = Tick.zero
  private var latest = Tick.zero
  private var firstSeen = Tick.zero

  /// The name of this life.
  mutating func name(_ life: SABnzbdAPI.Life, at now: Tick) -> String {
    // What is told may be as old as the answer took to come.
    let slack = Duration.seconds(5)
    let earliest = now - .seconds(life.below) - slack
    let latest = now - .seconds(life.atLeast) + slack
    if life.pid == pid, earliest <= self.latest, self.earliest <= latest {
      self.earliest = max(self.earliest, earliest)
      self.latest = min(self.latest, latest)
    } else {
      pid = life.pid
      self.earliest = earliest
      self.latest = latest
      firstSeen = now
    }
    return "\(life.pid)@\(firstSeen.nanoseconds)"
  }
}

extension Tick {
  fileprivate static func - (tick: Tick, duration: Duration) -> Tick { tick + (.zero - duration) }
}

/// Whether SABnzbd's post-processing is paused, which it does not tell: it is known from what was
/// asked of it in this life, and from jobs that wait while none is worked on.
struct SABnzbdPostState: Hashable {
  /// What is known.
  enum Belief: Hashable {
    case unknown, paused, running
  }

  private var life: String?
  private var asked = Belief.unknown
  private var waiting: Set<String> = []
  private var waitingSince: Tick?

  /// Between two jobs nothing is worked on for up to 4 s.
  static let lull = Duration.seconds(10)

  /// SABnzbd took a command, and this is what it leads to.
  mutating func took(_ belief: Belief, in life: String?) {
    enter(life)
    asked = life == nil ? .unknown : belief
  }

  /// What is known after a look.
  ///
  /// - Parameters:
  ///   - jobs: The jobs in post-processing; `nil` where they could not be read.
  ///   - life: Which life it is; `nil` where that could not be told.
  ///   - now: When they were read.
  /// - Returns: What is known.
  mutating func look(_ jobs: SABnzbdAPI.Jobs?, in life: String?, at now: Tick) -> Belief {
    enter(life)
    let isHeld = jobs.map { $0.active.isEmpty && !$0.waiting.isEmpty } ?? false
    if let jobs, isHeld, waitingSince != nil, waiting.isSubset(of: jobs.waiting) {
      waiting = jobs.waiting
    } else {
      waiting = isHeld ? jobs?.waiting ?? [] : []
      waitingSince = isHeld ? now : nil
    }
    // Without its life nobody knows whether it is still the one that was asked.
    guard asked == .unknown || life == nil else { return asked }
    guard let waitingSince, now - waitingSince >= Self.lull else { return .unknown }
    return .paused
  }

  private mutating func enter(_ life: String?) {
    guard let life, life != self.life else { return }
    self = SABnzbdPostState()
    self.life = life
  }
}
