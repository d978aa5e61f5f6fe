public import Pacing

/// Decides for all mounts when to probe and what the answers mean.
///
/// A pure machine: it reads no clock and touches no file. A shell feeds it events and carries its
/// effects out; `MountMonitor` is the one that comes with this library.
public struct ProbeEngine: Hashable, Sendable {
  /// What can happen.
  public enum Event: Hashable, Sendable {
    /// Time has passed.
    case turn
    /// A prober answered, or says with `ProbeFinding.unable` that it never will.
    case answered(Flight, ProbeReport)
    /// `/proc/self/mountinfo` was read.
    case table(MountTable)
    /// Whether the prober shows no sign of life: while it does not, a probe that stays out says
    /// nothing of its mount.
    case proberIsSilent(Bool)
    /// The queue of a hung mount's FUSE connection was read.
    case fuseQueue(mount: UInt32, waiting: Int)
    /// All mounts are to be looked at now, whatever the schedule says.
    case wanted
    /// These mounts are to be watched from now on, and no others.
    case configured([Mount])
  }

  /// What is to be done about it.
  public enum Effect: Hashable, Sendable {
    /// Send a probe. The mount has no other one out.
    case probe(ProbeOrder)
    /// Tell people and programs.
    case announce(Change)
    /// Read `/proc/self/mountinfo` again.
    case readTable
    /// Read how many requests wait for the daemon of a FUSE connection.
    case readFuseQueue(mount: UInt32, connection: UInt32)
    /// Send `Event.turn` at this tick, if nothing else happened before.
    case wake(Tick)
  }

  /// How many mounts at the most are probed early because others are probed.
  public static let maximumCompanions = 16

  private(set) var watches: [MountWatch] = []
  // When each watch has to be looked at: a thousand of these are read in a moment.
  private var wakes: [Tick] = []
  private var indices: [UInt32: Int] = [:]
  // Mounts no longer watched whose probe is still out: should one be watched again, it gets no
  // second probe before the first is back.
  private(set) var retired: [MountWatch] = []
  /// The mount table as it was last told; empty before that.
  public private(set) var table: MountTable = .empty
  private var proberIsSilent = false
  private var generator: SeededGenerator
  private var nextKey: UInt32 = 0

  /// An engine for these mounts, the first look at each being due at once.
  ///
  /// - Parameters:
  ///   - mounts: What to watch; of mounts with the same path the first is taken.
  ///   - seed: Where the jitter of the schedule comes from.
  ///   - start: The present.
  public init(mounts: [Mount], seed: UInt64, start: Tick) {
    generator = SeededGenerator(seed: seed)
    configure(mounts, at: start)
  }

  /// Takes an event.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - now: When; never earlier than at the call before.
  /// - Returns: What is to be done, in this order; the last effect is always a `wake`.
  public mutating func handle(_ event: Event, at now: Tick) -> [Effect] {
    handle(CollectionOfOne(event), at: now)
  }

  /// Takes events that came together.
  ///
  /// - Parameters:
  ///   - events: What happened, in this order.
  ///   - now: When; never earlier than at the call before.
  /// - Returns: What is to be done, in this order; the last effect is always a `wake`.
  public mutating func handle(_ events: some Sequence<Event>, at now: Tick) -> [Effect] {
    var effects: [Effect] = []
    for event in events { take(event, at: now, &effects) }
    var isSending = false
    for index in watches.indices where wakes[index] <= now {
      let due = watches[index].turn(at: now, using: &generator)
      wakes[index] = watches[index].wake
      isSending = isSending || due.contains { if case .probe = $0 { true } else { false } }
      effects += due
    }
    if isSending { addCompanions(at: now, &effects) }
    effects.append(.wake(wakes.min() ?? Tick(nanoseconds: .max)))
    return effects
  }

  private mutating func take(_ event: Event, at now: Tick, _ effects: inout [Effect]) {
    switch event {
    case .turn:
      break
    case .answered(let flight, let report):
      guard let index = indices[flight.mount] else {
        retired.removeAll { $0.airborne?.flight == flight }
        return
      }
      effects += watches[index].answered(flight, report, table: table, at: now)
      wakes[index] = watches[index].wake
    case .table(let table):
      self.table = table
      for index in watches.indices {
        effects += watches[index].tableChanged(table, at: now)
        wakes[index] = watches[index].wake
      }
    case .proberIsSilent(let isSilent):
      proberIsSilent = isSilent
      for index in watches.indices {
        watches[index].proberIsSilent = isSilent
        wakes[index] = watches[index].wake
      }
    case .fuseQueue(let mount, let waiting):
      if let index = indices[mount] { watches[index].fuseWaiting = waiting }
    case .wanted:
      for index in watches.indices {
        watches[index].wanted(at: now)
        wakes[index] = watches[index].wake
      }
    case .configured(let mounts):
      configure(mounts, at: now)
    }
  }

  /// Begins rounds that may begin now, where others are about to be sent: a few mounts cost one
  /// wake-up a round together, many are spread over the interval.
  private mutating func addCompanions(at now: Tick, _ effects: inout [Effect]) {
    var joined = 0
    for index in watches.indices where joined < Self.maximumCompanions {
      guard let effect = watches[index].join(at: now, using: &generator) else { continue }
      wakes[index] = watches[index].wake
      effects.append(effect)
      joined += 1
    }
  }

  /// All that is known of each mount, in the order of the configuration.
  public func statuses(at now: Tick) -> [MountStatus] {
    watches.map { $0.status(at: now, table: table) }
  }

  /// How many mounts there are of each health.
  public var healthCounts: [Health: Int] {
    watches.reduce(into: [:]) { $0[$1.health.health, default: 0] += 1 }
  }

  private mutating func configure(_ mounts: [Mount], at now: Tick) {
    var former = Dictionary(uniqueKeysWithValues: watches.map { ($0.mount.path, $0) })
    var away = Dictionary(uniqueKeysWithValues: retired.map { ($0.mount.path, $0) })
    var next: [MountWatch] = []
    var seen: Set<MountPath> = []
    for mount in mounts where seen.insert(mount.path).inserted {
      if var watch = former.removeValue(forKey: mount.path) {
        watch.configured(mount, at: now)
        next.append(watch)
      } else if let watch = away.removeValue(forKey: mount.path) {
        next.append(MountWatch(reviving: watch, as: mount, start: now))
      } else {
        next.append(MountWatch(key: nextKey, mount: mount, start: now))
        nextKey &+= 1
      }
    }
    retired = away.values + former.values.filter { $0.airborne != nil }
    for index in next.indices {
      next[index].spreads = next.count > Self.maximumCompanions
      next[index].proberIsSilent = proberIsSilent
    }
    watches = next
    wakes = next.map(\.wake)
    indices = Dictionary(uniqueKeysWithValues: next.enumerated().map { ($1.key, $0) })
  }
}
