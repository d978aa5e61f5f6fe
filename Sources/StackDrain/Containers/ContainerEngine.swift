public import HTTPTransport
public import MountHealthCore
import Pacing
import Synchronization

/// A container engine: Docker, or Podman with its compatible API, at its Unix socket.
///
/// Every call may be made any number of times and side by side with others; none takes longer than
/// its deadline. What a call asked for may still happen after that.
public final class ContainerEngine: Sendable {
  /// Where it is, as in messages.
  let socket: String
  /// The paths of the pool and its branches.
  let places: [MountPath]
  let processes: HostProcesses
  private let transport: any Transport
  private let close: @Sendable () async -> Void
  private let memory = Mutex(Memory())

  private struct Memory {
    var version: EngineVersion?
    /// The numbers of containers, as last seen: for the time when the engine does not answer.
    var ids: [String: String] = [:]
    /// What was mounted last at the places, by their configured paths.
    var mounts: [String: MountEntry] = [:]
    /// The places that containers show, by their numbers: what a container mounts does not change
    /// for as long as it has its number.
    var shown: [String: [String]] = [:]
  }

  /// Connections at one time: a call to a container that cannot be ended holds one for as long as its
  /// deadline, and must not hold up the rest.
  static let maximumConnections = 64

  /// An engine. Nothing is sent yet.
  ///
  /// - Parameters:
  ///   - socket: The path of its Unix socket, or `unix://` and that.
  ///   - places: The paths of the pool and its branches: binds of them are looked at after a remount.
  /// - Throws: `HTTPSettingsError` where that is no path of a socket.
  public convenience init(
    socket: String, places: [MountPath]
  ) throws(HTTPSettingsError) {
    let path = socket.utf8.starts(with: "unix://".utf8) ? String(socket.dropFirst(7)) : socket
    var limits = HTTPLimits()
    limits.maximumConnections = Self.maximumConnections
    limits.maximumWaiting = 1024
    let client = try HTTPClient(to: .unix(path), limits: limits)
    self.init(socket: path, places: places, transport: client, processes: .live) {
      await client.shutdown()
    }
  }

  init(
    socket: String, places: [MountPath], transport: any Transport, processes: HostProcesses,
    close: @escaping @Sendable () async -> Void = {}
  ) {
    self.socket = socket
    self.places = places
    self.transport = transport
    self.processes = processes
    self.close = close
  }

  /// Ends every call, and closes every connection.
  public func shutdown() async { await close() }
}

extension ContainerEngine {
  /// Sends a request and reads all of its answer.
  ///
  /// - Throws: ``EngineFault``, also for an answer that says no.
  func send(_ call: EngineCall, until deadline: Tick) async throws(EngineFault) -> [UInt8] {
    let version = try await agreedVersion(until: deadline)
    do {
      return try await exchange(call, in: version, until: deadline)
    } catch  where error.kind == .version {
      // Another engine than the one that was asked: it was updated, or its predecessor is back.
      let again = try await negotiate(asksBounds: true, until: deadline)
      return try await exchange(call, in: again, until: deadline)
    }
  }

  /// The same for an answer without end: only its head is waited for.
  func open(
    _ call: EngineCall, within deadlines: HTTPDeadlines, versionBy deadline: Tick
  ) async throws(EngineFault) -> HTTPBody {
    let version = try await agreedVersion(until: deadline)
    let answer = try await answer(to: call, in: version, within: deadlines)
    guard answer.status == 200 else {
      forgetVersion()
      throw EngineFault(
        .refused, "\(call.words): the container engine at \(socket) says: status \(answer.status)")
    }
    return answer.body
  }

