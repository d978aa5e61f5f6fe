public import HTTPTransport
public import JSONValue
public import TimeText

/// A Kubernetes cluster, as its API server shows it to one client.
///
///     let access = try ClusterAccess.find(in: .live())
///     let cluster = Cluster(access)
///     let pods = try cluster.resource(Pod.self, in: .namespace("media"))
///     let pod = try await pods.get("plex-0")
///     try await pods.delete("plex-0", onlyIf: .uid(uid))
///     await cluster.shutdown()
///
/// Calls are tried again where that is safe (`RetryMachine`), with credentials read anew after a 401.
/// Tokens, certificates and authorities that are replaced on disk are taken up while it runs. Copies
/// share connections and credentials, and may differ in `settings`.
public struct Cluster: APICaller {
  /// How calls are made.
  public var settings: ClusterSettings
  private let line: ClusterLine
  private let clock: TickClock

  /// A cluster; nothing is connected before the first call.
  ///
  /// - Parameters:
  ///   - access: How to reach it, and who to be.
  ///   - settings: How calls are made.
  ///   - credentials: Who knows the credentials; `nil`: those of `access`.
  ///   - surroundings: The files and the plugins that `access` refers to.
  ///   - dialer: Who makes connections.
  ///   - clock: The clock that deadlines and pauses go by.
  public init(
    _ access: ClusterAccess, settings: ClusterSettings = ClusterSettings(),
    credentials: (any CredentialSource)? = nil, in surroundings: Surroundings = .live(),
    dialer: ClusterDialer = .ownThread, clock: TickClock = .continuous
  ) {
    self.settings = settings
    self.clock = clock
    line = ClusterLine(
      access, credentials ?? access.credentials.source(in: surroundings), surroundings, dialer)
  }

  /// How it is reached.
  public var access: ClusterAccess { line.access }

  /// What time it is at the server, whatever the clock of this node says.
  ///
  /// - Returns: The time, to about a second (`serverClock.uncertainty`); `nil` before the first answer.
  public func serverTime() -> Timestamp? { line.clock.time(at: clock.now()) }

  /// The server's clock as heard so far; its ticks are those of the clock given at the start.
  public var serverClock: ServerClock { line.clock }

  /// Ends all calls and streams and closes the connections; later calls fail.
  public func shutdown() async { await line.shutdown() }

  /// Makes one call and reads its answer whole.
  ///
  /// - Parameter request: The call.
  /// - Returns: The answer's JSON; `.null` where the answer has no body.
  /// - Throws: `KubernetesError` for every status that is not 2xx, and where no answer came.
  public func send(_ request: APIRequest) async throws(KubernetesError) -> JSONValue {
    let limit = settings.limit(of: request)
    let bytes = try await call().perform(request, within: settings.deadlines) {
      answer throws(TransportError) in try await answer.body.collect(upTo: limit)
    }
    guard !bytes.isEmpty else { return .null }
    let options = JSONParser.Options(
      maximumBytes: limit, maximumDepth: ClusterSettings.maximumDepth)
    do throws(JSONError) {
      return try JSONValue(parsing: bytes, options: options)
    } catch {
      throw KubernetesError(request, malformed: error)
    }
  }

  /// Makes one call whose answer is read piece by piece.
  ///
  /// - Parameter request: The call: a watch, or the log of a container.
  /// - Returns: The body, once its head has come with a status of 2xx.
  /// - Throws: `KubernetesError` for every status that is not 2xx, and where no answer came.
  public func open(_ request: APIRequest) async throws(KubernetesError) -> HTTPBody {
    var deadlines = settings.deadlines
    deadlines.silence = max(settings.streamSilence, deadlines.silence)
    deadlines.total = nil
    return try await call().perform(request, within: deadlines) { answer in answer.body }
  }

  private func call() -> ClusterCall { ClusterCall(line: line, clock: clock, settings: settings) }
}
