import Foundation
import JSONValue

/// The queries of `Examples/monitoring/dashboard.json`, as a Prometheus gets them.
struct Dashboard {
  /// One query of one panel.
  struct Query: CustomStringConvertible {
    var panel: String
    var expression: String

    var description: String { "\(panel): \(expression)" }
  }

  let queries: [Query]

  init() throws {
    let dashboard = try JSONValue(parsing: MonitoringStack.example("dashboard.json"))
    queries = (dashboard["panels"]?.arrayValue ?? []).flatMap { panel in
      (panel["targets"]?.arrayValue ?? []).map { target in
        Query(
          panel: panel["title"]?.stringValue ?? "",
          expression: Self.filled(target["expr"]?.stringValue ?? ""))
      }
    }
  }

  /// With everything chosen in each variable, and a short window.
  private static func filled(_ text: String) -> String {
    var text = text.replacing("$__rate_interval", with: "20s")
    for name in ["namespace", "pod", "instance", "mount"] {
      text = text.replacing("$\(name)", with: ".*")
    }
    return text
  }
}
