import JSONValue

/// The Job that VolSync makes for a sync with restic.
struct MoverJob {
  let owner: JSONValue
  let type: StubResource
  let habits: VolSyncHabits
  /// What the mover does: `backup`, `prune`, `unlock`, `restore`.
  let actions: [String]

  var isSource: Bool { type.kind == "ReplicationSource" }

  /// Every sync has the same; a name that does not fit becomes its checksum.
  static func name(for owner: JSONValue, isSource: Bool) -> String {
    let prefix = isSource ? "volsync-src-" : "volsync-dst-"
    let name = prefix + owner.name
    guard name.utf8.count > 63 else { return name }
    let sum = String(checksum(owner.name.utf8), radix: 16)
    return prefix + String(repeating: "0", count: 8 - sum.count) + sum
  }

  /// CRC-32 of IEEE 802.3.
  static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }

  var object: JSONValue {
    let name = Self.name(for: owner, isSource: isSource)
    return [
      "apiVersion": "batch/v1", "kind": "Job",
      "metadata": [
        "name": .string(name), "namespace": .string(owner.namespace ?? ""),
        "labels": [
          "app.kubernetes.io/created-by": "volsync",
          "volsync.backube/cleanup": .string(owner.uid),
        ],
        "ownerReferences": [StubCluster.reference(to: owner, type)],
      ],
      "spec": [
        "backoffLimit": .int(habits.backoffLimit),
        "parallelism": owner.at("spec", "paused") == true ? 0 : 1,
        "template": [
          "metadata": ["name": .string(name), "labels": .object(podLabels)],
          "spec": podSpec(name),
        ],
      ],
    ]
  }

  private var podLabels: JSONObject {
    var labels: JSONObject = ["app.kubernetes.io/created-by": "volsync"]
    for (key, value) in owner.at("spec", "restic", "moverPodLabels")?.objectValue ?? [:] {
      labels[key] = value
    }
    return labels
  }

  private func podSpec(_ name: String) -> JSONValue {
    let restic = owner.at("spec", "restic") ?? [:]
    let data = isSource ? "volsync-\(owner.name)-src" : destinationVolume
    let direct = restic.text("copyMethod") == "Direct" ? owner.text("spec", "sourcePVC") : nil
    var spec: JSONValue = [
      "restartPolicy": "Never",
      "serviceAccountName": restic["moverServiceAccount"]
        ?? .string((isSource ? "volsync-src-" : "volsync-dst-") + owner.name),
      "containers": [container],
      "volumes": [
        ["name": "data", "persistentVolumeClaim": ["claimName": .string(direct ?? data)]],
        ["name": "cache", "persistentVolumeClaim": ["claimName": .string("\(name)-cache")]],
        ["name": "tempdir", "emptyDir": ["medium": "Memory"]],
      ],
    ]
    if let context = restic["moverSecurityContext"] { spec["securityContext"] = context }
    if let affinity = restic["moverAffinity"] { spec["affinity"] = affinity }
    return spec
  }

  private var destinationVolume: String {
    owner.text("spec", "restic", "destinationPVC") ?? "volsync-\(owner.name)-dest"
  }

  private var container: JSONValue {
    [
      "name": "restic", "image": .string(habits.image), "command": ["/mover-restic/entry.sh"],
      "args": .array(actions.map(JSONValue.string)), "env": .array(environment),
      "resources": owner.at("spec", "restic", "moverResources") ?? [:],
      "securityContext": [
        "allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]],
        "privileged": false, "readOnlyRootFilesystem": true,
      ],
      "volumeMounts": [
        ["name": "data", "mountPath": "/data"], ["name": "cache", "mountPath": "/cache"],
        ["name": "tempdir", "mountPath": "/tmp"],
      ],
    ]
  }

  private var environment: [JSONValue] {
    let secret = owner.text("spec", "restic", "repository") ?? ""
    func variable(_ name: String, isOptional: Bool) -> JSONValue {
      [
        "name": .string(name),
        "valueFrom": [
          "secretKeyRef": [
            "name": .string(secret), "key": .string(name), "optional": .bool(isOptional),
          ]
        ],
      ]
    }
    let plain: [(String, String)] = [
      ("FORGET_OPTIONS", "--keep-daily 7"), ("DATA_DIR", "/data"), ("RESTIC_CACHE_DIR", "/cache"),
      ("RESTORE_AS_OF", ""), ("SELECT_PREVIOUS", "0"), ("RESTORE_OPTIONS", ""),
      ("PRIVILEGED_MOVER", "0"),
    ]
    return plain.map { ["name": .string($0.0), "value": .string($0.1)] }
      + ["RESTIC_REPOSITORY", "RESTIC_PASSWORD"].map { variable($0, isOptional: false) }
      + Self.optionalKeys.map { variable($0, isOptional: true) }
  }

  private static let optionalKeys = [
    "RESTIC_COMPRESSION", "RESTIC_PACK_SIZE", "RESTIC_READ_CONCURRENCY", "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_PROFILE",
    "ST_AUTH", "ST_USER", "ST_KEY", "B2_ACCOUNT_ID", "B2_ACCOUNT_KEY", "AZURE_ACCOUNT_NAME",
    "AZURE_ACCOUNT_KEY", "AZURE_ACCOUNT_SAS", "AZURE_ENDPOINT_SUFFIX", "GOOGLE_PROJECT_ID",
    "RESTIC_REST_USERNAME", "RESTIC_REST_PASSWORD",
  ]
}
