import Foundation
import JSONValue
import Testing

@Suite(.timeLimit(.minutes(5)))
struct `The Helm chart` {
  /// Values that are all legal, and not all usual.
  static let cases: [String: HelmChart.Release] = [
    "defaults": .init(),
    "cronjob": .init(values: ["volsync": ["mode": "cronjob"]]),
    "namespaces": .init(values: ["volsync": ["namespaces": ["downloads", "mountmon"]]]),
    "nothing": .init(values: ["volsync": ["enabled": false]]),
    "service-monitor": .init(values: ["serviceMonitor": ["enabled": true]]),
    "everything": .init(values: everything),
    "everything-as-cronjob": .init(
      values: [
        "volsync": [
          "mode": "cronjob", "monitor": ["create": true], "cronjob": ["timeZone": "Etc/UTC"],
        ],
        "networkPolicy": ["enabled": true], "prometheusRule": ["enabled": true],
        "podMonitor": ["enabled": true],
      ]),
    "own-account": .init(
      values: [
        "volsync": [
          "serviceAccount": ["create": false, "name": "mine"],
          "rbac": ["create": false],
        ]
      ]),
    "names": .init(
      name: "x", namespace: "elsewhere",
      values: ["nameOverride": "locks", "commonLabels": ["team": "1.10"]]),
    "full-name": .init(values: ["fullnameOverride": .string(String(repeating: "n", count: 60))]),
    "long-release": .init(name: "release-" + String(repeating: "a.b-", count: 11) + "c"),
    "numbers": .init(
      name: "123",
      values: [
        "image": ["tag": "1.10", "digest": ""], "commonLabels": ["a": "1", "b": "true", "c": ""],
        "volsync": [
          "podAnnotations": ["n": "1e3", "y": "yes"], "replicas": 1,
          "resources": ["limits": ["cpu": 1, "memory": "134217728"]],
          "monitor": ["create": true, "spec": ["ttlSecondsAfterFinished": 1_000_000]],
        ],
      ]),
    "digest": .init(
      values: ["image": ["digest": .string("sha256:" + String(repeating: "0", count: 64))]]),
  ]

  static let everything: JSONValue = [
    "commonLabels": ["team": "home"], "imagePullSecrets": [["name": "pull"]],
    "volsync": [
      "logLevel": "debug", "extraArgs": ["--http-address", "::"],
      "monitor": ["create": true, "name": "main", "spec": ["removeFailedJobs": true]],
      "serviceAccount": ["annotations": ["a": "b"]], "podLabels": ["a": "b"],
      "priorityClassName": "high", "nodeSelector": ["kubernetes.io/arch": "amd64"],
      "tolerations": [["key": "a", "operator": "Exists"]],
      "affinity": ["nodeAffinity": [:]],
    ],
    "sidecars": [
      [
        "kind": "Deployment", "name": "plex", "namespace": "media", "makeServiceAccount": true,
        "owner": true, "delete": true,
      ],
      ["kind": "StatefulSet", "name": "jellyfin", "podNames": ["jellyfin-0"], "makeLease": false],
    ],
    "networkPolicy": ["enabled": true, "apiServer": ["cidrs": ["10.0.0.1/32", "fd00::1/128"]]],
    "podMonitor": [
      "enabled": true, "labels": ["release": "prometheus"], "namespaces": ["media", "mountmon"],
    ],
    "prometheusRule": ["enabled": true], "dashboard": ["enabled": true],
  ]

  @Test func `fits the schemas of Kubernetes, whatever legal values it is given`() async throws {
    let package = BuiltProgram.package
    try await TemporaryFolder.with { folder in
      var seen: Set<String> = []
      for (name, release) in Self.cases {
        for (index, object) in try await HelmChart.mountmon.objects(release).enumerated() {
          #expect(object.kind != "Secret")
          // Many differ by labels alone, and those are looked at below.
          guard seen.insert(object.bare.text()).inserted else { continue }
          // JSON is YAML; a file each, so that each is judged by whoever knows its kind.
          try folder.write(
            "\(name)-\(index)-\(object.kind).yaml",
            "# Needs Kubernetes 1.27 or newer.\n\(object.value.text())\n")
        }
      }
      for types in [
        "Examples/kubernetes/volsync/crd.yaml", "Tests/HelmTemplate/monitoring-types.yaml",
      ] {
        let text = try String(contentsOfFile: "\(package)/\(types)", encoding: .utf8)
        try folder.write(types.replacing("/", with: "-"), text)
      }
      let judge = package + "/scripts/validate-manifests.sh"
      let outcome = try await Child(judge, folder.path).finish(within: .seconds(120))
      #expect(outcome.ending == .exited(0), "\(outcome.errors)")
    }
  }

