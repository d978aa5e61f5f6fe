import JSONValue
import Pacing
import Testing
import TimeText

@testable import K8sClient

/// A Lease of somebody, a machine that wants it, and what its effects say.
enum LeaseKit {
  static let wall = Timestamp(seconds: 1_767_323_045)

  static func machine(_ identity: String = "a-0") throws -> LeaseMachine {
    LeaseMachine(
      try ObjectPath(Lease.self, "homelab-controller", in: "media"),
      policy: LeasePolicy(identity: identity), seed: 1)
  }

  /// A Lease of somebody, as a server would show it.
  static func lease(
    _ holder: JSONValue = "b-0", version: Int = 1, uid: String = "u1", renewed: String = "a",
    duration: JSONValue = 15
  ) -> Lease {
    Lease(json: [
      "metadata": [
        "name": "homelab-controller", "namespace": "media", "uid": .string(uid),
        "resourceVersion": .string(String(version)), "labels": ["kept": "yes"],
      ],
      "spec": [
        "holderIdentity": holder, "leaseDurationSeconds": duration, "renewTime": .string(renewed),
        "leaseTransitions": 4,
      ],
    ])
  }

  /// What the server makes of a write.
  static func stored(_ lease: Lease, version: Int, uid: String = "u1") -> Lease {
    var lease = lease
    lease[text: "metadata", "resourceVersion"] = String(version)
    lease[text: "metadata", "uid"] = uid
    return lease
  }

  static func written(_ effects: [LeaseMachine.Effect]) -> Lease? {
    switch effects.last {
    case .create(let lease, _), .replace(let lease, _): lease
    case .announce, .read, .wait, .finish, nil: nil
    }
  }

  static func wait(_ effects: [LeaseMachine.Effect]) -> Tick? {
    if case .wait(let until)? = effects.last { until } else { nil }
  }

  static func announcements(_ effects: [LeaseMachine.Effect]) -> [LeadershipChange] {
    effects.compactMap { if case .announce(let change) = $0 { change } else { nil } }
  }

  /// A leader that took over a stale Lease at the hundredth second.
  static func leader() throws -> LeaseMachine {
    var machine = try machine()
    _ = machine.handle(.tick, at: .at(0), wall: wall)
    _ = machine.handle(.read(lease()), at: .at(0), wall: wall)
    _ = machine.handle(.tick, at: .at(100), wall: wall)
    let effects = machine.handle(.read(lease()), at: .at(100), wall: wall)
    let taken = try #require(Self.written(effects))
    let led = machine.handle(.written(stored(taken, version: 2)), at: .at(100), wall: wall)
    #expect(announcements(led) == [.started(transition: 5)])
    return machine
  }
}
