import HTTPTransport
import JSONValue

/// The API of SABnzbd, 3.0 and later: requests, and what answers say.
enum SABnzbdAPI {
  static let program = "SABnzbd"

  /// The key travels in a form: a URL ends up in logs and in lists of processes.
  static func request(
    _ path: String, _ mode: String, key: String, _ fields: [(String, String)] = []
  ) -> HTTPRequest {
    .form(path, [("mode", mode), ("output", "json"), ("apikey", key)] + fields)
  }

  /// The queue without its jobs, whose names may be anything.
  static let queueFields = [("start", "1000000"), ("limit", "1")]
  /// Without measurements, and without asking the Internet.
  static let statusFields = [("skip_dashboard", "1"), ("calculate_performance", "0")]
  /// Jobs in post-processing come first.
  static let historyFields = [("start", "0"), ("limit", "20")]

  /// The object in an answer.
  ///
  /// - Throws: What SABnzbd complains about, or that it is not SABnzbd.
  static func object(_ answer: ClientAnswer) throws(ClientFault) -> JSONObject {
    if answer.status == 403 { throw refusal(answer) }
    if let fault = answer.refusal(of: program) { throw fault }
    guard let object = try answer.json(of: program).objectValue else { throw stranger("no object") }
    if object["status"]?.boolValue == false {
      let words = object["error"]?.stringValue?.asOneLine ?? "no reason given"
      throw ClientFault("\(program) refuses: \(words)")
    }
    return object
  }

  /// SABnzbd tells in plain text why it refuses.
  private static func refusal(_ answer: ClientAnswer) -> ClientFault {
    if answer.body.range(of: "API Key") != nil {
      return ClientFault(
        "\(program) refuses the key (\(answer.excerpt)): give the API key of its Config > General,"
          + " not the NZB key")
    }
    if answer.body.range(of: "Hostname") != nil {
      return ClientFault(
        "\(program) refuses the host name in the URL: give an IP address, or add the name to its"
          + " host_whitelist")
    }
    return ClientFault("\(program) refuses: status 403: \(answer.excerpt)")
  }

  private static func stranger(_ why: String) -> ClientFault {
    ClientFault("what listens there is not \(program): its answer has \(why); check the URL")
  }

  /// That a command was taken.
  static func taken(_ answer: ClientAnswer) throws(ClientFault) {
    guard try object(answer)["status"]?.boolValue == true else {
      throw stranger("no status of the command")
    }
  }

  /// What the queue does.
  struct Queue: Hashable {
    var isPaused: Bool
    var rate: String?
  }

  static func queue(_ answer: ClientAnswer) throws(ClientFault) -> Queue {
    guard let queue = try object(answer)["queue"], queue["version"]?.stringValue != nil,
      let isPaused = queue["paused"]?.boolValue
    else { throw stranger("no queue") }
    return Queue(isPaused: isPaused, rate: queue["kbpersec"]?.stringValue?.asOneLine)
  }

  /// Which process it is, and for how long, in whole minutes, hours or days.
  struct Life: Hashable {
    var pid: Int
    /// At least so many seconds, and less than the second figure.
    var atLeast: Int
    var below: Int
  }

  static func life(_ answer: ClientAnswer) throws(ClientFault) -> Life {
    guard let status = try object(answer)["status"], let pid = status["pid"]?.intValue,
      let uptime = status["uptime"]?.stringValue, let span = span(uptime)
    else { throw stranger("no process") }
    return Life(pid: pid, atLeast: span.0, below: span.1)
  }

  /// `5m`: at least 5 minutes, and less than 6.
  private static func span(_ text: String) -> (Int, Int)? {
    let units: [Character: Int] = ["m": 60, "h": 3600, "d": 86_400]
    guard let last = text.last, let unit = units[last], let count = Int(text.dropLast()),
      (0..<100_000).contains(count)
    else { return nil }
    return (count * unit, (count + 1) * unit)
  }

  /// The jobs in post-processing.
  struct Jobs: Hashable {
    /// Being worked on.
    var active: Set<String> = []
    /// Not begun.
    var waiting: Set<String> = []
  }

  static func jobs(_ answer: ClientAnswer) throws(ClientFault) -> Jobs {
    guard let slots = try object(answer)["history"]?["slots"]?.arrayValue else {
      throw stranger("no history")
    }
    var jobs = Jobs()
    for slot in slots {
      guard let id = slot["nzo_id"]?.stringValue, let status = slot["status"]?.stringValue else {
        throw stranger("a job without a status")
      }
      switch status {
      case "Completed", "Failed", "Deleted": break
      case "Queued": jobs.waiting.insert(id)
      default: jobs.active.insert(id)
      }
    }
    return jobs
  }
}
