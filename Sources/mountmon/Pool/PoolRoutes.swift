import JSONValue
import MountHealthCore
import Pacing
import StackDrain
import Synchronization
import TimeText

/// The HTTP endpoints of a pool's monitor, and those of its control socket.
final class PoolRoutes: Sendable {
  private let monitor: PoolMonitor
  private let pool: PoolDescription
  private let interval: Duration
  private let timeout: Duration
  private let statistics: ServerStatistics
  private let start = Tick.now()
  private let isShuttingDown = Atomic(false)

  /// How long the engine may go without a turn; it has one every 5 s at the least.
  static let turnPatience = Duration.seconds(30)

  init(_ monitor: PoolMonitor, _ settings: PoolSettings, _ statistics: ServerStatistics) {
    self.monitor = monitor
    pool = settings.pool
    interval = settings.probing.interval
    timeout = settings.probing.timeout
    self.statistics = statistics
  }

  /// From now on, readiness is refused.
  func shutDown() { isShuttingDown.store(true, ordering: .releasing) }

  /// What everybody may ask.
  var routes: Routes { Routes(questions) }

  /// What the owner of the socket may ask, and ask for.
  var control: Routes {
    var routes = questions
    routes["/v1/command"] = { [self] question in outcome(question) }
    var posts: [String: Routes.Route] = [:]
    for name in ["drain", "resume", "hold", "release", "forget", "choose"] {
      posts["/v1/\(name)"] = { [self] question in take(name, question) }
    }
    return Routes(routes, posts: posts)
  }

  private var questions: [String: Routes.Route] {
    [
      "/healthz/live": { [self] _ in live() },
      "/healthz/ready": { [self] _ in ready() },
      "/healthz/status": { [self] _ in .json(.ok, document().json.text() + "\n") },
      "/metrics": { [self] question in metrics(question) },
      "/version": { _ in .json(.ok, BuildIdentity.current.json.text() + "\n") },
    ]
  }

  private func document() -> PoolDocument {
    PoolDocument(picture: monitor.view.picture, pool: pool, clock: .now())
  }

  private func live() -> HTTPAnswer {
    let picture = monitor.view.picture
    let now = Tick.now()
    if now - max(picture.turnedAt, start) > Self.turnPatience {
      return .health(isGood: false, "the engine does not turn")
    }
    if now - (picture.judgedAt ?? start) > interval * 3 + timeout + Self.turnPatience {
      return .health(isGood: false, "nobody looks at the pool any more")
    }
    return .health(isGood: true)
  }

  private func ready() -> HTTPAnswer {
    if isShuttingDown.load(ordering: .acquiring) { return .health(isGood: false, "shutting down") }
    let picture = monitor.view.picture
    return .health(isGood: picture.isReady, picture.notReadyReason)
  }

  private func metrics(_ question: HTTPQuestion) -> HTTPAnswer {
    let format = MetricsFormat(accept: question.accept)
    let metrics = PoolMetrics(
      picture: monitor.view.picture, pool: pool, server: statistics.snapshot, clock: .now(),
      start: start)
    return HTTPAnswer(.ok, contentType: format.contentType, body: metrics.page(format).finish())
  }

  private func take(_ name: String, _ question: HTTPQuestion) -> HTTPAnswer {
    guard let command = PoolCommand(name, Query(question.query ?? "")) else {
      return .json(.badRequest, #"{"error":"this command is not understood"}"# + "\n")
    }
    guard let id = monitor.command(command) else {
      return .json(.tooManyRequests, #"{"error":"too many commands wait already"}"# + "\n")
    }
    return .json(.ok, JSONValue.object(["id": .string(id)]).text() + "\n")
  }

  private func outcome(_ question: HTTPQuestion) -> HTTPAnswer {
    let id = Query(question.query ?? "")["id"] ?? ""
    guard let outcome = monitor.outcome(of: id) else {
      return .json(.notFound, #"{"state":"lost"}"# + "\n")
    }
    let object = PoolDocument.json(of: outcome.entry, outcome.picture)
    return .json(.ok, JSONValue.object(object).text() + "\n")
  }
}

/// The fields of a query: `target=client%3Asabnzbd&x=1`.
struct Query: Hashable, Sendable {
  private var values: [String: String] = [:]

  init(_ text: String) {
    for part in text.utf8.split(separator: UInt8(ascii: "&")).prefix(16) {
      let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
      let name = Self.decoded(part[..<equals])
      values[name] = Self.decoded(part[equals...].dropFirst())
    }
  }

  subscript(name: String) -> String? { values[name] }

  /// Text as it may stand in a query.
  static func encoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    let digits = Array("0123456789ABCDEF".utf8)
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func decoded(_ text: Substring.UTF8View.SubSequence) -> String {
    var bytes: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      let pair = rest.prefix(2)
      if byte == UInt8(ascii: "%"), pair.count == 2,
        let value = UInt8(String(decoding: pair, as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension PoolCommand {
  /// The most that a hold may last.
  static let longestHold = Duration.seconds(366 * 86_400)

  /// Reads a command as it comes over the socket; `nil` where it is none.
  init?(_ name: String, _ query: Query) {
    switch name {
    case "drain": self = .drain
    case "resume": self = .resume
    case "release": self = .release
    case "hold":
      guard let seconds = query["seconds"].flatMap({ Int64($0) }), seconds > 0,
        .seconds(seconds) <= Self.longestHold
      else { return nil }
      self = .hold(.seconds(seconds))
    case "forget":
      guard let target = query["target"].flatMap({ Target(text: $0) }) else { return nil }
      self = .forget(target)
    case "choose":
      guard let mode = query["mode"].flatMap(StackMode.init(rawValue:)) else { return nil }
      self = .choose(mode, .manual)
    default: return nil
    }
  }

  /// The target of the request that carries it over the socket.
  var requestTarget: String {
    switch self {
    case .drain: "/v1/drain"
    case .resume: "/v1/resume"
    case .release: "/v1/release"
    case .hold(let length): "/v1/hold?seconds=\(max(length.components.seconds, 1))"
    case .forget(let target): "/v1/forget?target=\(Query.encoded(target.description))"
    case .choose(let mode, _): "/v1/choose?mode=\(mode.rawValue)"
    }
  }
}
