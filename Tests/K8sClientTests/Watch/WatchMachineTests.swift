import HTTPTransport
import JSONValue
import Pacing
import Testing

@testable import K8sClient

@Suite struct `The watch machine` {
  private static func machine(_ policy: WatchPolicy = .init()) -> WatchMachine {
    WatchMachine(operation: "watch things", policy: policy, seed: 3)
  }

  private static func object(_ name: String, _ version: Int, uid: String = "u") throws -> JSONValue
  {
    try JSONValue(parsing: Anything.text(name, version, uid: uid))
  }

  private static func page(_ version: Int, _ objects: JSONValue..., next: String? = nil)
    -> WatchMachine.Event
  {
    .listed(
      WatchPage(
        objects: objects.compactMap(WatchedObject.init), resourceVersion: String(version),
        continuation: next))
  }

  /// A machine that follows a list of one object `a`, since the tenth second.
  private static func following(_ policy: WatchPolicy = .init()) throws -> WatchMachine {
    var machine = machine(policy)
    _ = machine.handle(.tick, at: .at(10))
    _ = machine.handle(page(100, try object("a", 90)), at: .at(10))
    _ = machine.handle(.opened, at: .at(10))
    return machine
  }

  private static func action(_ effects: [WatchMachine.Effect]) -> WatchMachine.Effect? {
    effects.last
  }

  @Test func `lists first, whatever else comes`() throws {
    var machine = Self.machine()
    #expect(machine.handle(.opened, at: .at(0)) == [])
    #expect(machine.handle(.ended(.clean), at: .at(0)) == [])
    #expect(machine.handle(.tick, at: .at(0)) == [.list(limit: 100, continuation: nil)])
    #expect(machine.handle(.tick, at: .at(0)) == [])
    let effects = machine.handle(Self.page(5), at: .at(1))
    #expect(effects.first == .deliver(.synced))
    guard case .open(let version, let seconds)? = effects.last else {
      Issue.record("\(effects)")
      return
    }
    #expect(version == "5")
    #expect((300...600).contains(seconds))
  }

  @Test func `takes a modified object that it never saw for an added one`() throws {
    var machine = try Self.following()
    let b = try Self.object("b", 101)
    let effects = machine.handle(.arrived(WatchEvent(.modified, b)), at: .at(11))
    #expect(effects.first == .deliver(.added(b)))
  }

  @Test func `says nothing of an object that is as it was`() throws {
    var machine = try Self.following()
    let a = try Self.object("a", 90)
    #expect(machine.handle(.arrived(WatchEvent(.added, a)), at: .at(11)).count == 1)
    let gone = try Self.object("z", 101)
    #expect(machine.handle(.arrived(WatchEvent(.deleted, gone)), at: .at(11)).count == 1)
  }

  @Test func `tells a name with a new uid as deleted and added`() throws {
    var machine = try Self.following(WatchPolicy(keepsObjects: true))
    let new = try Self.object("a", 101, uid: "v")
    let effects = machine.handle(.arrived(WatchEvent(.modified, new)), at: .at(11))
    let departed = WatchChange<JSONValue>.Departed(
      key: ObjectKey(namespace: "media", name: "a"), uid: "u", last: try Self.object("a", 90))
    #expect(effects.dropLast() == [.deliver(.deleted(departed)), .deliver(.added(new))])
    // What comes late of the one that is gone changes nothing.
    let late = try Self.object("a", 100)
    #expect(machine.handle(.arrived(WatchEvent(.deleted, late)), at: .at(12)).count == 1)
  }

  @Test func `moves on with bookmarks, repeated ones too`() throws {
    var machine = try Self.following()
    let bookmark = WatchEvent(.bookmark, ["metadata": ["resourceVersion": "150"]])
    for _ in 0..<3 {
      #expect(machine.handle(.arrived(bookmark), at: .at(70)).count == 1)
    }
    guard case .open("150", _)? = machine.handle(.ended(.clean), at: .at(400)).last else {
      Issue.record("it does not resume at the bookmark")
      return
    }
  }

  @Test func `resumes at once after a healthy stream, and later and later after short ones`() throws
  {
    var machine = try Self.following()
    guard case .open? = machine.handle(.ended(.clean), at: .at(100)).last else {
      Issue.record("it waits after a healthy stream")
      return
    }
    var now = Tick.at(100)
    var pauses: [Duration] = []
    var notices: [WatchMachine.Effect] = []
    for _ in 0..<12 {
      _ = machine.handle(.opened, at: now)
      let effects = machine.handle(.ended(.clean), at: now)
      notices += effects.dropLast()
      guard case .wait(let until)? = effects.last else {
        Issue.record("it does not wait")
        return
      }
      pauses.append(until - now)
      now = until
      _ = machine.handle(.tick, at: now)
    }
    #expect(pauses[0] <= .milliseconds(500) && pauses[0] >= .milliseconds(250))
    #expect(pauses.last ?? .zero >= .seconds(15) && pauses.allSatisfy { $0 <= .seconds(30) })
    #expect(notices.count == 1)
    // One event through a stream, and everything is as it was.
    _ = machine.handle(.opened, at: now)
    let event = WatchEvent(.modified, try Self.object("a", 101))
    #expect(machine.handle(.arrived(event), at: now).first == .deliver(.resumed))
  }

