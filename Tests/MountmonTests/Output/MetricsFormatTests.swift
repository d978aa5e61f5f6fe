import Testing

@testable import mountmon

@Suite struct `The format of metrics` {
  @Test(
    arguments: [
      (nil, .prometheusText),
      ("", .prometheusText),
      ("*/*", .prometheusText),
      ("application/*", .prometheusText),
      ("text/html,application/xhtml+xml,*/*;q=0.8", .prometheusText),
      ("application/json", .prometheusText),
      ("text/plain;version=0.0.4", .prometheusText),
      ("application/openmetrics-text", .openMetrics),
      ("application/openmetrics-text; version=1.0.0", .openMetrics),
      ("Application/OpenMetrics-Text; Version=\"1.0.0\"; charset=utf-8", .openMetrics),
      ("application/openmetrics-text; version=0.0.1", .prometheusText),
      ("application/openmetrics-text; version=0.0.1, application/openmetrics-text", .openMetrics),
      ("application/openmetrics-text;version=1.0.0;q=0", .prometheusText),
      ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.4", .openMetrics),
      ("application/openmetrics-text;version=1.0.0;q=0.4,text/plain;q=0.5", .prometheusText),
      ("application/openmetrics-text;version=1.0.0;q=0.5,text/*;q=0.501", .prometheusText),
      ("text/plain,application/openmetrics-text", .prometheusText),
      ("application/openmetrics-text,text/plain", .openMetrics),
      ("*/*,application/openmetrics-text", .openMetrics),
      ("text/plain;version=1.0.0,application/openmetrics-text;q=0.1", .openMetrics),
      ("application/openmetrics-text;q=nonsense,text/plain;q=0.1", .prometheusText),
      ("application/openmetrics-text;q=0.1234,text/plain;q=0.1", .prometheusText),
      ("x=\"a,b\";;,/,application/openmetrics-text ;\tq=1.000", .openMetrics),
      // What Prometheus 2.42 and 3.0 send.
      (
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
          + "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        .openMetrics
      ),
      (
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
          + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;"
          + "escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        .openMetrics
      ),
    ] as [(String?, MetricsFormat)])
  func `is what the client wants most`(_ accept: String?, _ format: MetricsFormat) {
    #expect(MetricsFormat(accept: accept) == format)
  }

  @Test func `has its exact content type`() {
    #expect(
      MetricsFormat.allCases.map(\.contentType) == [
        "text/plain; version=0.0.4; charset=utf-8",
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
      ])
  }
}
