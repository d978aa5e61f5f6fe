import JSONValue
import TimeText

extension StubCluster {
  /// Serves what a CustomResourceDefinition defines, and says so in its status.
  mutating func establish(_ definition: inout JSONValue) {
    let spec = definition["spec"] ?? [:]
    let names = spec["names"] ?? [:]
    for version in spec["versions"]?.arrayValue ?? [] where version["served"] == true {
      register(
        .custom(
          group: spec.text("group") ?? "", version: version.text("name") ?? "",
          plural: names.text("plural") ?? "", kind: names.text("kind") ?? "",
          isNamespaced: spec.text("scope") == "Namespaced",
          hasStatus: version.at("subresources", "status") != nil,
          schema: version.at("schema", "openAPIV3Schema")))
    }
    if spec["conversion"] == nil { definition.set(["spec", "conversion"], ["strategy": "None"]) }
    if definition.finalizers.isEmpty {
      definition.set(
        ["metadata", "finalizers"], ["customresourcecleanup.apiextensions.k8s.io"])
    }
    definition["status"] = [
      "conditions": [
        condition("NamesAccepted", "NoConflicts", "no conflicts found"),
        condition(
          "Established", "InitialNamesAccepted", "the initial names have been accepted"),
      ],
      "acceptedNames": names,
      "storedVersions": .array(
        (spec["versions"]?.arrayValue ?? []).filter { $0["storage"] == true }
          .compactMap { $0["name"] }),
    ]
  }

  /// Says in the status that the definition goes, and lets what it defines go.
  mutating func markTerminating(_ definition: inout JSONValue) {
    let old = definition.at("status", "conditions")?.arrayValue ?? []
    definition.set(
      ["status", "conditions"],
      .array(
        old + [
          condition(
            "Terminating", "InstanceDeletionPending",
            "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon")
        ]))
    alarms.add(.removeDefinition(definition.name), at: now.advanced(by: pods.controllerDelay))
  }

  private func condition(_ type: String, _ reason: String, _ message: String) -> JSONValue {
    [
      "type": .string(type), "status": "True", "lastTransitionTime": time,
      "reason": .string(reason), "message": .string(message),
    ]
  }

  /// Deletes what a definition defines, ends its watches, and then the definition itself.
  mutating func removeDefinition(_ name: String) {
    guard let type = catalog["apiextensions.k8s.io", "customresourcedefinitions"],
      let definition = object(type, ObjectName(nil, name)),
      let custom = catalog[
        definition.text("spec", "group") ?? "", definition.text("spec", "names", "plural") ?? ""]
    else { return }
    for name in (objects[custom.store] ?? [:]).keys.sorted() { drop(name, in: custom) }
    catalog.remove(group: custom.group, plural: custom.plural)
    for (id, stream) in streams {
      guard case .watch(let watch) = stream.kind, watch.selection.type.store == custom.store else {
        continue
      }
      alarms.add(.endStream(id), at: now.advanced(by: .seconds(1)))
    }
    drop(ObjectName(nil, name), in: type)
  }
}
