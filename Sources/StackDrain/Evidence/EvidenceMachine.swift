import MountHealthCore
import Pacing

/// Turns what is seen of a pool into evidence, and says when to look again beside the schedule.
///
/// The first event of a burst makes a look due at once; a bay of drives makes hundreds within a
/// second, and those that follow share one look when they have settled.
struct EvidenceMachine: Hashable, Sendable {
  /// What can happen.
  enum Event: Hashable, Sendable {
    /// Time has passed.
    case turn
    /// The kernel told of a device.
    case kernel(KernelEvent)
    /// The kernel had more to tell than there was room for.
    case eventsLost
    /// Somebody wants a look.
    case wanted
    /// What a monitor knows of the mounts; why the mount table says nothing, if it does not.
    case mounts([MountStatus], tableFault: String?)
    /// The labels were read.
    case labels(LabelReading)
  }

  /// What is to be done.
  enum Effect: Hashable, Sendable {
    /// Have all mounts probed now.
    case look
    /// Read the links by label.
    case readLabels
    /// Ask the monitor what it knows.
    case readMounts
    /// Tell the evidence.
    case publish(PoolEvidence)
    /// Send `Event.turn` at this tick, if nothing else happened before.
    case wake(Tick)
  }

  /// Events that come together.
  private struct Burst: Hashable {
    var start: Tick
    /// When the look is due that ends it.
    var due: Tick
  }

  /// How long there has to be quiet before a burst counts as over.
  static let settling = Duration.milliseconds(200)
  /// How far apart labels are read in a burst: that costs next to nothing, and no drive that goes in
  /// the middle of one is known later for it.
  static let labelPause = Duration.milliseconds(20)
  /// How long a burst that does not settle is left without a look.
  static let longestBurst = Duration.seconds(1)
  /// How long after a burst labels are read once more: udev makes its links when it has read the drive.
  static let afterthought = Duration.seconds(1)

  private let pool: PoolDescription
  private let interval: Duration
  private var statuses: [MountStatus] = []
  private var tableFault: String? = "the mount table was not read yet"
  private var labels: LabelReading = [:]
  private var published: PoolEvidence?
  /// What is mounted where, as far as it was told.
  private var places: [UInt64?] = []
  private var lastLook: Tick?
  private var burst: Burst?
  private var lastLabels: Tick?
  private var labelsDue: Tick?
  private var roundDue: Tick

  /// A machine that has seen nothing. Its first turn is due at once.
  init(_ pool: PoolDescription, interval: Duration, start: Tick) {
    self.pool = pool
    self.interval = interval
    roundDue = start
  }

  /// Takes an event.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - now: When; never earlier than at the call before.
  /// - Returns: What is to be done, in this order; the last effect is always a `wake`.
  mutating func handle(_ event: Event, at now: Tick) -> [Effect] {
    var effects: [Effect] = []
    var isToBePublished = false
    switch event {
    case .turn:
      break
    case .kernel(let kernel):
      if kernel.isOfBlockDevice { effects += stirred(at: now) }
    case .eventsLost, .wanted:
      effects += stirred(at: now)
    case .mounts(let statuses, let tableFault):
      self.statuses = statuses
      self.tableFault = tableFault
      let places = statuses.map { $0.isMountPoint == true ? $0.entry?.id : nil }
      // The monitor looks by itself where something else is mounted; labels may have moved with it.
      if places != self.places, !self.places.isEmpty { effects += stirred(at: now) }
      self.places = places
      isToBePublished = true
    case .labels(let labels):
      self.labels = labels
      isToBePublished = true
    }
    effects += turned(at: now)
    if isToBePublished { effects += publish() }
    effects.append(.wake(min(roundDue, burst?.due ?? roundDue, labelsDue ?? roundDue)))
    return effects
  }

  /// Something may be different: looks at once, or with what else happens in this moment.
  private mutating func stirred(at now: Tick) -> [Effect] {
    if burst == nil, lastLook.map({ now - $0 >= Self.settling }) ?? true {
      lastLook = now
      burst = Burst(start: now, due: now + Self.settling)
      return [.look] + readLabels(at: now)
    }
    let start = burst?.start ?? now
    burst = Burst(
      start: start, due: min(now + Self.settling, max(start + Self.longestBurst, now)))
    let soon = max(now, (lastLabels ?? now) + Self.labelPause)
    labelsDue = min(labelsDue ?? soon, soon)
    return []
  }

  private mutating func turned(at now: Tick) -> [Effect] {
    var effects: [Effect] = []
    if let burst, burst.due <= now {
      self.burst = nil
      lastLook = now
      effects += [.look] + readLabels(at: now)
      labelsDue = now + Self.afterthought
    }
    if roundDue <= now {
      roundDue = now + interval
      // Once an interval evidence is told even where nothing is new in it: a sign of life.
      published = nil
      effects.append(.readMounts)
      if lastLabels != now { effects += readLabels(at: now) }
    }
    if let due = labelsDue, due <= now {
      labelsDue = nil
      if lastLabels != now { effects += readLabels(at: now) }
    }
    return effects
  }

  private mutating func readLabels(at now: Tick) -> [Effect] {
    lastLabels = now
    return [.readLabels]
  }

  private mutating func publish() -> [Effect] {
    let evidence = PoolEvidence(
      of: pool, statuses: statuses, tableFault: tableFault, labels: labels)
    guard evidence != published else { return [] }
    published = evidence
    return [.publish(evidence)]
  }
}
