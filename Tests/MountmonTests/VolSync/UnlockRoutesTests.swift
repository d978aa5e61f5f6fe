import MountHealthCore
import Pacing
import Testing

@testable import mountmon

@Suite struct `The liveness of who unlocks` {
  @Test func `is well while it begins to lead, however old its process is`() throws {
    let controller = try `The shell of unlocks`.controller()
    let routes = UnlockRoutes(controller, ServerStatistics(), start: .zero)
    func status() -> AnswerStatus? { routes.routes.answer(HTTPQuestion(target: "/healthz")).status }
    #expect(status() == .ok)
    routes.note {
      $0.isLeading = true
      $0.since = .now()
    }
    #expect(status() == .ok)
    routes.note { $0.since = Tick.now() + .seconds(-121) }
    #expect(status() == .unavailable)
  }
}
