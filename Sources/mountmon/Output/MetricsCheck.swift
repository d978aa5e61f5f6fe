/// Finds what a scraper would reject or mix up in a page of metrics.
struct MetricsCheck: Sendable {
  private(set) var mistakes: [String] = []
  private var families: Set<String> = []
  private var series: Set<Series> = []

  private struct Series: Hashable {
    var name: String
    var labels: Set<MetricLabels.Label>
  }

  mutating func add(_ family: MetricFamily) {
    let name = family.name
    if !name.isMetricName { mistakes.append("\(name): not a metric name") }
    // Both formats: the one with the suffixes and the one without.
    let isNew = families.isDisjoint(with: family.reservedNames)
    if !isNew { mistakes.append("\(name): a second family of this name") }
    families.formUnion(family.reservedNames)
    if let unit = family.unit, !name.hasSuffix("_" + unit) {
      mistakes.append("\(name): does not end with its unit \(unit)")
    }
    if let suffix = MetricFamily.reservedSuffixes.first(where: name.hasSuffix) {
      mistakes.append("\(name): the suffix \(suffix) is not the family's to carry")
    }
    if family.help.isEmpty { mistakes.append("\(name): no help") }
  }

  mutating func add(_ suffix: String, _ labels: MetricLabels, to family: MetricFamily) {
    let name = family.name + suffix
    let names = labels.labels.map(\.name)
    for label in names where !label.isLabelName && !(label == family.name) {
      mistakes.append("\(name): \(label): not a label name")
    }
    if Set(names).count < names.count { mistakes.append("\(name): a label comes twice") }
    let added = series.insert(Series(name: name, labels: Set(labels.labels)))
    if !added.inserted {
      let text = labels.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
      mistakes.append("\(name){\(text)}: a second sample of this series")
    }
  }
}

extension MetricFamily {
  static let reservedSuffixes = ["_total", "_created", "_bucket", "_count", "_sum", "_info"]

  /// Every name that its samples may have.
  fileprivate var reservedNames: Set<String> {
    switch type {
    case .counter: [name, name + "_total", name + "_created"]
    case .gauge, .stateset: [name]
    case .histogram: [name, name + "_bucket", name + "_sum", name + "_count", name + "_created"]
    case .info: [name, name + "_info"]
    }
  }
}

extension String {
  /// `[a-zA-Z_:][a-zA-Z0-9_:]*`
  fileprivate var isMetricName: Bool {
    isName { $0.isNameByte || $0 == UInt8(ascii: ":") }
  }

  /// `[a-zA-Z_][a-zA-Z0-9_]*`; two underscores in front are Prometheus's own.
  fileprivate var isLabelName: Bool {
    isName(\.isNameByte) && !hasPrefix("__")
  }

  private func isName(_ isAllowed: (UInt8) -> Bool) -> Bool {
    guard let first = utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
      return false
    }
    return utf8.allSatisfy(isAllowed)
  }
}

extension UInt8 {
  fileprivate var isNameByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
