import K8sClient
import MountHealthCore
import Pacing
import Synchronization

/// `mountmon volsync --watch`: the election and the work in a task, signals on a thread, HTTP on this
/// one and, for a second address, on another.
struct UnlockService {
  private let place: VolSyncPlace
  private let log: Log
  private let controller: UnlockController
  private let routes: UnlockRoutes
  private let fronts: [HTTPFront]
  private let hasEnded: Alarm

  /// The Lease of the election.
  static let leaseName = "mountmon-volsync"
  /// How long readiness is refused before the listener closes.
  static let farewell = Duration.milliseconds(150)
  /// How long the last events, and giving the Lease back, may take.
  static let patience = Duration.milliseconds(800)

  /// - Throws: Why it cannot run.
  init(_ place: VolSyncPlace, at addresses: [ListenAddress], _ log: Log) throws {
    self.place = place
    self.log = log
    hasEnded = try Alarm()
    controller = UnlockController(
      .live(place.cluster, place.setting), place.setting, log)
    let statistics = ServerStatistics()
    let routes = UnlockRoutes(controller, statistics)
    self.routes = routes
    fronts = try addresses.map { address in
      try HTTPFront(
        at: address,
        serving: HTTPService(
          routes.routes, statistics: statistics, wallClock: { LogTime.now().seconds }), log)
    }
  }

  /// Runs until SIGTERM or SIGINT.
  ///
  /// - Returns: The exit code.
  func run() throws -> Int32 {
    log.info(
      "starting volsync monitor",
      [
        "version": .string(Version.current), "identity": .string(place.setting.identity),
        "namespace": .string(place.setting.home.description),
        "monitors": .string(place.setting.monitors == nil ? "cluster" : "file"),
      ])
    // Every thread from here on leaves the signals to the one that waits for them.
    ProcessSetup.blockSignals()
    let election = try self.election()
    let work = Task.detached { await lead(election) }
    try startThread { hearSignals(work) }
    for front in fronts.dropFirst() { try startThread { front.run() } }
    fronts.first?.run()
    hasEnded.wait(atMost: fronts.isEmpty ? .seconds(Int64.max / 2_000_000_000) : Self.patience)
    return 0
  }

  private func election() throws -> LeaseElection {
    let path = try ObjectPath(
      Lease.self, try ObjectName(Self.leaseName), in: place.setting.home)
    return LeaseElection(
      path, policy: LeasePolicy(identity: place.setting.identity), by: place.cluster,
      wall: { WallClock.now().timestamp })
  }

  private func lead(_ election: LeaseElection) async {
    await controller.publishing {
      while !Task.isCancelled {
        await election.lead { change in
          note(change)
        } _: { leadership in
          await controller.run(mayAct: { leadership.isHeld })
        }
      }
    }
    await place.cluster.shutdown()
    hasEnded.ring()
  }

  private func note(_ change: LeadershipChange) {
    switch change {
    case .started(let transition):
      log.info("leading", ["transition": .int(transition)])
    case .stopped(let reason):
      log.warn("leading no longer", ["reason": .string("\(reason)")])
    case .sawLeader(let leader):
      log.info("another one leads", ["leader": .string(leader ?? "nobody")])
    case .failing(let error):
      log.warn("the Lease cannot be seen or taken", ["error": .string("\(error)")])
    case .recovered:
      log.info("the Lease is seen again")
    }
    routes.note { $0.take(change, as: place.setting.identity, at: .now()) }
  }

  private func hearSignals(_ work: Task<Void, Never>) {
    while true {
      guard let signal = ProcessSetup.waitForSignal(atMost: .seconds(3600)) else {
        ProcessSetup.forgetStart()
        continue
      }
      // Monitors of a file are for the next start; those of the cluster are followed.
      guard !ProcessSetup.isHangup(signal) else { continue }
      log.info("received shutdown signal", ["signal": .string(ProcessSetup.name(ofSignal: signal))])
      routes.shutDown()
      work.cancel()
      // A second signal is one who cannot wait.
      _ = ProcessSetup.waitForSignal(atMost: Self.farewell)
      for front in fronts { front.stop(within: .milliseconds(300)) }
      return
    }
  }
}