  @Test(arguments: cases.keys.sorted())
  func `means the same, however helm reads numbers`(name: String) async throws {
    var release = try #require(Self.cases[name])
    let older = try await HelmChart.mountmon.text(release)
    release.options = ["--exact-numbers"]
    #expect(try await HelmChart.mountmon.text(release) == older)
    for line in older.split(separator: "\n") {
      #expect(!line.contains("<no value>") && !line.contains("%!"), "\(line)")
    }
  }

  @Test(arguments: cases.keys.sorted())
  func `makes each object once, and names what it makes`(name: String) async throws {
    let release = try #require(Self.cases[name])
    let objects = try await HelmChart.mountmon.objects(release)
    let identities = objects.map { "\($0.kind) \($0.namespace) \($0.name)" }
    #expect(Set(identities).count == identities.count, "\(identities)")
    for object in objects {
      #expect(object.name.count <= (object.kind == "CronJob" ? 52 : 63), "\(object.name)")
      #expect(object.name.wholeMatch(of: /[a-z0-9]([-.a-z0-9]*[a-z0-9])?/) != nil, "\(object.name)")
      for (key, value) in object.value["metadata"]?["labels"]?.objectValue ?? JSONObject() {
        let text = try #require(value.stringValue, "\(object): \(key)")
        #expect(text.wholeMatch(of: /(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?/) != nil, "\(key)")
        #expect(text.count <= 63, "\(object): \(key)")
      }
      if let role = object.value["roleRef"] {
        let kind = role["kind"]?.stringValue ?? ""
        let place = kind == "Role" ? object.namespace : ""
        let named = "\(kind) \(place) \(role["name"]?.stringValue ?? "")"
        #expect(identities.contains(named), "\(object) names \(named)")
      }
      if let pod = object.pod {
        #expect(pod.excesses.isEmpty && pod.containers.allSatisfy(\.excesses.isEmpty), "\(object)")
        #expect(pod.spec["automountServiceAccountToken"] == false, "\(object)")
        let account = "ServiceAccount \(object.namespace) "
        let made = identities.filter { $0.hasPrefix(account) }.map { $0.dropFirst(account.count) }
        let own = try #require(pod.spec["serviceAccountName"]?.stringValue)
        #expect(made.contains { $0 == own } || own == "mine", "\(object): \(own)")
      }
      for permission in object.permissions {
        #expect(permission.resource != "secrets" && permission.verbs != ["*"], "\(object)")
      }
    }
  }

  @Test func `makes what the plain manifests make`() async throws {
    let plain = try await Manifests.ofUnlocks()
    let release = HelmChart.Release(values: ["image": ["repository": "mountmon", "tag": "dev"]])
    let made = try await HelmChart.mountmon.objects(release)
    for kind in ["ServiceAccount", "PodDisruptionBudget", "RoleBinding", "ClusterRoleBinding"] {
      let files = ["volsync/rbac.yaml", "volsync/deployment.yaml"]
      let expected = plain.filter { $0.kind == kind && files.contains($0.file) }.map(\.bare)
      #expect(made.filter { $0.kind == kind }.map(\.bare) == expected, "\(kind)")
    }
    try Self.expectSamePod(made, plain, "Deployment")
    let cronjob = HelmChart.Release(
      values: ["volsync": ["mode": "cronjob"], "image": ["repository": "mountmon", "tag": "dev"]])
    try Self.expectSamePod(
      try await HelmChart.mountmon.objects(cronjob), plain, "CronJob")
  }

  /// The same workload but for the labels, and for what the plain one leaves to the API server.
  private static func expectSamePod(
    _ made: [ManifestObject], _ plain: [ManifestObject], _ kind: String
  ) throws {
    let one = try #require(made.first { $0.kind == kind })
    let other = try #require(plain.first { $0.kind == kind })
    var text = one.bare.text()
    for said in [#","imagePullPolicy":"IfNotPresent""#, #","suspend":false"#] {
      text = text.replacing(said, with: "")
    }
    let same = try JSONValue(parsing: text)
    #expect(same == other.bare, "\(text)\n\(other.bare.text())")
  }

