import K8sClient
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

@Suite struct `What a replica knows of who leads` {
  private let error = KubernetesError(.unreachable, "replace lease mountmon/mountmon-volsync")

  private func after(_ changes: LeadershipChange...) -> UnlockLeadership {
    var standing = UnlockLeadership()
    for change in changes { standing.take(change, as: "me", at: .zero + .seconds(7)) }
    return standing
  }

  @Test func `is trouble until the Lease is seen again, and no longer`() {
    #expect(after(.started(transition: 0)).trouble == nil)
    #expect(after(.started(transition: 0), .failing(error)).trouble == "\(error)")
    let standing = after(.started(transition: 0), .failing(error), .recovered)
    #expect(standing.trouble == nil && standing.isLeading && standing.leader == "me")
    #expect(after(.sawLeader("other"), .failing(error), .recovered).trouble == nil)
  }

  @Test func `is trouble still where it leads no longer for it`() {
    let standing = after(.started(transition: 0), .failing(error), .stopped(.expired))
    #expect(!standing.isLeading && standing.trouble == "\(error)")
    #expect(after(.failing(error), .stopped(.expired), .started(transition: 1)).trouble == nil)
  }

  @Test func `is when it began, and who leads`() {
    #expect(after(.started(transition: 0)).since == .zero + .seconds(7))
    #expect(after(.started(transition: 0), .sawLeader("other")).leader == "other")
    #expect(!after(.failing(error)).isKnown)
  }
}
