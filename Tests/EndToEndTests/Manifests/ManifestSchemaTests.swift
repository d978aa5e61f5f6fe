import Foundation
import JSONValue
import Testing

@Suite(.timeLimit(.minutes(2)))
struct `The manifests` {
  private static let script = BuiltProgram.package + "/scripts/validate-manifests.sh"

  @Test func `fit the schemas of Kubernetes, strictly`() async throws {
    let outcome = try await Child(Self.script).finish(within: .seconds(90))
    #expect(outcome.ending == .exited(0), "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
    let versions = outcome.output.matches(of: /Kubernetes (\S+):/).map { String($0.1) }
    #expect(versions.contains("1.29"))
    #expect(versions.count >= 2, "1.29 and the newest that is known, at the least")
  }

  @Test(arguments: [
    (
      "an unknown field", "kind: Service\nmetadata: {name: x}\nspec: {ports: [{port: 80, prot: 1}]}"
    ),
    ("an unknown kind", "kind: Serviec\nmetadata: {name: x}"),
    ("a key twice", "kind: Service\nmetadata: {name: x}\nmetadata: {name: y}"),
    ("a wrong type", "kind: Service\nmetadata: {name: x}\nspec: {ports: [{port: eighty}]}"),
    ("no document", "#"),
  ])
  func `would not fit with`(fault: String, text: String) async throws {
    try await TemporaryFolder.with { folder in
      let version = fault == "no document" ? "#" : "apiVersion: v1"
      try folder.write(
        "wrong.yaml", "# Needs Kubernetes 1.29 or newer.\n\(version)\n\(text)\n")
      let outcome = try await Child(Self.script, folder.path).finish(within: .seconds(60))
      #expect(outcome.ending == .exited(1))
      #expect(outcome.errors.contains("wrong.yaml"), "\(outcome.errors)")
    }
  }

  @Test func `have to say which Kubernetes they need`() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("silent.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n")
      let outcome = try await Child(Self.script, folder.path).finish(within: .seconds(60))
      #expect(outcome.ending == .exited(1))
      #expect(outcome.errors.contains("silent.yaml: its first line has to be"))
    }
  }

  @Test func `stand in a kustomization, or can be applied by themselves`() async throws {
    let objects = try await Manifests.objects()
    var named: Set<String> = []
    for object in objects where object.kind == "Kustomization" {
      let folder = object.file.parent
      for resource in object.value["resources"]?.arrayValue?.compactMap(\.stringValue) ?? [] {
        let path = URL(filePath: "/\(folder)/\(resource)").standardizedFileURL.path.dropFirst()
        named.insert(String(path))
        let file = path.hasSuffix(".yaml") ? String(path) : path + "/kustomization.yaml"
        #expect(Manifests.files.contains(file), "\(object.file) names \(resource)")
      }
    }
    let others = ["namespace.yaml", "monitor.yaml"]
    for file in Manifests.files where !file.hasSuffix("kustomization.yaml") {
      let name = file.split(separator: "/").last.map(String.init) ?? ""
      let isByItself = others.contains(name) || file.contains("options/")
      #expect(named.contains(file) != isByItself, "\(file)")
    }
    #expect(try await Manifests.variants().count == 4)
  }

  @Test func `name files that are there`() throws {
    for file in Manifests.files {
      let text = try String(contentsOfFile: "\(Manifests.folder)/\(file)", encoding: .utf8)
      let comments = text.split(separator: "\n").filter { $0.contains("#") }
      for comment in comments {
        let paths =
          comment.matches(of: /(\.\.\/[\w.\/-]*\w)/).map {
            "\(Manifests.folder)/\(file.parent)/\($0.1)"
          }
          + comment.matches(of: /((?:docs|Examples)\/[\w.\/-]*\w)/).map {
            "\(BuiltProgram.package)/\($0.1)"
          }
        for path in paths {
          #expect(FileManager.default.fileExists(atPath: path), "\(file): \(comment)")
        }
      }
    }
  }

  @Test func `make each object once`() async throws {
    for (variant, objects) in try await Manifests.variants() {
      let names = objects.map { "\($0.kind)/\($0.name)" }
      #expect(Set(names).count == names.count, "\(variant): \(names)")
    }
  }

  @Test func `name what is there`() async throws {
    for (variant, objects) in try await Manifests.variants() {
      for object in objects {
        for reference in object.references {
          let isMade = objects.contains { $0.kind == reference.kind && $0.name == reference.name }
          #expect(isMade, "\(variant): \(object) names \(reference.kind)/\(reference.name)")
        }
      }
    }
  }

  @Test func `select the pods that they make`() async throws {
    for (variant, objects) in try await Manifests.variants() {
      let pods = objects.compactMap(\.pod)
      #expect(pods.count == 1, "\(variant)")
      for object in objects {
        guard let selector = object.selector else { continue }
        for pod in pods {
          let labels = pod.value["metadata"]?["labels"]
          for (key, value) in selector {
            #expect(labels?[key] == value, "\(variant): \(object) selects \(key)")
          }
        }
      }
    }
  }

  @Test func `let a pod that is not ready be evicted`() async throws {
    let budgets = try await Manifests.objects().filter { $0.kind == "PodDisruptionBudget" }
    #expect(budgets.count == 2)
    for budget in budgets {
      let policy = budget.value["spec"]?["unhealthyPodEvictionPolicy"]
      #expect(policy == "AlwaysAllow", "\(budget): a single replica could never be evicted")
      #expect(budget.value["spec"]?["minAvailable"] == nil, "\(budget)")
    }
  }
}

extension ManifestObject {
  /// The objects of its own variant that it names.
  fileprivate var references: [(kind: String, name: String)] {
    var found: [(kind: String, name: String)] = []
    func add(_ kind: String, _ name: JSONValue?) {
      if let name = name?.stringValue { found.append((kind, name)) }
    }
    if let pod {
      add("ServiceAccount", pod.spec["serviceAccountName"])
      for volume in pod.spec["volumes"]?.arrayValue ?? [] {
        add("ConfigMap", volume["configMap"]?["name"])
        add("PersistentVolumeClaim", volume["persistentVolumeClaim"]?["claimName"])
      }
      add("Service", value["spec"]?["serviceName"])
    }
    if let role = value["roleRef"] {
      found.append((role["kind"]?.stringValue ?? "", role["name"]?.stringValue ?? ""))
      for subject in value["subjects"]?.arrayValue ?? [] {
        add(subject["kind"]?.stringValue ?? "", subject["name"])
      }
    }
    if kind == "PersistentVolumeClaim" { add("PersistentVolume", value["spec"]?["volumeName"]) }
    return found
  }

  /// The labels that it looks for.
  fileprivate var selector: JSONObject? {
    let selector = value["spec"]?["selector"]
    return (selector?["matchLabels"] ?? selector)?.objectValue
  }
}
