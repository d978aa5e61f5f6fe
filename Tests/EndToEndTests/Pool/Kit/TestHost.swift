import Glibc
import JSONValue
import StackKit

/// A Docker host with a pool that may be unplugged, a stack on it, and a monitor: everything as it is,
/// nothing of it pretended.
final class TestHost: Sendable {
  let folder: KitFolder
  let pool: LoopPool
  let docker: DockerDaemon
  let transmission: Transmission
  let sabnzbd: SABnzbd
  let monitor: Monitor

  /// Begins with a mounted pool and a stack, and ends with nothing, whatever the body does.
  static func story(
    _ settings: JSONObject = [:], sealsBranches: Bool = true, hasPool: Bool = true,
    _ body: (TestHost) async throws -> Void
  ) async throws {
    guard let parts = StackParts.current else { throw KitError("there are no parts") }
    try await parts.reset()
    let folder = try KitFolder()
    let host: TestHost
    do {
      host = try await TestHost(parts, in: folder, settings, sealsBranches: sealsBranches)
    } catch {
      await folder.remove()
      throw error
    }
    do {
      for number in LoopPool.numbers { try await host.pool.plug(number) }
      if hasPool { try await host.pool.mount() }
      try await host.transmission.start()
      try await body(host)
      await host.remove()
    } catch {
      let report = await host.report()
      await host.remove()
      throw KitError("\(error)\n\(report)")
    }
  }

  private init(
    _ parts: StackParts, in folder: KitFolder, _ settings: JSONObject, sealsBranches: Bool
  ) async throws {
    self.folder = folder
    docker = parts.docker
    sabnzbd = parts.sabnzbd
    pool = try await LoopPool(
      in: folder, sealsBranches: sealsBranches)
    transmission = try await Transmission(
      in: try folder.folder("transmission"), downloads: pool.path + "/downloads")
    monitor = try Monitor(
      in: folder,
      Monitor.configuration(
        pool, docker, transmission, sabnzbd, state: folder.path + "/state", settings))
  }

  private func remove() async {
    await Task {
      await monitor.end()
      // What hangs on the pool is let go first, or it could not be ended.
      pool.wakeUnion()
      await pool.killUnion()
      await transmission.end()
      docker.wake()
      sabnzbd.program.wake()
      if docker.pid != nil, let ids = try? await docker.docker("ps", "-aq"), !ids.isEmpty {
        _ = try? await docker.docker(["rm", "-f"] + ids.split(separator: "\n").map(String.init))
      }
      await pool.remove()
      await folder.remove()
    }.value
  }

  // MARK: The stack

  /// Containers on the pool and beside it, one of them stopped by a person; two torrents, one of them
  /// likewise.
  func startStack() async throws {
    let bind = ["-v", "\(pool.path):/data"]
    try await docker.run("indexer")
    try await docker.run("sonarr", bind)
    try await docker.run(
      "jellyfin", bind + ["--label", "mountmon.depends-on=sonarr", "--restart", "unless-stopped"])
    try await docker.run("readarr", bind)
    try await docker.docker("stop", "-t", "1", "readarr")
    try await startTorrents()
  }

  /// One that downloads onto the pool, and one that a person has stopped.
  func startTorrents() async throws {
    try await transmission.add("two", isStopped: true)
    // It writes down what it was told at its end: killed sooner, it would have forgotten.
    await transmission.program.stop()
    try await transmission.start()
    try await transmission.add("one")
    try await until("the torrent is downloaded") { try await transmission.hasBegun("one") }
  }

  /// How everything stands, as the components themselves say.
  struct Standing: Equatable, CustomStringConvertible {
    /// Names of containers that run.
    var containers: Set<String>
    /// Names of torrents that are not stopped.
    var torrents: Set<String>
    var isSABnzbdPaused: Bool

    var description: String {
      "containers \(containers.sorted()), torrents \(torrents.sorted()), SABnzbd "
        + (isSABnzbdPaused ? "paused" : "runs")
    }
  }

  func standing() async throws -> Standing {
    Standing(
      containers: try await running(), torrents: try await runningTorrents(),
      isSABnzbdPaused: try await sabnzbd.isPaused())
  }

  /// Names of containers that run, as the engine says.
  func running() async throws -> Set<String> {
    let names = try await docker.docker("ps", "--format", "{{.Names}}")
    return Set(names.split(separator: "\n").map(String.init))
  }

  /// Names of torrents that are not stopped, as Transmission says.
  func runningTorrents() async throws -> Set<String> {
    Set(try await transmission.torrents().filter { !$0.value.isStopped }.keys)
  }

  /// When a container was started, or has ended, as the engine says.
  func time(_ field: String, of name: String) async throws -> String {
    try await docker.inspect(name, "{{.State.\(field)}}")
  }

  // MARK: Waiting

  /// What is left of the stack off the pool.
  static let drained = Standing(containers: ["indexer"], torrents: [], isSABnzbdPaused: true)

  /// Waits until the stack is off the pool, as its parts themselves say.
  func untilDrained() async throws { try await until(Self.drained, "drained") }

  /// Waits until all stands as before, nothing is owed, and the monitor says so.
  func untilBack(_ before: Standing) async throws {
    try await until(before, "brought back")
    try await untilDone("healthy", "full")
    try await remains(before, "what came back stays", for: .milliseconds(500))
  }

  /// Waits until the monitor has nothing to do.
  func untilDone(_ state: String, _ mode: String) async throws {
    try await until("the pool is \(state), the stack \(mode), and nothing goes on") {
      try await monitor.isDone(state, mode)
    }
  }

  /// A stack that runs and a monitor that knows it; how they stand.
  func begin() async throws -> Standing {
    try await startStack()
    let standing = try await standing()
    try await monitor.start()
    try await untilDone("healthy", "full")
    return standing
  }

  /// Waits until the components themselves stand so, and says how they stand if they never do.
  func until(
    _ wish: Standing, _ words: String, within limit: Duration = .seconds(60)
  ) async throws {
    var last = "they could not be asked"
    let isThere = await holds(within: limit) {
      guard let standing = try? await standing() else { return false }
      last = "\(standing)"
      return standing == wish
    }
    guard isThere else { throw KitError("\(words): wanted \(wish); there are \(last)") }
  }

  /// Holds that the components stand so, now and for as long.
  func remains(
    _ wish: Standing, _ words: String, for length: Duration = .seconds(3)
  ) async throws {
    let end = ContinuousClock.now + length
    repeat {
      let standing = try await standing()
      guard standing == wish else {
        throw KitError("\(words): wanted \(wish); there are \(standing)")
      }
      try await Task.sleep(for: .milliseconds(100))
    } while ContinuousClock.now < end
  }

  /// Waits until something is so.
  func until(
    _ words: String, within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
  ) async throws {
    let isThere = await holds(within: limit) { (try? await condition()) ?? false }
    guard isThere else { throw KitError("not within \(limit): \(words)") }
  }

  private func report() async -> String {
    let standing = (try? await standing()).map { "\($0)" } ?? "some do not answer"
    let torrents = (try? await transmission.torrents()).map { "\($0)" } ?? "none"
    return "components: \(standing); \(torrents)\nthe monitor's log:\n\(monitor.log.suffix(12_000))"
  }
}