  @Test(arguments: [
    ("volsync/rbac.yaml", "{}"),
    ("volsync/options/one-namespace.yaml", #"{"volsync": {"namespaces": ["downloads"]}}"#),
  ])
  func `grants what the plain manifests grant`(file: String, values: String) async throws {
    func granted(_ objects: [ManifestObject]) -> Set<String> {
      Set(
        objects.flatMap { object in
          object.permissions.map { "\(object.namespace.isEmpty ? "*" : object.namespace): \($0)" }
        })
    }
    let plain = try await Manifests.ofUnlocks().filter { $0.file == file }
    let made = try await HelmChart.mountmon.objects(
      .init(values: try JSONValue(parsing: values)))
    #expect(granted(made) == granted(plain))
    let kinds = made.filter { $0.kind.hasSuffix("Role") }.map(\.kind).sorted()
    #expect(kinds == plain.filter { $0.kind.hasSuffix("Role") }.map(\.kind).sorted())
  }

  @Test func `grants sidecars what the plain manifests grant them`() async throws {
    let plain = try await Manifests.all()
    let made = try await HelmChart.mountmon.objects(
      .init(values: [
        "sidecars": [
          [
            "kind": "Deployment", "name": "plex", "namespace": "media", "owner": true,
            "delete": true,
          ],
          ["kind": "StatefulSet", "name": "plex", "namespace": "other", "podNames": ["plex-0"]],
        ]
      ]))
    func granted(_ objects: [ManifestObject]) -> Set<String> {
      // What may be done to one thing, in however many rules.
      var verbs: [String: Set<String>] = [:]
      for permission in objects.flatMap(\.permissions) {
        let thing = "\(permission.group) \(permission.resource) \(permission.names)"
        verbs[thing, default: []].formUnion(permission.verbs)
      }
      return Set(verbs.map { "\($0.key) \($0.value.sorted())" })
    }
    let wide = ["rbac/rbac.yaml", "options/owner.yaml", "options/delete.yaml"]
    #expect(
      granted(made.filter { $0.namespace == "media" })
        == granted(plain.filter { wide.contains($0.file) }))
    #expect(
      granted(made.filter { $0.namespace == "other" })
        == granted(plain.filter { $0.file == "statefulset/rbac.yaml" }))
  }

  @Test func `brings the type, and belongs to the version of the program`() async throws {
    let own = try await HelmChart.mountmon.objects(.init(options: ["--include-crds"]))
    let type = try #require(own.first { $0.kind == "CustomResourceDefinition" })
    let plain = try await Manifests.ofUnlocks().first { $0.kind == "CustomResourceDefinition" }
    #expect(type.value == plain?.value)
    let version = try await run(try BuiltProgram.path("mountmon"), "--version")
    let pod = try #require(own.compactMap(\.pod).first)
    let tag = pod.containers.first?.image.split(separator: ":").last.map(String.init) ?? ""
    #expect(version.hasPrefix("mountmon \(tag)"), "\(version)")
  }

  @Test func `says what it has done, and what is left to do`() async throws {
    func notes(_ values: JSONValue) async throws -> String {
      try await HelmChart.mountmon.text(.init(values: values, options: ["--notes"]))
    }
    let plain = try await notes([:])
    #expect(plain.contains("logs deployment/mountmon-volsync -f"))
    #expect(plain.contains("It does nothing yet"))
    let all = try await notes(Self.everything)
    #expect(all.contains("get volsyncmonitors") && !all.contains("It does nothing yet"))
    #expect(all.contains("media/deployment/plex") && all.contains("mountmon/statefulset/jellyfin"))
    let cronjob = try await notes(["volsync": ["mode": "cronjob", "namespaces": ["downloads"]]])
    #expect(cronjob.contains("--from=cronjob/mountmon-volsync") && cronjob.contains("in downloads"))
  }
}

extension ManifestObject {
  /// Empty for what is in none.
  var namespace: String { value["metadata"]?["namespace"]?.stringValue ?? "" }
}
