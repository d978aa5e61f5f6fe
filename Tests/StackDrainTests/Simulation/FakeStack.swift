import Pacing
import SimulationKit

@testable import StackDrain

/// A container of the world.
struct Box {
  var usesPool = true
  var needs: [String] = []
  var isProducer = false
  var ignoresTERM = false
  var runs = true
  /// Its process waits in the kernel for the pool; it dies only once it is let go.
  var isStuck = false
  var isDoomed = false
  var life = 1
  /// Which mount of the pool its bind shows.
  var mountID: UInt64 = 1
  /// What its owner wants.
  var wish = true
  /// Whether the engine starts it after a reboot.
  var restarts = true
  /// A person touched it in the middle of something of ours: nobody can say what it should do.
  var isLoose = false
}

/// A program of the world that can be paused.
struct Program {
  var role = ClientRole.download
  var box: String?
  var forgets = false
  /// How long its own list lags behind what it does.
  var lag = Duration.zero
  var units: [String: Bool] = [:]
  var wishes: [String: Bool] = [:]
  var life = 1
  /// It does not answer; calls wait, and are carried out when it does again.
  var isHung = false
  /// It does not tell what it does: that is known from what it was told, by who told it.
  var isOpaque = false
  var belief: Bool?
  /// Like a container's.
  var isLoose = false
  var shownBefore: (units: [String: Bool], until: Tick)?
  /// A look at it came to nothing lately, so that nobody could know what it did.
  var excusedUntil = Tick.zero

  func state(at now: Tick) -> TargetState {
    if isOpaque {
      let all = Set(units.keys)
      return TargetState(
        running: belief == false ? [] : all, idle: belief == true ? [] : all,
        instance: "life \(life)")
    }
    let shown = shownBefore.flatMap { now < $0.until ? $0.units : nil } ?? units
    return TargetState(
      running: Set(shown.filter(\.value).keys), idle: Set(shown.filter { !$0.value }.keys),
      instance: "life \(life)")
  }

  mutating func set(_ names: Set<String>, running: Bool, at now: Tick) {
    if lag > .zero { shownBefore = (units, now + lag) }
    for name in names where units[name] != nil { units[name] = running }
  }

  /// It was started anew.
  mutating func beginLife() {
    life += 1
    isHung = false
    shownBefore = nil
    belief = nil
    if forgets { for name in units.keys { units[name] = true } }
  }
}

/// Everything that would be on the host.
struct FakeStack {
  var boxes: [String: Box] = [:]
  var programs: [String: Program] = [:]
  /// The services of the portable project.
  var portable: [String: Bool] = ["web": false, "api": false]
  var engineIsHung = false
  var poolMountID: UInt64 = 1

  static let portableName = "portable"
  /// The project of the full stack: those of the containers that the engine starts by itself
  /// after no reboot.
  static let fullName = "full"

  /// A stack of a few containers and clients of every kind, drawn at random.
  init(using random: inout SeededGenerator) {
    boxes["db"] = Box(usesPool: random.chance(0.5))
    boxes["sonarr"] = Box(needs: ["db"], isProducer: true)
    boxes["plex"] = Box(needs: ["db"], ignoresTERM: random.chance(0.5))
    boxes["sab"] = Box(needs: ["plex"])
    boxes["komga"] = Box(usesPool: false)
    boxes["stopped"] = Box(runs: false, wish: false)
    boxes["torrent"] = Box()
    for name in ["sonarr", "plex", "torrent"] where random.chance(0.3) {
      boxes[name]?.restarts = false
    }
    portable["web"] = random.chance(0.3)
    programs["sabnzbd"] = Program(box: "sab", forgets: true, units: ["queue": random.chance(0.7)])
    programs["sabnzbd-pp"] = Program(
      role: .processing, box: "sab", forgets: true, units: ["post": random.chance(0.7)])
    if random.chance(0.5) {
      programs["sabnzbd-pp"]?.isOpaque = true
      programs["sabnzbd-pp"]?.units = ["post": true]
      if random.chance(0.3) { programs["sabnzbd-pp"]?.box = nil }
    }
    programs["transmission"] = Program(
      box: random.chance(0.5) ? "torrent" : nil,
      units: ["a1": true, "b2": random.chance(0.5), "c3": random.chance(0.5)])
    programs["qbittorrent"] = Program(
      lag: .seconds(2), units: ["q1": random.chance(0.5), "q2": true])
    programs["tdarr"] = Program(role: .processing, units: ["node": random.chance(0.7)])
    programs["iso"] = Program(role: .producer, units: [TargetState.whole: random.chance(0.5)])
    for name in programs.keys { acceptUnits(of: name) }
  }

  var description: StackDescription {
    var users = PoolUsers(paths: [])
    users.exceptions = ["komga"]
    users.labels = ["test.uses": nil]
    return StackDescription(
      clients: programs.sorted { $0.key < $1.key }.compactMap { name, program in
        Target(.client, name).map {
          ClientDescription(
            $0, role: program.role, container: program.box, forgetsPauses: program.forgets)
        }
      },
      users: users, portableProjects: [.project(Self.portableName)],
      fullProjects: boxes.values.allSatisfy(\.restarts) ? [] : [.project(Self.fullName)])
  }

  func isUp(_ program: Program) -> Bool { program.box.map { boxes[$0]?.runs == true } ?? true }

  func snapshot(at now: Tick, asksClients: Bool) -> StackSnapshot {
    var seen = StackSnapshot(containers: [])
    for (name, box) in boxes.sorted(by: { $0.key < $1.key }) {
      var labels = box.usesPool ? ["test.uses": "1"] : [:]
      labels[ContainerSnapshot.dependsOnLabel] = box.needs.joined(separator: ",")
      if box.isProducer { labels[ContainerSnapshot.roleLabel] = "producer" }
      seen.containers?.append(
        ContainerSnapshot(
          name: name, state: box.runs ? .running : .exited, labels: labels,
          startedAt: "life \(box.life)",
          showsDeadMount: box.runs && box.usesPool && box.mountID != poolMountID))
    }
    guard asksClients else { return seen }
    for (name, program) in programs where !program.isHung && isUp(program) {
      if let target = Target(.client, name) { seen.clients[target] = program.state(at: now) }
    }
    for name in [Self.portableName, Self.fullName] {
      seen.projects[.project(name)] = project(name)
    }
    return seen
  }

  func project(_ name: String) -> TargetState {
    var services = portable
    if name == Self.fullName {
      services = boxes.filter { !$0.value.restarts }.mapValues(\.runs)
    }
    return TargetState(
      running: Set(services.filter(\.value).keys), idle: Set(services.filter { !$0.value }.keys))
  }

  /// What the units of a program do now is what people want.
  mutating func acceptUnits(of name: String) {
    guard var program = programs[name] else { return }
    program.wishes = program.units
    programs[name] = program
  }

  /// A container ends.
  mutating func end(_ name: String) {
    boxes[name]?.runs = false
    boxes[name]?.isDoomed = false
    boxes[name]?.isStuck = false
  }

  /// A container begins another life, and with it the programs in it.
  mutating func start(_ name: String) {
    guard var box = boxes[name] else { return }
    box.runs = true
    box.life += 1
    box.mountID = poolMountID
    boxes[name] = box
    for key in programs.keys where programs[key]?.box == name { programs[key]?.beginLife() }
  }
}
