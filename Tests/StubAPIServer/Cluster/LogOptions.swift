import TimeText

/// What of a log is asked for.
struct LogOptions {
  var container: String?
  var isPrevious = false
  var isFollowing = false
  var hasTimestamps = false
  var tailLines: Int?
  var limitBytes: Int?
  /// As the server passes it on to the node.
  var kubeletQuery = ""

  init(_ call: Call) throws(Refusal) {
    container = call["container"]
    isPrevious = call.target.flag("previous")
    isFollowing = call.target.flag("follow")
    hasTimestamps = call.target.flag("timestamps")
    tailLines = try StubCluster.number(call["tailLines"])
    limitBytes = try StubCluster.number(call["limitBytes"])
    let since = try StubCluster.number(call["sinceSeconds"])
    var faults: [FieldFault] = []
    if let tailLines, tailLines < 0 {
      faults.append(
        .invalid("tailLines", String(tailLines), "must be greater than or equal to 0"))
    }
    if let limitBytes, limitBytes < 1 {
      faults.append(.invalid("limitBytes", String(limitBytes), "must be greater than 0"))
    }
    if let since, since < 1 {
      faults.append(.invalid("sinceSeconds", String(since), "must be greater than 0"))
    }
    guard faults.isEmpty else {
      throw .invalid(ResourceGroup("", "PodLogOptions"), call.name.name, faults)
    }
    kubeletQuery =
      (isFollowing ? ["follow=true"] : []).joined(separator: "&")
  }

  /// The part of a text that is asked for.
  func cut(_ text: String, at now: Timestamp) -> [UInt8] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let endsWithLineFeed = lines.last == ""
    if endsWithLineFeed { lines.removeLast() }
    if let tailLines { lines = Array(lines.suffix(tailLines)) }
    if hasTimestamps { lines = lines.map { now.rfc3339(fractionDigits: 9) + " " + $0 } }
    guard !lines.isEmpty else { return [] }
    let bytes = Array((lines.joined(separator: "\n") + (endsWithLineFeed ? "\n" : "")).utf8)
    return Array(bytes.prefix(limitBytes ?? bytes.count))
  }
}
