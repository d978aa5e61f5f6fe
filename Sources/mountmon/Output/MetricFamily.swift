import MountHealthCore

/// What the samples of one name have in common.
struct MetricFamily: Hashable, Sendable {
  /// Without the suffixes that a type adds: `mountmon_probes`, not `mountmon_probes_total`.
  var name: String
  var type: MetricType
  /// A base unit such as `seconds` or `bytes`; the name ends with it.
  var unit: String?
  var help: String

  init(_ name: String, _ type: MetricType, unit: String? = nil, help: String) {
    self.name = name
    self.type = type
    self.unit = unit
    self.help = help
  }
}

enum MetricType: String, Hashable, Sendable, CaseIterable {
  case counter
  case gauge
  case histogram
  /// Facts as labels, with the value 1.
  case info
  /// Which of several states something is in.
  case stateset

  /// What a sample's name has after the family's.
  var suffix: String {
    switch self {
    case .counter: "_total"
    case .info: "_info"
    case .gauge, .histogram, .stateset: ""
    }
  }
}

/// Names and values, in the order given.
struct MetricLabels: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  struct Label: Hashable, Sendable {
    var name: String
    var value: String
  }

  var labels: [Label] = []

  init(dictionaryLiteral elements: (String, String)...) {
    labels = elements.map { Label(name: $0.0, value: $0.1) }
  }

  func adding(_ name: String, _ value: String) -> MetricLabels {
    var copy = self
    copy.labels.append(Label(name: name, value: value))
    return copy
  }
}

/// Observations sorted into buckets.
struct MetricHistogram: Hashable, Sendable {
  /// The upper bound of each bucket but the last, which has none; ascending.
  let bounds: [Double]
  /// How many observations fell into each bucket, not counted up.
  private(set) var counts: [UInt64]
  private(set) var sum = 0.0

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count + 1)
  }

  init(_ latencies: LatencyHistogram) {
    bounds = LatencyHistogram.bounds
    counts = latencies.counts
    sum = latencies.sum
  }

  mutating func record(_ value: Double) {
    counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
    sum += value
  }
}
