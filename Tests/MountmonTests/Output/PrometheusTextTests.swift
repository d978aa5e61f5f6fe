import Testing

@testable import mountmon

private func page(
  _ format: MetricsFormat, _ write: (inout PrometheusText) -> Void
) -> (text: String, mistakes: [String]) {
  var page = PrometheusText(format, isChecked: true)
  write(&page)
  let mistakes = page.mistakes
  return (String(decoding: page.finish(), as: UTF8.self), mistakes)
}

/// One family of each type.
private func writeSample(_ page: inout PrometheusText) {
  page.family(MetricFamily("tool_build", .info, help: "What is running.")) {
    $0.info(["version": "1.2.3"])
  }
  page.family(MetricFamily("tool_probes", .counter, help: "Probes made.")) {
    $0.sample(["mount": "movies", "verdict": "ok"], 12, created: 1_700_000_000.5)
    $0.sample(["mount": "series", "verdict": "hung"], UInt64.max)
  }
  page.family(
    MetricFamily("tool_hang_seconds", .gauge, unit: "seconds", help: "Length of the hang.")
  ) {
    $0.sample([:], 0.25)
  }
  page.family(MetricFamily("tool_health", .stateset, help: "Health of a mount.")) {
    $0.states(["mount": "movies"], of: ["healthy", "unhealthy"], current: "healthy")
  }
  page.family(
    MetricFamily("tool_probe_seconds", .histogram, unit: "seconds", help: "Length of a probe.")
  ) {
    var histogram = MetricHistogram(bounds: [0.005, 1, 2.5])
    for value in [0.001, 0.005, 1.5, 60] { histogram.record(value) }
    $0.histogram(["mount": "movies"], histogram)
  }
}

@Suite struct `A page of metrics` {
  @Test(arguments: MetricsFormat.allCases)
  func `is as recorded`(_ format: MetricsFormat) {
    let page = page(format, writeSample)
    #expect(page.mistakes == [])
    Snapshot.expect(page.text, is: "metrics-\(format).txt")
  }

  @Test func `is accepted by promtool`() throws {
    guard let promtool = ExternalTool.find("promtool", package: "prometheus") else { return }
    let output = try promtool.run(
      ["check", "metrics"], input: page(.prometheusText, writeSample).text)
    #expect(output.status == 0)
    #expect(output.text == "")
  }

  @Test func `escapes labels and help each by its own rule`() {
    let write: (inout PrometheusText) -> Void = { page in
      page.family(MetricFamily("a", .gauge, help: "A \"b\" \\ c\nd.")) {
        $0.sample(["path": "/mnt/\"x\"\\\n\u{1F4BE}"], 1)
      }
    }
    let escaped = "a{path=\"/mnt/\\\"x\\\"\\\\\\n\u{1F4BE}\"} 1\n"
    #expect(
      page(.prometheusText, write).text
        == "# HELP a A \"b\" \\\\ c\\nd.\n# TYPE a gauge\n" + escaped)
    #expect(
      page(.openMetrics, write).text
        == "# HELP a A \\\"b\\\" \\\\ c\\nd.\n# TYPE a gauge\n" + escaped + "# EOF\n")
  }

  @Test(
    arguments: [
      (0, "0"), (-0.0, "-0"), (1, "1"), (-3, "-3"), (0.1, "0.1"), (1.0 / 3, "0.3333333333333333"),
      (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (1e21, "1e+21"), (1e-7, "1e-07"),
      (0x1p53 - 1, "9007199254740991"), (0x1p53, "9007199254740992"), (123_456.75, "123456.75"),
      (.leastNonzeroMagnitude, "5e-324"),
    ] as [(Double, String)])
  func `writes the shortest number that reads back`(_ value: Double, _ text: String) {
    #expect(value.metricText == text)
    #expect(value.isNaN || Double(text) == value)
  }

  @Test func `puts an observation into the first bucket that holds it`() {
    var histogram = MetricHistogram(bounds: [1, 2])
    for value in [0.5, 1, 1.5, 2, 2.1, .infinity] { histogram.record(value) }
    #expect(histogram.counts == [2, 2, 2])
  }

  @Test func `says what is wrong with it, and is written all the same`() {
    let page = page(.prometheusText) { page in
      page.family(MetricFamily("1st", .gauge, help: "First.")) { $0.sample([:], 1) }
      page.family(MetricFamily("a_total", .counter, help: "")) {
        $0.sample(["mount-name": "x", "__b": "y"], 1)
      }
      page.family(MetricFamily("b", .gauge, unit: "seconds", help: "B.")) {
        $0.sample(["c": "1", "d": "2"], 1)
        $0.sample(["d": "2", "c": "1"], 2)
        $0.sample(["c": "1", "c": "2"], 3)
      }
      page.family(MetricFamily("b", .histogram, help: "B.")) { _ in }
    }
    #expect(
      page.mistakes == [
        "1st: not a metric name",
        "a_total: the suffix _total is not the family's to carry",
        "a_total: no help",
        "a_total_total: mount-name: not a label name",
        "a_total_total: __b: not a label name",
        "b: does not end with its unit seconds",
        "b{d=2,c=1}: a second sample of this series",
        "b: a label comes twice",
        "b: a second family of this name",
      ])
    #expect(page.text.contains("b{d=\"2\",c=\"1\"} 2\n"))
  }

  @Test func `of a thousand mounts is written in one buffer`() {
    var page = PrometheusText(.openMetrics)
    page.family(MetricFamily("tool_probes", .counter, help: "Probes made.")) { family in
      for index in 0..<1000 { family.sample(["mount": "m\(index)"], index) }
    }
    let lines = page.finish().split(separator: UInt8(ascii: "\n"))
    #expect(lines.count == 1003)
  }
}
