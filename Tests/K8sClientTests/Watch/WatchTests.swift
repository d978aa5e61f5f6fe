import HTTPTransport
import JSONValue
import Pacing
import Synchronization
import Testing

@testable import K8sClient

/// An object of any type.
struct Anything: Resource {
  static let type = ResourceType(version: "v1", plural: "things", kind: "Thing")
  var json: JSONValue
  init(json: JSONValue) { self.json = json }

  static func text(_ name: String, _ version: Int, uid: String = "u") -> String {
    """
    {"metadata":{"name":"\(name)","namespace":"media","uid":"\(uid)",\
    "resourceVersion":"\(version)"}}
    """
  }

  static func list(_ version: Int, _ items: [String], next: String? = nil) throws -> JSONValue {
    let token = next.map { #","continue":"\#($0)""# } ?? ""
    return try JSONValue(
      parsing: """
        {"metadata":{"resourceVersion":"\(version)"\(token)},\
        "items":[\(items.joined(separator: ","))]}
        """)
  }
}

@Suite struct `A watch` {
  private static func watch(
    _ caller: FakeCaller, _ clock: SteppingClock, _ policy: WatchPolicy = .init()
  ) throws -> Watch<Anything> {
    Watch(
      try CollectionPath(Anything.self, in: .namespace("media")), by: caller, policy: policy,
      clock: clock.clock, seed: 1)
  }

  private static func words(_ change: WatchChange<Anything>) -> String {
    switch change {
    case .added(let thing): "+\(thing.metadata.name.map(\.description) ?? "")"
    case .modified(let thing): "~\(thing.metadata.name.map(\.description) ?? "")"
    case .deleted(let departed): "-\(departed.key.name)\(departed.last == nil ? "?" : "")"
    case .synced: "synced"
    case .interrupted(let error): "!\(error.code)"
    case .resumed: "resumed"
    }
  }

  /// The first changes in words.
  private static func changes(
    _ count: Int, of caller: FakeCaller, _ policy: WatchPolicy = .init(),
    clock: SteppingClock = SteppingClock()
  ) async throws -> [String] {
    let watch = try watch(caller, clock, policy)
    return try await clock.whilePassing {
      var words: [String] = []
      for await change in watch {
        words.append(Self.words(change))
        if words.count == count { break }
      }
      return words
    }
  }

