import HTTPTransport
import JSONValue

/// The JSON-RPC of NZBGet, 13.0 and later: requests, and what answers say.
enum NZBGetAPI {
  static let program = "NZBGet"

  /// What can be paused on its own.
  enum Part: String, CaseIterable {
    case download, post, scan

    var field: String {
      switch self {
      case .download: "DownloadPaused"
      case .post: "PostPaused"
      case .scan: "ScanPaused"
      }
    }
  }

  static func status(_ path: String) -> HTTPRequest { request(path, "status") }

  static func act(_ path: String, isPause: Bool, _ part: Part) -> HTTPRequest {
    request(path, (isPause ? "pause" : "resume") + part.rawValue)
  }

  private static func request(_ path: String, _ method: String) -> HTTPRequest {
    .json(path, RPCText.call(method, []).bytes())
  }

  private static func result(_ answer: ClientAnswer) throws(ClientFault) -> JSONValue {
    if answer.status == 401 {
      throw ClientFault(
        "NZBGet refuses the login (status 401): check user and password against ControlUsername and"
          + " ControlPassword")
    }
    if let fault = answer.refusal(of: program) { throw fault }
    switch try RPCText.outcome(try answer.json(of: program), of: program) {
    case .result(let result): return result
    case .error(let words): throw ClientFault("NZBGet refuses: \(words)")
    }
  }

  static func taken(_ answer: ClientAnswer) throws(ClientFault) {
    guard try result(answer).boolValue == true else {
      throw ClientFault("NZBGet did not do it, and gives no reason")
    }
  }

  /// What its parts do, and when it was started, by its own clock, in seconds.
  static func state(
    _ answer: ClientAnswer
  ) throws(ClientFault) -> (state: TargetState, start: Int?) {
    let status = try result(answer)
    var state = TargetState()
    for part in Part.allCases {
      guard let isPaused = status[part.field]?.boolValue else {
        throw ClientFault(
          "what listens there is not NZBGet: its status has no \(part.field); check the URL")
      }
      if isPaused { state.idle.insert(part.rawValue) } else { state.running.insert(part.rawValue) }
    }
    if let rate = status["DownloadRate"]?.intValue { state.note = "\(rate) B/s" }
    guard let time = status["ServerTime"]?.intValue, let uptime = status["UpTimeSec"]?.intValue
    else {
      return (state, nil)
    }
    let (start, isOver) = time.subtractingReportingOverflow(uptime)
    return (state, !isOver && (0...1 << 40).contains(start) ? start : nil)
  }
}
