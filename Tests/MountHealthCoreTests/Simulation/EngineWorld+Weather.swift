import SimulationKit

@testable import MountHealthCore

// What befalls the mounts, the mount table and the configuration.
extension EngineWorld {
  func planWeather(of number: Int) {
    plan(.weather(number), in: truths[number].lasting(using: &random))
    if random.chance(0.5) { plan(.tableWeather(number), in: random.time(1_000...400_000)) }
  }

  func changeCondition(of number: Int) {
    guard !isCalm else { return }
    set(truths[number].condition == .good ? .bad(using: &random) : .good, for: number)
    plan(.weather(number), in: truths[number].lasting(using: &random))
  }

  /// Changes how a mount does; probes that hung in it come back if it does not hang any more.
  func set(_ condition: Condition, for number: Int) {
    journal.note(.truth("\(truths[number].path) is \(condition)"), at: now)
    truths[number].condition = condition
    if case .hung = condition { return }
    for flight in flights.values.map(\.flight).sorted() {
      guard let known = flights[flight], known.mount == number, case .hung = known.condition else {
        continue
      }
      flights[flight]?.condition = condition
      flights[flight]?.answer += 1
      plan(.answer(flight, known.answer + 1), in: random.time(0...30))
    }
  }

  func changeTable(of number: Int) {
    guard !isCalm else { return }
    var truth = truths[number]
    let other = MountIdentity(fsType: "nfs4", source: "elsewhere", root: "/")
    nextMountID += 1
    if truth.stack.isEmpty {
      truth.mount(random.chance(0.8) ? truth.identity : other, id: nextMountID)
    } else {
      switch random.number(0...5) {
      case 0, 1, 2:
        truth.stack.removeLast()
      case 3:
        truth.stack.removeLast()
        truth.mount(truth.identity, id: nextMountID)
      case 4:
        truth.stack.removeLast()
        truth.mount(other, id: nextMountID)
      default:
        truth.mount(random.chance(0.7) ? other : truth.identity, id: nextMountID)
      }
    }
    truths[number] = truth
    noteTruth(of: truth)
    planTableRead()
  }

  private func noteTruth(of truth: TrueMount) {
    let stack = truth.stack.map { "\($0.id) \($0.identity)" }.joined(separator: " under ")
    journal.note(.truth("\(truth.path): \(stack.isEmpty ? "nothing" : stack)"), at: now)
  }

  /// The kernel tells of changes at once; the shell may be slow to read, and reads many in one.
  func planTableRead() {
    guard !tableIsDue else { return }
    tableIsDue = true
    plan(.readTable, in: random.chance(0.8) ? random.time(0...60) : random.time(0...3_000))
  }

  func deliverTable() {
    let root = MountEntry(
      id: 1, parentID: 1, deviceMajor: 8, deviceMinor: 1, root: "/", isRootDeleted: false,
      mountPoint: "/", options: ["rw"], propagation: .shared, fsType: "ext4", source: "/dev/sda1",
      superOptions: [])
    let former = table
    table = MountTable([root] + truths.flatMap(\.stack))
    tableRead = now
    tableIsDue = false
    for mount in configured {
      guard let number = numbers[mount.path], records[mount.path]?.placeIsKnown == true,
        former.mount(at: truths[number].realPath)?.id != truths[number].stack.last?.id
      else { continue }
      if meets(mount, truths[number].stack.last?.identity) {
        records[mount.path]?.reasons += 1
      } else {
        records[mount.path]?.sawTrouble(at: now, isFromTable: true)
      }
    }
    for mount in configured where records[mount.path]?.placeIsKnown == false {
      records[mount.path]?.reasons += 1
    }
    feed(.table(table))
  }

