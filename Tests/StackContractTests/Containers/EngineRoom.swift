import MountHealthCore
import Pacing
import StackKit
import Synchronization
import Testing

@testable import StackDrain

/// An engine with a stack on it, and a folder for a pool.
struct EngineRoom: Sendable {
  let daemon: DockerDaemon
  let engine: ContainerEngine
  let stack: LiveStack
  let folder: KitFolder
  /// Where the pool is to be mounted.
  let pool: String

  static func with(
    projects: (DockerDaemon) throws -> [ProjectSettings] = { _ in [] },
    _ body: (EngineRoom) async throws -> Void
  ) async throws {
    try await DockerDaemon.with { daemon in
      let folder = try KitFolder()
      do {
        let pool = try folder.folder("pool")
        let engine = try ContainerEngine(
          socket: daemon.socket, places: [try MountPath(pool)])
        let stack = LiveStack(
          clients: [:], engine: engine, projects: try projects(daemon),
          traffic: { PoolTraffic(requests: 0, bytesPerSecond: 0) })
        try await body(
          EngineRoom(daemon: daemon, engine: engine, stack: stack, folder: folder, pool: pool))
        await engine.shutdown()
        await folder.remove()
      } catch {
        await folder.remove()
        throw error
      }
    }
  }

  func target(_ name: String) -> Target { Target(.container, name) ?? .stack }

  func act(_ call: Call, within limit: Duration = .seconds(30)) async -> Answer {
    await stack.carryOut(call, until: Tick.now() + limit)
  }

  func state(_ name: String) async throws -> TargetState {
    let answer = await act(.look(target(name)))
    guard case .state(let state) = answer else { throw KitFault("\(name): \(answer)") }
    return state
  }

  func survey() async throws -> [String: ContainerSnapshot] {
    let answer = await act(.survey(asksClients: true))
    guard case .surveyed(let snapshot) = answer, let containers = snapshot.containers else {
      throw KitFault("\(answer)")
    }
    #expect(snapshot.complaints == [])
    return Dictionary(containers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether it becomes true.
  func becomes(_ condition: @Sendable () -> Bool) async -> Bool { await holds { condition() } }

  /// Carries out a plan, as the monitor does.
  func carryOut(_ stages: [Stage]) async -> PlanOutcome? {
    var machine = PlanMachine(stages, run: 1)
    let (events, door) = AsyncStream.makeStream(of: PlanMachine.Event.self)
    let clock = Task {
      while !Task.isCancelled {
        door.yield(.tick)
        try? await Task.sleep(for: .milliseconds(50))
      }
    }
    defer { clock.cancel() }
    for await event in events {
      for effect in machine.handle(event, at: Tick.now()) {
        switch effect {
        case .record(_, let step):
          if let step { door.yield(.recorded(step: step)) }
        case .call(let id, let call, let deadline):
          let stack = stack
          Task { door.yield(.answered(id, await stack.carryOut(call, until: deadline))) }
        case .finished(let outcome): return outcome
        }
      }
    }
    return nil
  }

  /// Mounts a pool where one belongs, for the length of the body.
  func withPool(_ body: (FaultMount) async throws -> Void) async throws {
    let mount = try await FaultMount.mount(at: pool, log: folder)
    do {
      try await body(mount)
      await mount.remove()
    } catch {
      await mount.remove()
      throw error
    }
  }
}

/// Counts, from wherever.
final class Counter: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  func increment() { count.withLock { $0 += 1 } }
}
