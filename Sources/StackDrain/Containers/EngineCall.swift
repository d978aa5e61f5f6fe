import HTTPTransport

/// A request to the container engine, as a value.
enum EngineCall: Hashable, Sendable {
  /// Is it there, and what does it speak? Needs no version.
  case ping
  /// The versions it speaks. Needs no version.
  case version
  /// All containers, those that do not run as well.
  case list
  /// Volumes that the engine itself makes of a folder or a device.
  case volumes
  /// All there is to know of one container.
  case inspect(String)
  /// Ends a container, by SIGKILL after so many seconds.
  case stop(String, seconds: Int)
  /// Ends a container by SIGKILL.
  case kill(String)
  /// Starts a container.
  case start(String)
  /// Stops and starts a container.
  case restart(String, seconds: Int)
  /// What happens to containers, without end.
  case events

  /// Whether it changes something.
  var isAct: Bool {
    switch self {
    case .stop, .kill, .start, .restart: true
    case .ping, .version, .list, .volumes, .inspect, .events: false
    }
  }

  /// What it does, for messages.
  var words: String {
    switch self {
    case .ping: "ask for its version"
    case .version: "ask for its versions"
    case .list: "list containers"
    case .volumes: "list volumes"
    case .inspect(let name): "look at container \(name)"
    case .stop(let name, _): "stop container \(name)"
    case .kill(let name): "kill container \(name)"
    case .start(let name): "start container \(name)"
    case .restart(let name, _): "restart container \(name)"
    case .events: "follow events"
    }
  }

  /// The request, in a version of the API.
  func request(in version: EngineVersion) -> HTTPRequest {
    switch self {
    case .ping: HTTPRequest("GET", "/_ping")
    case .version: HTTPRequest("GET", "/version")
    case .list: HTTPRequest("GET", "/v\(version)/containers/json?all=1")
    case .volumes: HTTPRequest("GET", "/v\(version)/volumes?filters=\(Self.localVolumes)")
    case .inspect(let name): HTTPRequest("GET", Self.place(name, "json", version))
    case .stop(let name, let seconds):
      HTTPRequest("POST", Self.place(name, "stop?t=\(seconds)", version))
    case .kill(let name): HTTPRequest("POST", Self.place(name, "kill", version))
    case .start(let name): HTTPRequest("POST", Self.place(name, "start", version))
    case .restart(let name, let seconds):
      HTTPRequest("POST", Self.place(name, "restart?t=\(seconds)", version))
    case .events: HTTPRequest("GET", "/v\(version)/events?filters=\(Self.containerEvents)")
    }
  }

  private static let localVolumes = encoded(#"{"driver":["local"]}"#)
  /// Whatever makes a container run or not run. Health checks are left out: they come every moment.
  private static let containerEvents = encoded(
    #"{"type":["container"],"event":["create","start","restart","die","kill","oom","pause","#
      + #""unpause","stop","destroy","rename"]}"#)

  private static func place(_ name: String, _ rest: String, _ version: EngineVersion) -> String {
    "/v\(version)/containers/\(encoded(name))/\(rest)"
  }

  /// Percent-encodes all but what RFC 3986 calls unreserved.
  static func encoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    // The one path that a server takes for another one.
    return result == "." || result == ".." ? "%00" : result
  }

  /// Whether the engine could take this name for the beginning of the number of a container: it looks
  /// for names first, but for numbers where there is no such name.
  static func looksLikeNumber(_ name: String) -> Bool {
    name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
