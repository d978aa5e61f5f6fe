/// The samples of one family, as they are written.
struct MetricSamples {
  let family: MetricFamily
  let format: MetricsFormat
  fileprivate(set) var bytes: [UInt8]
  fileprivate(set) var check: MetricsCheck?

  init(family: MetricFamily, format: MetricsFormat, bytes: [UInt8], check: MetricsCheck?) {
    self.family = family
    self.format = format
    self.bytes = bytes
    self.check = check
  }

  /// The sample of a counter or a gauge. When a counter was `created`, in seconds since 1970, is
  /// told in OpenMetrics only.
  mutating func sample(_ labels: MetricLabels = [:], _ value: Double, created: Double? = nil) {
    write(family.type.suffix, labels, value)
    writeCreated(labels, created)
  }

  mutating func sample(
    _ labels: MetricLabels = [:], _ value: some BinaryInteger, created: Double? = nil
  ) {
    write(family.type.suffix, labels, whole: "\(value)")
    writeCreated(labels, created)
  }

  /// The sample of an info.
  mutating func info(_ labels: MetricLabels) {
    write(family.type.suffix, labels, whole: "1")
  }

  /// The samples of a state set: 1 for the state it is in, 0 for the others.
  mutating func states(_ labels: MetricLabels = [:], of states: [String], current: String?) {
    for state in states {
      write("", labels.adding(family.name, state), whole: state == current ? "1" : "0")
    }
  }

  mutating func histogram(
    _ labels: MetricLabels = [:], _ histogram: MetricHistogram, created: Double? = nil
  ) {
    var total: UInt64 = 0
    for (bound, count) in zip(histogram.bounds + [.infinity], histogram.counts) {
      total += count
      write("_bucket", labels.adding("le", bucketBound(bound)), whole: "\(total)")
    }
    write("_sum", labels, histogram.sum)
    write("_count", labels, whole: "\(total)")
    writeCreated(labels, created)
  }

  /// Bounds are compared as text between scrapes; OpenMetrics fixes how whole ones look.
  private func bucketBound(_ bound: Double) -> String {
    let text = bound.metricText
    guard format == .openMetrics, bound.isFinite, !text.contains(where: { ".e".contains($0) })
    else { return text }
    return text + ".0"
  }

  private mutating func writeCreated(_ labels: MetricLabels, _ created: Double?) {
    guard format == .openMetrics, let created else { return }
    write("_created", labels, created)
  }

  private mutating func write(_ suffix: String, _ labels: MetricLabels, _ value: Double) {
    write(suffix, labels, whole: value.metricText)
  }

  private mutating func write(_ suffix: String, _ labels: MetricLabels, whole value: String) {
    check?.add(suffix, labels, to: family)
    bytes.append(contentsOf: family.name.utf8)
    bytes.append(contentsOf: suffix.utf8)
    if !labels.labels.isEmpty {
      var separator = UInt8(ascii: "{")
      for label in labels.labels {
        bytes.append(separator)
        separator = UInt8(ascii: ",")
        bytes.append(contentsOf: label.name.utf8)
        bytes.append(contentsOf: "=\"".utf8)
        bytes.appendEscaped(label.value, quotes: true)
        bytes.append(UInt8(ascii: "\""))
      }
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(.space)
    bytes.append(contentsOf: value.utf8)
    bytes.append(.newline)
  }
}

extension Double {
  /// The shortest text that reads back as the same number; whole numbers without a fraction.
  var metricText: String {
    if isNaN { return "NaN" }
    if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
    let text = description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension [UInt8] {
  /// Prometheus text leaves quotes in help as they are, OpenMetrics does not.
  mutating func appendHelp(_ text: String, _ format: MetricsFormat) {
    appendEscaped(text, quotes: format == .openMetrics)
  }

  mutating func appendEscaped(_ text: String, quotes: Bool) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): append(contentsOf: "\\\\".utf8)
      case .newline: append(contentsOf: "\\n".utf8)
      case UInt8(ascii: "\"") where quotes: append(contentsOf: "\\\"".utf8)
      default: append(byte)
      }
    }
  }
}

extension UInt8 {
  static let newline = UInt8(ascii: "\n")
  static let space = UInt8(ascii: " ")
}
