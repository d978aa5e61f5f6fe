import HTTPTransport
import MountHealthCore
import Pacing
import Synchronization
import Testing

@testable import StackDrain

@Suite(.timeLimit(.minutes(2))) struct `The stack as it is` {
  private static let queue = Target(.client, "queue") ?? .stack
  private static let other = Target(.client, "other") ?? .stack
  private static let media = Target(.project, "media") ?? .stack
  private static let plex = Target(.container, "plex") ?? .stack

  private func engine(_ rules: [ScriptedEngine.Rule]) -> ContainerEngine {
    ContainerEngine(
      socket: "/s", places: [], transport: ScriptedEngine(rules), processes: .none)
  }

  private func stack(
    clients: [Target: any StackClient] = [:], engine: ContainerEngine? = nil,
    projects: [ProjectSettings] = [], traffic: PoolTraffic? = nil
  ) -> LiveStack {
    LiveStack(
      clients: clients, engine: engine, projects: projects, patience: .seconds(20),
      traffic: { traffic })
  }

  private func survey(_ stack: LiveStack, asksClients: Bool = true) async -> StackSnapshot? {
    let answer = await stack.carryOut(
      .survey(asksClients: asksClients), until: Tick.now() + .seconds(60))
    guard case .surveyed(let snapshot) = answer else { return nil }
    return snapshot
  }

  @Test func `has no containers where it has no engine`() async {
    let seen = await survey(stack(clients: [Self.queue: FakeClient()]))
    #expect(seen == StackSnapshot(containers: [], clients: [Self.queue: .whole(runs: true)]))
    let answer = await stack().carryOut(.look(Self.plex), until: Tick.now() + .seconds(30))
    #expect(answer == .failed("container:plex: no container engine is configured"))
  }

  @Test func `is seen side by side, and who is silent is left out with a complaint`() async {
    let list =
      #"[{"Id":"1","Names":["/plex"],"State":"running","Labels":{"#
      + #""com.docker.compose.project":"media","com.docker.compose.service":"plex"}}]"#
    let engine = engine([.ping, .on("/containers/json", 200, list), .on("/volumes", 200, "{}")])
    let projects = [ProjectSettings(name: "media", start: [], stop: [])]
    let whole = stack(
      clients: [Self.queue: FakeClient(), Self.other: FakeClient(isSilent: true)], engine: engine,
      projects: projects)
    let start = Tick.now()
    let seen = await survey(whole)
    // Not as long as it might have: each question has its own end.
    #expect(Tick.now() - start < .seconds(50))
    #expect(seen?.containers?.map(\.name) == ["plex"])
    #expect(seen?.clients == [Self.queue: .whole(runs: true)])
    #expect(seen?.projects == [Self.media: TargetState(running: ["plex"])])
    #expect(seen?.complaints == ["client:other did not answer in time"])
    let quick = await survey(whole, asksClients: false)
    #expect(quick?.clients == [:] && quick?.projects == [:] && quick?.complaints == [])
  }

  @Test func `knows nothing of containers where the engine does not answer`() async {
    for rule in [
      ScriptedEngine.Rule.fault("", .refused, "nobody listens on this socket"), .silence(""),
      .on("", 500, #"{"message":"broken"}"#),
    ] {
      let seen = await survey(
        stack(
          clients: [Self.queue: FakeClient()], engine: engine([rule]),
          projects: [ProjectSettings(name: "media", start: [], stop: [])]))
      #expect(seen?.containers == nil && seen?.projects == [:])
      #expect(seen?.clients.count == 1 && seen?.complaints.count == 1)
    }
  }

  @Test func `asks clients for units, and says what they say`() async {
    let client = FakeClient()
    let stack = stack(clients: [Self.queue: client])
    let soon = Tick.now() + .seconds(30)
    #expect(await stack.carryOut(.look(Self.queue), until: soon) == .state(.whole(runs: true)))
    #expect(await stack.carryOut(.pause(Self.queue, units: ["a"]), until: soon) == .taken)
    #expect(await stack.carryOut(.resume(Self.queue, units: ["b"]), until: soon) == .taken)
    #expect(client.calls == ["pause a", "resume b"])
    let unknown = await stack.carryOut(.look(Self.other), until: soon)
    #expect(
      unknown
        == .failed("client:other is not configured; configure it, or have the ledger forget it"))
    let refusing = self.stack(clients: [Self.queue: FakeClient(fault: "queue: wrong key")])
    #expect(
      await refusing.carryOut(.pause(Self.queue, units: []), until: soon)
        == .failed("queue: wrong key"))
  }

  @Test func `ends what does not end by itself`() async {
    let stack = stack(clients: [Self.queue: FakeClient(isSilent: true)])
    for call in [Call.look(Self.queue), .pause(Self.queue, units: ["a"])] {
      let answer = await stack.carryOut(call, until: Tick.now() + .milliseconds(200))
      #expect(answer == .failed("no answer in time"))
    }
  }

  @Test func `says gone, taken and refused as the engine does`() async {
    let stack = stack(
      engine: engine([
        .ping, .on("/plex/stop", 304), .on("/plex/kill", 500, #"{"message":"no exit event"}"#),
        .on("/plex/start", 404, #"{"message":"No such container: plex"}"#),
      ]))
    let soon = Tick.now() + .seconds(30)
    #expect(await stack.carryOut(.stop(Self.plex, grace: .zero), until: soon) == .taken)
    guard case .failed(let words) = await stack.carryOut(.kill(Self.plex), until: soon) else {
      Issue.record("a refusal was taken for something else")
      return
    }
    #expect(words.contains("no exit event"))
    #expect(
      await stack.carryOut(.start(Self.plex), until: soon)
        == .gone("start container plex: No such container: plex (status 404)"))
  }

  @Test func `lets silence of an act come after its deadline`() async {
    let stack = stack(engine: engine([.ping, .silence("/plex/")]))
    let deadline = Tick.now() + .seconds(20)
    guard case .failed = await stack.carryOut(.stop(Self.plex, grace: .zero), until: deadline)
    else {
      Issue.record("silence was taken for something else")
      return
    }
    #expect(Tick.now() >= deadline)
  }

  @Test func `measures what can be measured`() async {
    let traffic = PoolTraffic(requests: 1, bytesPerSecond: 2)
    let soon = Tick.now() + .seconds(30)
    #expect(await stack(traffic: traffic).carryOut(.measure, until: soon) == .traffic(traffic))
    #expect(await stack().carryOut(.measure, until: soon) == .failed("it cannot be measured"))
  }

  @Test func `runs commands of projects, and tells how they ended`() async {
    func answer(_ words: [String], folder: String = "/") async -> Answer {
      let projects = [ProjectSettings(name: "media", start: words, stop: words, folder: folder)]
      return await stack(projects: projects).carryOut(
        .launch(Self.media), until: Tick.now() + .seconds(30))
    }
    #expect(await answer(["true"]) == .taken)
    #expect(
      await answer(["sh", "-c", "pwd; echo $DOCKER_HOST; test $PWD = /tmp"], folder: "/tmp")
        == .taken)
    #expect(
      await answer(["sh", "-c", "echo one >&2; echo 'two $x' >&2; exit 3"])
        == .failed("sh ended with exit code 3: one / two $x"))
    #expect(
      await answer(["sh", "-c", "kill -9 $$"]) == .failed("sh was ended by signal 9"))
    for (words, folder) in [(["no-such-program"], "/"), (["true"], "/no/such/folder")] {
      guard case .failed(let words) = await answer(words, folder: folder) else {
        Issue.record("what cannot run ran")
        continue
      }
      #expect(words.contains("ended with exit code"))
    }
    #expect(await answer([]) == .failed("its command did not run: none is configured"))
  }
}

/// A client of one queue.
private final class FakeClient: StackClient {
  private let isSilent: Bool
  private let fault: String?
  private let log = Mutex<[String]>([])

  init(isSilent: Bool = false, fault: String? = nil) {
    self.isSilent = isSilent
    self.fault = fault
  }

  var calls: [String] { log.withLock { $0 } }

  private func answer() async throws(ClientFault) {
    if isSilent { try? await Task.sleep(for: .seconds(3600)) }
    if let fault { throw ClientFault(fault) }
  }

  func look(until deadline: Tick) async throws(ClientFault) -> TargetState {
    try await answer()
    return .whole(runs: true)
  }

  func pause(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    try await answer()
    log.withLock { $0.append("pause \(units.sorted().joined(separator: " "))") }
  }

  func resume(_ units: Set<String>, until deadline: Tick) async throws(ClientFault) {
    try await answer()
    log.withLock { $0.append("resume \(units.sorted().joined(separator: " "))") }
  }
}