  private func exchange(
    _ call: EngineCall, in version: EngineVersion, until deadline: Tick
  ) async throws(EngineFault) -> [UInt8] {
    let rest = try rest(until: deadline, for: call)
    // The wait for a free connection is a part of connecting, and may take as long as there is.
    let answer = try await answer(
      to: call, in: version, within: HTTPDeadlines(connect: rest, silence: rest, total: rest))
    let body: [UInt8]
    do {
      body = try await answer.body.collect(upTo: ContainerListing.maximumBytes)
    } catch {
      throw EngineFault(error, to: call, at: socket)
    }
    if let fault = EngineFault(to: call, status: answer.status, body: body, at: socket) {
      throw fault
    }
    return body
  }

  private func answer(
    to call: EngineCall, in version: EngineVersion, within deadlines: HTTPDeadlines
  ) async throws(EngineFault) -> HTTPAnswer {
    do {
      return try await transport.exchange(call.request(in: version), within: deadlines)
    } catch {
      let fault = EngineFault(error, to: call, at: socket)
      // Whoever listens there next may be another one.
      if fault.kind == .unreachable { forgetVersion() }
      throw fault
    }
  }

  private func rest(until deadline: Tick, for call: EngineCall) throws(EngineFault) -> Duration {
    let rest = deadline - Tick.now()
    guard rest > .zero else {
      throw EngineFault(.silent, "\(call.words): no time is left to ask the container engine")
    }
    return rest
  }
}

extension ContainerEngine {
  private func agreedVersion(until deadline: Tick) async throws(EngineFault) -> EngineVersion {
    if let known = memory.withLock({ $0.version }) { return known }
    return try await negotiate(asksBounds: false, until: deadline)
  }

  private func forgetVersion() { memory.withLock { $0.version = nil } }

  /// Finds out what to speak. The bounds tell more than the answer to a ping, and take longer.
  private func negotiate(
    asksBounds: Bool, until deadline: Tick
  ) async throws(EngineFault) -> EngineVersion {
    var newest: EngineVersion?
    var oldest: EngineVersion?
    if !asksBounds {
      let deadlines = try rest(until: deadline, for: .ping)
      let answer = try await answer(
        to: .ping, in: .minimum,
        within: HTTPDeadlines(connect: deadlines, silence: deadlines, total: deadlines))
      newest = answer.headers["Api-Version"].flatMap { EngineVersion($0) }
      _ = try? await answer.body.collect(upTo: 64 << 10)
    }
    if newest == nil {
      let body = try await exchange(.version, in: .minimum, until: deadline)
      (newest, oldest) = EngineVersion.bounds(parsing: body)
    }
    guard let newest else {
      throw EngineFault(
        .strange,
        "\(socket) does not say which version of the Docker Engine API it speaks: is it the socket "
          + "of a container engine?")
    }
    guard let agreed = EngineVersion.agreed(with: newest, oldest: oldest) else {
      throw EngineFault(
        .refused,
        "the container engine at \(socket) speaks version \(newest) of the API; at least "
          + "\(EngineVersion.minimum) is needed: update it")
    }
    memory.withLock { $0.version = agreed }
    return agreed
  }

  func remember(_ containers: [ListedContainer]) {
    let ids = Dictionary(
      containers.map { ($0.snapshot.name, $0.id) }, uniquingKeysWith: { first, _ in first })
    memory.withLock { $0.ids = ids }
  }

  func remember(_ name: String, _ id: String) { memory.withLock { $0.ids[name] = id } }

  /// Fills in what was mounted at places where now nothing is, and keeps what is there.
  func remember(_ places: inout [HostPlace]) {
    memory.withLock { memory in
      for index in places.indices {
        let place = places[index].configured
        if let mount = places[index].mount { memory.mounts[place] = mount }
        places[index].mount = memory.mounts[place]
      }
    }
  }

  /// Keeps which places containers show, for those that are still there.
  ///
  /// - Returns: All that is known of them, by their numbers.
  func remember(_ shown: [String: [String]], of ids: Set<String>) -> [String: [String]] {
    memory.withLock { memory in
      memory.shown = memory.shown.merging(shown) { _, new in new }.filter { ids.contains($0.key) }
      return memory.shown
    }
  }

  func rememberedID(of name: String) -> String? { memory.withLock { $0.ids[name] } }
}
