/// The two text formats in which metrics are served.
enum MetricsFormat: Hashable, Sendable, CaseIterable {
  /// Prometheus text, version 0.0.4.
  case prometheusText
  /// OpenMetrics, version 1.0.0.
  case openMetrics

  var contentType: String {
    switch self {
    case .prometheusText: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }

  /// What a client wants most, by the rules of RFC 9110: each format has the weight of the most
  /// specific range that names it. OpenMetrics has to be asked for by name; whoever accepts
  /// neither gets Prometheus text, as from every other exporter.
  ///
  /// - Parameter accept: The value of the `Accept` header, several joined by commas.
  init(accept: String?) {
    let ranges = (accept ?? "").splitOutsideQuotes(",").compactMap(MediaRange.init)
    let openMetrics = ranges.best("application", "openmetrics-text", ["1.0.0"])
    let text = ranges.best("text", "plain", ["0.0.4"])
    guard let openMetrics, openMetrics.isByName, openMetrics.weight > 0,
      openMetrics.weight >= text?.weight ?? 0
    else {
      self = .prometheusText
      return
    }
    // Equals: text wins only when it was named, too, and earlier.
    let isTextFirst = text.map { $0.isByName && $0.index < openMetrics.index } ?? false
    self = openMetrics.weight == text?.weight && isTextFirst ? .prometheusText : .openMetrics
  }
}

/// One entry of an `Accept` header: `text/plain;version=0.0.4;q=0.5`.
private struct MediaRange {
  var type: Substring
  var subtype: Substring
  var version: Substring?
  /// In thousandths, as many digits as a weight may have.
  var weight = 1000

  init?(_ text: Substring) {
    let parts = text.splitOutsideQuotes(";").map(\.trimmed)
    let names = (parts.first ?? "").lowercased().split(
      separator: "/", omittingEmptySubsequences: false)
    guard names.count == 2 else { return nil }
    (type, subtype) = (names[0], names[1])
    for part in parts.dropFirst() {
      guard let equals = part.firstIndex(of: "=") else { continue }
      let value = part[part.index(after: equals)...].trimmed.unquoted
      switch part[..<equals].trimmed.lowercased() {
      case "version": version = value
      case "q": weight = Self.weight(value) ?? 0
      default: break
      }
    }
  }

  /// How narrowly it names a format; nil when it does not.
  func specificity(_ type: String, _ subtype: String, _ versions: [Substring]) -> Int? {
    if self.type == "*", self.subtype == "*" { return 0 }
    guard self.type == type else { return nil }
    if self.subtype == "*" { return 1 }
    guard self.subtype == subtype else { return nil }
    guard let version else { return 2 }
    return versions.contains(version) ? 3 : nil
  }

  /// `1`, `0.25`: one digit, at most three more; nil for anything else.
  private static func weight(_ text: Substring) -> Int? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? parts[1] : ""
    guard parts.count <= 2, parts[0] == "0" || parts[0] == "1", fraction.utf8.count <= 3,
      fraction.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let thousandths = Int(fraction + String(repeating: "0", count: 3 - fraction.utf8.count))
    else { return nil }
    return min((parts[0] == "1" ? 1000 : 0) + thousandths, 1000)
  }
}

/// The range that decides about a format.
private struct Match {
  var weight: Int
  var specificity: Int
  var index: Int

  /// Named by its type, not by a wildcard.
  var isByName: Bool { specificity >= 2 }
}

extension [MediaRange] {
  fileprivate func best(_ type: String, _ subtype: String, _ versions: [Substring]) -> Match? {
    var best: Match?
    for (index, range) in enumerated() {
      guard let specificity = range.specificity(type, subtype, versions) else { continue }
      if specificity > best?.specificity ?? -1 {
        best = Match(weight: range.weight, specificity: specificity, index: index)
      }
    }
    return best
  }
}

extension StringProtocol where SubSequence == Substring {
  /// A comma in a quoted parameter separates nothing.
  fileprivate func splitOutsideQuotes(_ separator: Character) -> [Substring] {
    var isQuoted = false
    return split(omittingEmptySubsequences: true) { character in
      if character == "\"" { isQuoted.toggle() }
      return character == separator && !isQuoted
    }
  }

  fileprivate var trimmed: Substring {
    var rest = self[...]
    while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
    while rest.last == " " || rest.last == "\t" { rest.removeLast() }
    return rest
  }

  fileprivate var unquoted: Substring {
    guard count >= 2, first == "\"", last == "\"" else { return self[...] }
    return dropFirst().dropLast()
  }
}
