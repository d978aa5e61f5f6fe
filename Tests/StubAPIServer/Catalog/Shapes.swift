extension ObjectShape {
  static let metadata = ObjectShape(
    "ObjectMeta",
    [
      "name": .string, "generateName": .string, "namespace": .string, "selfLink": .string,
      "uid": .string, "resourceVersion": .string, "generation": .int64,
      "creationTimestamp": .time, "deletionTimestamp": .time, "deletionGracePeriodSeconds": .int64,
      "labels": .map(.string), "annotations": .map(.string),
      "ownerReferences": .list(
        .object(
          ObjectShape(
            "OwnerReference",
            [
              "apiVersion": .string, "kind": .string, "name": .string, "uid": .string,
              "controller": .bool, "blockOwnerDeletion": .bool,
            ]))), "finalizers": .list(.string), "managedFields": .any,
    ])

  private static func top(_ type: String, _ fields: [String: Shape]) -> ObjectShape {
    let common: [String: Shape] = [
      "apiVersion": .string, "kind": .string, "metadata": .object(.metadata),
    ]
    return ObjectShape(type, fields.merging(common) { field, _ in field })
  }

  static let configMap = top(
    "ConfigMap", ["data": .map(.string), "binaryData": .map(.string), "immutable": .bool])

  static let secret = top(
    "Secret",
    [
      "data": .map(.string), "stringData": .map(.string), "immutable": .bool, "type": .string,
    ])

  static let pod = top("Pod", ["spec": .any, "status": .any])

  static let job = top("Job", ["spec": .any, "status": .any])

  static let lease = top(
    "Lease",
    [
      "spec": .object(
        ObjectShape(
          "LeaseSpec",
          [
            "holderIdentity": .optionalString, "leaseDurationSeconds": .int32,
            "acquireTime": .microTime, "renewTime": .microTime, "leaseTransitions": .int32,
            "strategy": .optionalString, "preferredHolder": .optionalString,
          ]))
    ])

  static let referenceFields = [
    "apiVersion", "fieldPath", "kind", "name", "namespace", "resourceVersion", "uid",
  ]

  private static let reference = Shape.object(
    ObjectShape(
      "ObjectReference",
      Dictionary(uniqueKeysWithValues: referenceFields.map { ($0, Shape.string) })))

  private static let source = Shape.object(
    ObjectShape("EventSource", ["component": .string, "host": .string]))

  private static let series = Shape.object(
    ObjectShape("EventSeries", ["count": .int32, "lastObservedTime": .microTime]))

  static let coreEvent = top(
    "Event",
    [
      "involvedObject": reference, "reason": .string, "message": .string, "source": source,
      "firstTimestamp": .time, "lastTimestamp": .time, "count": .count, "type": .string,
      "eventTime": .microTime, "series": series, "action": .string, "related": reference,
      "reportingComponent": .string, "reportingInstance": .string,
    ])

  static let newEvent = top(
    "Event",
    [
      "regarding": reference, "reason": .string, "note": .string, "deprecatedSource": source,
      "deprecatedFirstTimestamp": .time, "deprecatedLastTimestamp": .time,
      "deprecatedCount": .count, "type": .string, "eventTime": .microTime, "series": series,
      "action": .string, "related": reference, "reportingController": .string,
      "reportingInstance": .string,
    ])

  static let deleteOptions = ObjectShape(
    "DeleteOptions",
    [
      "apiVersion": .string, "kind": .string, "gracePeriodSeconds": .int64,
      "preconditions": .object(
        ObjectShape("Preconditions", ["uid": .string, "resourceVersion": .string])),
      "orphanDependents": .bool, "propagationPolicy": .optionalString, "dryRun": .list(.string),
    ])

  static let eviction = top("Eviction", ["deleteOptions": .object(.deleteOptions)])
}
