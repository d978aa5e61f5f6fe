import Foundation
import JSONValue

/// What a rule of a Role grants on one resource.
struct Permission: Hashable, CustomStringConvertible {
  var group: String
  var resource: String
  var verbs: [String]
  /// Empty: all of that resource.
  var names: [String]

  var description: String {
    "\(group) \(resource) \(verbs) of \(names.isEmpty ? "any" : names.joined(separator: ", "))"
  }

  /// Without the names that differ from workload to workload.
  var unnamed: String { "\(group) \(resource) \(verbs)" }

  /// What the table of a document grants, by the manifest.
  static func explained(by document: String) throws -> [String: Set<Permission>] {
    let text = try String(contentsOfFile: "\(BuiltProgram.package)/\(document)", encoding: .utf8)
    var explained: [String: Set<Permission>] = [:]
    for line in text.split(separator: "\n") {
      guard let (source, permissions) = row(line) else { continue }
      explained[source, default: []].formUnion(permissions)
    }
    return explained
  }

  /// A row of the table: manifest, API group, resource, verbs, names, and words.
  private static func row(_ line: Substring) -> (source: String, permissions: [Permission])? {
    let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst()
      .map { cell in cell.matches(of: /`([^`]+)`/).map { String($0.1) } }
    let marker = "](../Examples/kubernetes/"
    guard cells.count >= 7, let start = line.range(of: marker)?.upperBound else { return nil }
    let source = String(line[start...].prefix { $0 != ")" })
    let permissions = cells[1].flatMap { group in
      cells[2].map { resource in
        Permission(
          group: group, resource: resource, verbs: cells[3].sorted(), names: cells[4].sorted())
      }
    }
    return (source, permissions)
  }
}

extension ManifestObject {
  /// What a Role or a ClusterRole grants.
  var permissions: [Permission] {
    (value["rules"]?.arrayValue ?? []).flatMap { rule in
      rule.texts("apiGroups").flatMap { group in
        rule.texts("resources").map { resource in
          Permission(
            group: group.isEmpty ? "core" : group, resource: resource,
            verbs: rule.texts("verbs").sorted(), names: rule.texts("resourceNames").sorted())
        }
      }
    }
  }
}

extension JSONValue {
  /// A list of texts; empty where it is not there.
  func texts(_ key: String) -> [String] {
    self[key]?.arrayValue?.compactMap(\.stringValue) ?? []
  }
}