  @Test func `lists page by page, then follows from there`() async throws {
    let pages = [
      try Anything.list(7, [Anything.text("a", 1), Anything.text("b", 2)], next: "more"),
      try Anything.list(7, [Anything.text("c", 3)]),
    ]
    let caller = FakeCaller(
      stream: { _ in
        .success(
          FakeStream(
            #"{"type":"MODIFIED","object":\#(Anything.text("b", 8))}"#,
            #"{"type":"DELETED","object":\#(Anything.text("a", 9))}"#, end: .silent))
      },
      answer: { .success($0.value(of: "continue") == nil ? pages[0] : pages[1]) })
    let changes = try await Self.changes(6, of: caller)
    #expect(changes == ["+a", "+b", "+c", "synced", "~b", "-a"])
    let requests = caller.requests
    #expect(requests.map { $0.value(of: "limit") } == ["100", "100", nil])
    #expect(requests[2].value(of: "resourceVersion") == "7")
    #expect(requests[2].value(of: "allowWatchBookmarks") == "true")
    #expect(requests[2].isStream)
  }

  @Test func `resumes a stream that was cut, from where it was`() async throws {
    let list = try Anything.list(7, [])
    let caller = FakeCaller(
      stream: { request in
        let version = (request.value(of: "resourceVersion").flatMap { Int($0) } ?? 0) + 1
        let added = Anything.text("n\(version)", version)
        return .success(
          FakeStream(
            #"{"type":"ADDED","object":\#(added)}"#,
            end: version % 2 == 0 ? .cut : .clean))
      }, answer: { _ in .success(list) })
    #expect(try await Self.changes(5, of: caller) == ["synced", "+n8", "+n9", "+n10", "+n11"])
  }

  @Test func `lists again after an expiry and tells what differs`() async throws {
    let first = try Anything.list(7, [Anything.text("a", 1), Anything.text("b", 2)])
    let second = try Anything.list(
      20, [Anything.text("b", 2, uid: "other"), Anything.text("c", 12)])
    let lists = Mutex(0)
    let caller = FakeCaller(
      stream: { request in
        request.value(of: "resourceVersion") == "7"
          ? .success(
            FakeStream(
              #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}"#,
              end: .clean))
          : .success(FakeStream([], end: .silent))
      },
      answer: { _ in
        lists.withLock { lists in
          lists += 1
          return .success(lists == 1 ? first : second)
        }
      })
    let changes = try await Self.changes(7, of: caller)
    #expect(changes == ["+a", "+b", "synced", "-b?", "+b", "+c", "-a?"])
  }

  @Test func `says that it is interrupted and goes on`() async throws {
    let list = try Anything.list(7, [Anything.text("a", 1)])
    let calls = Mutex(0)
    let caller = FakeCaller(
      answer: { request in
        let call = calls.withLock { calls in
          calls += 1
          return calls
        }
        switch call {
        case 1...3: return .failure(KubernetesError(request, Status(code: 403)))
        case 4...6: return .failure(KubernetesError(request, Status(code: 404)))
        default: return .success(list)
        }
      })
    let changes = try await Self.changes(5, of: caller)
    #expect(changes == ["!forbidden", "!notFound", "+a", "synced", "resumed"])
  }

  @Test func `cuts a stream that is silent for too long`() async throws {
    let list = try Anything.list(7, [])
    let opens = Mutex(0)
    let caller = FakeCaller(
      stream: { _ in
        let open = opens.withLock { opens in
          opens += 1
          return opens
        }
        return .success(
          open < 3
            ? FakeStream([], end: .silent)
            : FakeStream(#"{"type":"ADDED","object":\#(Anything.text("a", 8))}"#, end: .silent))
      }, answer: { _ in .success(list) })
    #expect(try await Self.changes(2, of: caller) == ["synced", "+a"])
  }

  @Test func `ends when its task is cancelled`() async throws {
    let list = try Anything.list(7, [Anything.text("a", 1)])
    let caller = FakeCaller(answer: { _ in .success(list) })
    let watch = try Self.watch(caller, SteppingClock())
    let task = Task {
      var count = 0
      for await _ in watch { count += 1 }
      return count
    }
    while caller.requests.count < 2 { await Task.yield() }
    task.cancel()
    #expect(await task.value == 2)
  }

  @Test(arguments: `Recorded watches`.names)
  func `tells what a recorded stream tells`(_ name: String) async throws {
    for exchange in try Recording(name).exchanges where exchange.isStream {
      let events = try `Recorded watches`.events(of: exchange.reads)
      var known: Set<String> = []
      var expected = ["synced"]
      for event in events {
        guard let name = WatchedObject(event.object)?.key.name else { continue }
        switch event.kind {
        case .added, .modified: expected.append((known.insert(name).inserted ? "+" : "~") + name)
        case .deleted: if known.remove(name) != nil { expected.append("-" + name) }
        case .bookmark, .error: break
        }
      }
      let list = try Anything.list(1, [])
      let opens = Mutex(0)
      let caller = FakeCaller(
        stream: { _ in
          let isFirst = opens.withLock { opens in
            opens += 1
            return opens == 1
          }
          return .success(
            isFirst
              ? FakeStream(exchange.reads, end: exchange.endsCleanly ? .clean : .cut)
              : FakeStream([], end: .silent))
        }, answer: { _ in .success(list) })
      let changes = try await Self.changes(
        expected.count, of: caller, clock: SteppingClock(longest: .seconds(100)))
      #expect(changes == expected)
    }
  }
}