  @Test func `takes no stream for a short one that lasted as long as it was asked to`() throws {
    var machine = try Self.following(WatchPolicy(streamTimeout: .seconds(1)))
    for turn in 0..<10 {
      guard
        case .open(_, let seconds)? = machine.handle(.ended(.clean), at: .at(12 + Double(turn)))
          .last
      else {
        Issue.record("it waits after stream \(turn)")
        return
      }
      #expect((1...2).contains(seconds))
      #expect(machine.handle(.opened, at: .at(11 + Double(turn))).count == 1)
    }
    #expect(machine.counts.failures == 0)
  }

  @Test func `lists at once after an expiry, unless it just did`() throws {
    for end in [
      WatchMachine.Event.arrived(WatchEvent(.error, ["code": 410])),
      .arrived(WatchEvent(.error, ["code": 500, "reason": "Expired"])),
    ] {
      var machine = try Self.following()
      #expect(
        machine.handle(end, at: .at(25)) == [.close, .list(limit: 100, continuation: nil)])
      machine = try Self.following()
      guard case .wait? = machine.handle(end, at: .at(11)).last else {
        Issue.record("it lists again and again")
        return
      }
    }
    var machine = try Self.following()
    _ = machine.handle(.ended(.clean), at: .at(25))
    let gone = KubernetesError(.expired, "watch")
    #expect(
      machine.handle(.openFailed(gone), at: .at(26)) == [.list(limit: 100, continuation: nil)])
  }

  @Test func `asks for a list in one piece when one by pages became too old`() throws {
    var machine = Self.machine()
    _ = machine.handle(.tick, at: .at(0))
    _ = machine.handle(Self.page(5, try Self.object("a", 1), next: "x"), at: .at(0))
    let expired = KubernetesError(.expired, "list")
    let effects = machine.handle(.listFailed(expired), at: .at(1))
    #expect(effects == [.list(limit: nil, continuation: nil)])
    // What the first try showed and the second does not is gone.
    let rest = machine.handle(Self.page(9, try Self.object("b", 7)), at: .at(2))
    #expect(rest.count == 4)
    #expect(machine.keys.map(\.name) == ["b"])
  }

  @Test func `is not led around in circles by a list`() throws {
    var machine = Self.machine()
    _ = machine.handle(.tick, at: .at(0))
    _ = machine.handle(Self.page(5, next: "x"), at: .at(0))
    guard case .wait? = machine.handle(Self.page(5, next: "x"), at: .at(0)).last else {
      Issue.record("it asks for the same page for ever")
      return
    }
  }

  @Test func `does as long a Retry-After says, within reason`() throws {
    for (asked, range) in [(20, 20.0...20.5), (100_000, 300.0...300.5)] {
      var machine = Self.machine()
      _ = machine.handle(.tick, at: .at(0))
      let error = KubernetesError(
        .tooManyRequests, "list", status: Status(code: 429, retryAfter: .seconds(asked)))
      guard case .wait(let until)? = machine.handle(.listFailed(error), at: .at(0)).last else {
        Issue.record("it does not wait")
        return
      }
      #expect(range.contains(Double(until.nanoseconds) / 1e9))
    }
  }

  @Test func `lists again after silence that no server keeps`() throws {
    var machine = try Self.following()
    guard case .streaming(let stream) = machine.state else { return }
    #expect(machine.handle(.tick, at: .at(100)) == [.read(until: stream.deadline)])
    let effects = machine.handle(.tick, at: stream.deadline)
    #expect(effects == [.close, .list(limit: 100, continuation: nil)])
  }

  @Test func `resumes where a server is away, lists where it may be another one`() throws {
    for (code, lists) in [
      (KubernetesError.Code.unreachable, false), (.tooManyRequests, false), (.notFound, true),
      (.forbidden, true), (.unauthorized, true), (.serverFailed, true),
    ] {
      var machine = try Self.following()
      _ = machine.handle(.ended(.clean), at: .at(100))
      let effects = machine.handle(.openFailed(KubernetesError(code, "watch")), at: .at(100))
      #expect(effects.first == .deliver(.interrupted(KubernetesError(code, "watch"))))
      guard case .wait(let until)? = effects.last else { return }
      let next = machine.handle(.tick, at: until)
      if lists {
        #expect(next == [.list(limit: 100, continuation: nil)])
      } else if case .open("100", _)? = next.last {
      } else {
        Issue.record("\(code): \(next)")
      }
    }
  }

  @Test func `does not trust a stream with an object that has no name`() throws {
    var machine = try Self.following()
    let effects = machine.handle(.arrived(WatchEvent(.added, ["metadata": [:]])), at: .at(11))
    #expect(effects.first == .close)
    guard case .deliver(.interrupted(let error)) = effects[1] else { return }
    #expect(error.code == .malformedAnswer)
  }
}
