import MountHealthCore
import Pacing
import StackDrain
import Synchronization

/// What the doors of a pool's monitor lead to: eyes, container engine, clients, projects.
final class PoolWorld: Sendable {
  let clientDescriptions: [ClientDescription]
  private let settings: PoolSettings
  private let log: Log
  private let stack: LiveStack
  private let engine: ContainerEngine?
  private let eyes = Sight()

  /// The eyes, once they are open.
  private final class Sight: Sendable {
    private let eyes = Mutex<PoolEyes?>(nil)

    var open: PoolEyes? {
      get { eyes.withLock { $0 } }
      set { eyes.withLock { $0 = newValue } }
    }
  }

  /// - Parameters:
  ///   - settings: What belongs to the pool.
  ///   - log: Where is told what the eyes notice beside evidence.
  /// - Throws: Which client or engine cannot be had as it is configured.
  init(_ settings: PoolSettings, _ log: Log) throws(PoolFault) {
    self.settings = settings
    self.log = log
    let environment = ClientEnvironment.live(variables: ProcessSetup.environment)
    var clients: [Target: any StackClient] = [:]
    var descriptions: [ClientDescription] = []
    for client in settings.clients {
      do throws(ClientFault) {
        for (description, live) in try client.clients(in: environment) {
          clients[description.target] = live
          descriptions.append(description)
        }
      } catch {
        throw PoolFault("client \(client.name): \(error)")
      }
    }
    clientDescriptions = descriptions
    do {
      let places = [settings.pool.path] + settings.pool.branches.map(\.path)
      engine = try settings.engine.map { engine in
        try ContainerEngine(socket: engine.socket, places: places)
      }
    } catch {
      throw PoolFault("engine: \(error)")
    }
    // One for all calls: it knows which commands still run.
    stack = LiveStack(
      clients: clients, engine: engine,
      projects: settings.portableProjects + settings.fullProjects,
      patience: settings.planPolicy.lookDeadline,
      traffic: { [eyes] in await eyes.open?.measureTraffic().value })
  }

  var doors: PoolDoors {
    PoolDoors(
      watch: { [self] tell, ended throws(PoolFault) in try watch(tell, ended) },
      lookNow: { [self] in eyes.open?.lookNow() },
      lookOnce: { [self] in await lookOnce() },
      carryOut: { [self] call, deadline in await stack.carryOut(call, until: deadline) },
      follow: { [self] stirred in
        guard let engine else { return }
        for await _ in engine.stirrings() { stirred() }
      },
      close: { [self] in
        eyes.open?.stop()
        await engine?.shutdown()
      })
  }

  private static var prober: ProberChoice { .worker(command: ProcessSetup.probeWorker) }

  private func watch(
    _ tell: @escaping @Sendable (PoolEvidence) -> Void,
    _ ended: @escaping @Sendable (String) -> Void
  ) throws(PoolFault) {
    do throws(ErrorNumber) {
      let eyes = try PoolEyes(settings.pool, settings.probing, prober: Self.prober)
      eyes.observe(tell)
      eyes.listen { [log] notice in
        log.tell(notice)
        if case .stopped(let fault) = notice { ended("the pool is not watched any more: \(fault)") }
      }
      try eyes.start()
      self.eyes.open = eyes
    } catch {
      throw PoolFault("\(settings.pool.path): cannot be watched: \(error)")
    }
  }

  private func lookOnce() async -> PoolEvidence {
    do {
      return try await PoolEyes.lookOnce(settings.pool, settings.probing, prober: Self.prober)
    } catch {
      let words = "this process cannot look: \(error)"
      return PoolEvidence(mount: .unseen(words), probe: .unseen(words))
    }
  }
}

extension Log {
  /// Tells what eyes notice beside evidence.
  fileprivate func tell(_ notice: EyesNotice) {
    switch notice {
    case .worker(let change): tell(MonitorNotice.worker(change))
    case .tableUnreadable(let error): tell(MonitorNotice.tableUnreadable(error))
    case .eventsUnavailable(let fault):
      warn(
        "the kernel's events cannot be had, drives are seen by the interval and the mount table",
        ["error": .string("\(fault)")])
    case .labelUnknown(let label):
      warn(
        "no drive carries the label of a branch, and one is mounted in its place: whether it is pulled "
          + "is known by its number alone until the label is right",
        ["label": .string(label)])
    case .eventsLost: debug("the kernel had more events than there was room for")
    case .stopped(let fault):
      error("the pool is not watched any more", ["error": .string("\(fault)")])
    }
  }
}
