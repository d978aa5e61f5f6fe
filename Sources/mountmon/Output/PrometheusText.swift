/// A page of metrics, written family by family.
///
/// ```swift
/// var page = PrometheusText(.openMetrics)
/// page.family(MetricFamily("mountmon_probes", .counter, help: "Probes made.")) { family in
///   family.sample(["mount": "movies"], 12)
/// }
/// let bytes = page.finish()
/// ```
struct PrometheusText: Sendable {
  let format: MetricsFormat
  private(set) var bytes: [UInt8] = []
  /// What a scraper would reject or mix up, found when `isChecked`. Such a page is written all
  /// the same: a bad family must not cost the good ones.
  var mistakes: [String] { check?.mistakes ?? [] }
  private var check: MetricsCheck?

  /// - Parameters:
  ///   - format: What to write.
  ///   - isChecked: Whether to look for mistakes in names and duplicates. For tests: names are
  ///     part of the program, so what is right once stays right.
  init(_ format: MetricsFormat, isChecked: Bool = false) {
    self.format = format
    check = isChecked ? MetricsCheck() : nil
    bytes.reserveCapacity(4096)
  }

  /// Writes the head of a family, then what `write` adds to it.
  mutating func family(_ family: MetricFamily, _ write: (inout MetricSamples) -> Void) {
    check?.add(family)
    writeHead(family)
    var samples = MetricSamples(family: family, format: format, bytes: bytes, check: check)
    // The samples own the bytes while they are written: appending must not copy the page.
    bytes = []
    check = nil
    write(&samples)
    bytes = samples.bytes
    check = samples.check
  }

  /// The whole page. Nothing can be added to it afterwards.
  consuming func finish() -> [UInt8] {
    if format == .openMetrics { bytes.append(contentsOf: "# EOF\n".utf8) }
    return bytes
  }

  private mutating func writeHead(_ family: MetricFamily) {
    let name: String
    let type: String
    switch format {
    case .openMetrics:
      name = family.name
      type = family.type.rawValue
    case .prometheusText:
      name = family.name + family.type.suffix
      type = family.type.inPrometheusText
    }
    writeComment("HELP", name)
    bytes.appendHelp(family.help, format)
    bytes.append(.newline)
    writeComment("TYPE", name)
    bytes.append(contentsOf: type.utf8)
    bytes.append(.newline)
    if format == .openMetrics, let unit = family.unit {
      writeComment("UNIT", name)
      bytes.append(contentsOf: unit.utf8)
      bytes.append(.newline)
    }
  }

  private mutating func writeComment(_ keyword: String, _ name: String) {
    bytes.append(contentsOf: "# ".utf8)
    bytes.append(contentsOf: keyword.utf8)
    bytes.append(.space)
    bytes.append(contentsOf: name.utf8)
    bytes.append(.space)
  }
}

extension MetricType {
  /// Prometheus text does not know infos and state sets; as gauges they mean the same.
  fileprivate var inPrometheusText: String {
    switch self {
    case .counter, .gauge, .histogram: rawValue
    case .info, .stateset: MetricType.gauge.rawValue
    }
  }
}
