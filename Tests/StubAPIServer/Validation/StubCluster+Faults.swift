import JSONValue

extension StubCluster {
  /// Why an object without a name is refused, before anything else is looked at.
  static func nameRequired(_ object: JSONValue, _ type: StubResource) -> Refusal? {
    guard object.name.isEmpty else { return nil }
    return .invalid(
      type.asKind, "", [.required("metadata.name", "name or generateName is required")])
  }

  /// What is wrong with an object's metadata.
  static func metadataFaults(_ object: JSONValue, _ type: StubResource) -> [FieldFault] {
    var faults: [FieldFault] = []
    // Events of core/v1 may have any name.
    let isLax = type.isEvent && type.group.isEmpty
    if !isLax {
      if let prefix = object.text("metadata", "generateName") {
        // The letters that follow may not save a dash; a dot they would.
        let trimmed = prefix.hasSuffix("-") ? String(prefix.dropLast()) + "a" : prefix
        if !Names.isSubdomain(trimmed) {
          faults.append(.invalid("metadata.generateName", "\"\(prefix)\"", Names.subdomainRule))
        }
      }
      if !Names.isSubdomain(object.name), faults.isEmpty {
        faults.append(.invalid("metadata.name", "\"\(object.name)\"", Names.subdomainRule))
      }
    }
    let annotations = object.annotations.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    if annotations > 262_144 { faults.append(.tooLong("metadata.annotations", 262_144)) }
    for (key, value) in object.labels.sorted(by: { $0.key < $1.key }) {
      faults += Names.qualifiedFaults(key).map {
        .invalid("metadata.labels", "\"\(key)\"", $0)
      }
      if value.utf8.count > 63 {
        faults.append(.invalid("metadata.labels", "\"\(value)\"", "must be no more than 63 bytes"))
      } else if !value.isEmpty, !Names.isQualified(value[...]) {
        faults.append(
          .invalid(
            "metadata.labels", "\"\(value)\"",
            "a valid label must be an empty string or consist of alphanumeric characters, '-', "
              + "'_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',"
              + "  or 'my_value',  or '12345', regex used for validation is "
              + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"))
      }
    }
    return faults
  }

  /// What is wrong with the rest.
  static func faults(_ object: JSONValue, _ type: StubResource) -> [FieldFault] {
    if let schema = type.schema { return CustomSchema.faults(object, schema) }
    switch type.kind {
    case "Event": return EventRules.faults(object, group: type.group)
    case "Lease": return leaseFaults(object)
    case "Job": return JobRules.faults(object)
    case "ConfigMap", "Secret":
      let size = ["data", "binaryData"].reduce(0) { sum, key in
        sum + (object[key]?.strings ?? [:]).reduce(0) { $0 + $1.value.utf8.count }
      }
      return size > 1_048_576
        ? [
          FieldFault(
            reason: "FieldValueTooLong", field: "[]",
            message: "Too long: may not be more than 1048576 bytes")
        ] : []
    default: return []
    }
  }

  /// What may not change.
  static func changeFaults(
    _ old: JSONValue, _ new: JSONValue, _ type: StubResource
  ) -> [FieldFault] {
    switch type.kind {
    case "Event" where type.group == "events.k8s.io": EventRules.changeFaults(old, new)
    case "Job": JobRules.changeFaults(old, new)
    default: []
    }
  }

  private static func leaseFaults(_ lease: JSONValue) -> [FieldFault] {
    var faults: [FieldFault] = []
    if let seconds = lease.integer("spec", "leaseDurationSeconds"), seconds <= 0 {
      faults.append(
        .invalid("spec.leaseDurationSeconds", String(seconds), "must be greater than 0"))
    }
    if let transitions = lease.integer("spec", "leaseTransitions"), transitions < 0 {
      faults.append(
        .invalid("spec.leaseTransitions", String(transitions), "must be greater than or equal to 0")
      )
    }
    return faults
  }
}

/// The rules of Jobs.
enum JobRules {
  static func faults(_ job: JSONValue) -> [FieldFault] {
    var faults: [FieldFault] = []
    let counts = [
      "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
      "ttlSecondsAfterFinished",
    ]
    for key in counts {
      guard let value = job.integer("spec", key), value < 0 else { continue }
      faults.append(
        .invalid("spec.\(key)", String(value), "must be greater than or equal to 0"))
    }
    if job.name.utf8.count > 63 {
      // Two labels of the pods carry the name.
      let fault = FieldFault.invalid(
        "spec.template.labels", "\"\(job.name)\"", "must be no more than 63 bytes")
      faults += [fault, fault]
    }
    let policy = job.at("spec", "template", "spec")?.text("restartPolicy") ?? "Always"
    if !["OnFailure", "Never"].contains(policy) {
      faults.append(
        .required(
          "spec.template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\""))
    }
    if (job.at("spec", "template", "spec")?["containers"]?.arrayValue ?? []).isEmpty {
      faults.append(.required("spec.template.spec.containers"))
    }
    return faults
  }

  static func changeFaults(_ old: JSONValue, _ new: JSONValue) -> [FieldFault] {
    var faults: [FieldFault] = []
    for key in ["completions", "selector", "template"] {
      guard old.at("spec", key) != new.at("spec", key) else { continue }
      // The real server shows the value as Go prints its internal struct.
      let shown = new.at("spec", key)?.text() ?? "null"
      faults.append(.invalid("spec.\(key)", shown, "field is immutable"))
    }
    return faults
  }
}
