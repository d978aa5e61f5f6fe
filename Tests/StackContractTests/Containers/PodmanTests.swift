import MountHealthCore
import Pacing
import StackKit
import Testing

@testable import StackDrain

@Suite(.timeLimit(.minutes(3))) struct `Podman's compatible socket` {
  @Test func `serves as Docker's does`() async throws {
    try await PodmanService.with { podman in
      let pool = try podman.folder.folder("pool")
      let engine = try ContainerEngine(
        socket: "unix://\(podman.socket)", places: [try MountPath(pool)])
      let stack = LiveStack(clients: [:], engine: engine, traffic: { nil })
      let plex = try #require(Target(.container, "plex"))
      func act(_ call: Call) async -> Answer {
        await stack.carryOut(call, until: Tick.now() + .seconds(30))
      }
      func state() async -> TargetState? {
        guard case .state(let state) = await act(.look(plex)) else { return nil }
        return state
      }
      let count = Counter()
      let listener = Task { for await _ in engine.stirrings() { count.increment() } }
      defer { listener.cancel() }

      // What happens before it listens is not told.
      #expect(await holds { count.value >= 1 } == true)
      try await podman.run("plex", volume: "\(pool):/data")
      #expect(await holds { count.value >= 2 } == true)
      let mount = try await FaultMount.mount(at: pool, log: podman.folder)
      guard case .surveyed(let seen) = await act(.survey(asksClients: true)) else { return }
      #expect(seen.complaints == [] && seen.containers?.map(\.name) == ["plex"])
      #expect(seen.containers?.first?.state == .running)
      #expect(seen.containers?.first?.mountSources == [pool])
      // It was started before the pool was mounted.
      #expect(seen.containers?.first?.showsDeadMount == true)

      let life = await state()
      #expect(life?.running == [TargetState.whole] && life?.instance != nil)
      #expect(await act(.restart(plex, grace: .seconds(5))) == .taken)
      let next = await state()
      #expect(next?.running == [TargetState.whole] && next?.instance != life?.instance)
      guard case .surveyed(let mended) = await act(.survey(asksClients: true)) else { return }
      #expect(mended.containers?.first?.showsDeadMount == false)
      for call in [Call.stop(plex, grace: .seconds(5)), .stop(plex, grace: .zero), .kill(plex)] {
        #expect(await act(call) == .taken)
        #expect(await state()?.running == [])
      }
      for call in [Call.start(plex), .start(plex)] { #expect(await act(call) == .taken) }
      #expect(await act(.kill(plex)) == .taken)
      #expect(await state()?.running == [])
      let nobody = try #require(Target(.container, "nope"))
      for call in [Call.look(nobody), .start(nobody), .kill(nobody)] {
        guard case .gone = await act(call) else {
          Issue.record("\(call) is not gone")
          continue
        }
      }
      await mount.remove()
      await engine.shutdown()
    }
  }
}