  /// Whether what is mounted is what has to be, by the world's own reckoning.
  func meets(_ mount: Mount, _ identity: MountIdentity?) -> Bool {
    switch mount.requirement {
    case .none: true
    case .mountPoint: identity != nil
    case .matching(let fsType, let source):
      identity.map {
        (fsType ?? $0.fsType) == $0.fsType && (source ?? $0.source) == $0.source
      } ?? false
    case .remembered:
      records[mount.path]?.remembered.map { $0 == identity } ?? true
    }
  }

  /// Adds, removes and changes mounts.
  func reconfigure() throws {
    plan(.configure, in: random.time(500...600_000))
    try configure { try changeSome() }
  }

  /// Takes a mount back that was taken away a moment ago, its probe perhaps still out.
  func comeBack(_ number: Int) throws {
    guard watched[truths[number].path] == nil, !isCalm else { return }
    try configure { configured.append(try truths[number].configuration(using: &random)) }
  }

  private func changeSome() throws {
    for _ in 0...random.number(0...3) {
      let truth = random.pick(truths)
      let index = configured.firstIndex { $0.path == truth.path }
      switch (index, random.number(0...3)) {
      case (let index?, 0):
        configured.remove(at: index)
        if random.chance(0.6), let number = numbers[truth.path] {
          plan(.comeBack(number), in: random.time(1...8_000))
        }
      case (let index?, 1):
        configured[index].interval = random.time(1_000...60_000)
        configured[index].policy.failureThreshold = random.number(1...5)
        configured[index].policy.successThreshold = random.number(1...3)
      case (let index?, _):
        configured[index] = try truth.configuration(using: &random)
      case (nil, _):
        configured.insert(
          try truth.configuration(using: &random), at: random.number(0...configured.count))
      }
    }
  }

  private func configure(_ change: () throws -> Void) throws {
    for mount in configured { records[mount.path]?.countRounds(of: mount, until: now) }
    try change()
    let former = Dictionary(uniqueKeysWithValues: engine.watches.map { ($0.mount.path, $0.mount) })
    for path in records.keys where !configured.contains(where: { $0.path == path }) {
      records[path] = nil
    }
    for mount in configured { adjust(to: mount, from: former[mount.path]) }
    feed(.configured(configured))
  }

  private func adjust(to mount: Mount, from former: Mount?) {
    guard mount != former else { return }
    guard let former else {
      records[mount.path] = MountRecord(start: now)
      markObsolete(mount.path)
      return
    }
    records[mount.path]?.reasons += 1
    records[mount.path]?.isReconfigured = true
    if mount.interval + mount.timeout < former.interval + former.timeout {
      records[mount.path]?.shortened = now
    }
    guard mount.probe != former.probe || mount.requirement != former.requirement else { return }
    records[mount.path]?.asked = now
    markObsolete(mount.path)
  }

  private func markObsolete(_ path: MountPath) {
    if let flight = out[path] { flights[flight]?.isObsolete = true }
  }

  /// Sets what stays from now on, and says how long it takes to show.
  func settle(isGood: Bool, _ condition: () -> Condition) -> Duration {
    workerIsDown = false
    var wait = Duration.seconds(1)
    for mount in configured {
      let policy = mount.policy
      let rounds = isGood ? policy.successThreshold : policy.failureThreshold
      wait = max(
        wait,
        mount.interval * (rounds + 2) + mount.timeout * 2 + .seconds(10)
          + (isGood ? policy.flapWindow : policy.startupGrace))
    }
    for number in truths.indices {
      let mount = watched[truths[number].path]
      var new = condition()
      // Without a limit of its own, slow is too late.
      if new == .slow, mount?.slowAfter == nil { new = .full }
      set(new, for: number)
      var identity = truths[number].identity
      if mount?.requirement == .remembered {
        identity = records[truths[number].path]?.remembered ?? identity
      }
      guard truths[number].stack.map(\.identity) != [identity] else { continue }
      nextMountID += 1
      truths[number].stack = []
      truths[number].mount(identity, id: nextMountID)
      noteTruth(of: truths[number])
    }
    planTableRead()
    plan(.twice, in: .zero)
    return wait
  }
}
