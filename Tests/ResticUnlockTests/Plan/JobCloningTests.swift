import JSONValue
import K8sClient
import Testing

@testable import ResticUnlock

@Suite struct `An unlock Job` {
  private func purpose(
    object: String = "prowlarr-nfs", monitor: String = "main", attempt: Int = 1
  ) -> UnlockPurpose {
    UnlockPurpose(
      monitor: monitor,
      repository: .secret(namespace: "media", name: "s", key: "RESTIC_REPOSITORY"),
      namespace: "media",
      owner: .init(kind: .source, namespace: "media", name: object, uid: try? UID("u1")),
      failedJob: "volsync-src-\(object)", lockError: "repository is already locked",
      attempt: attempt)
  }

  private func clone(
    _ pod: Pod = Objects.pod(exit: 11), mode: UnlockJob.Mode = .unlock,
    settings: UnlockSettings = UnlockSettings()
  ) throws -> Job {
    let cloning = JobCloning(purpose: purpose(), settings: settings)
    return try #require(cloning.job(from: pod, mode: mode, expected: ["1a12470f"])).job
  }

  @Test func `is the failed pod but for what an unlock has no use for`() throws {
    let job = try clone()
    let spec = try #require(job.template[value: "spec"])
    #expect(
      spec["volumes"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == [
        "tempdir", "repository",
      ])
    #expect(spec["volumes"]?[1]?["nfs"]?["server"] == "nas.example")
    #expect(spec["serviceAccountName"] == "volsync-src-app" && spec["restartPolicy"] == "Never")
    #expect(spec["nodeName"] == nil && spec["tolerations"] != nil)
    let container = try #require(job.template.containers.first)
    #expect(container.image == "registry.example/volsync:0.15.0" && container.name == "unlock")
    #expect(container.json["futureField"] == ["kept": true])
    #expect(
      container.variable("RESTIC_PASSWORD")
        == Objects.pod().containers[0].variable("RESTIC_PASSWORD"))
    #expect(container.variable("MOUNTMON_EXPECTED")?.value == "1a12470f")
    #expect(container.json["volumeMounts"]?.arrayValue?.count == 2)
    #expect(container.command == ["/bin/sh", "-c", UnlockScript.text])
  }

  @Test func `ends, goes, is no mover, and belongs to the backup`() throws {
    let job = try clone()
    #expect(job.activeDeadline == .seconds(600) && job.timeToLive == .seconds(3600))
    #expect(job.backoffLimit == 0)
    #expect(OwnJob.isOne(job.metadata) && OwnJob.isOne(job.template.metadata))
    #expect(Mover(job: job, rules: MoverRules()) == nil)
    #expect(job.metadata.labels["app.kubernetes.io/created-by"] != "volsync")
    #expect(job.template.metadata.labels["job-name"] == nil)
    let owner = try #require(job.metadata.ownerReferences.first)
    #expect(owner.kind == "ReplicationSource" && !owner.isController)
    #expect(throws: Never.self) { try Job(checking: job.json) }
  }

  @Test func `has what restricted pods need, and the mover's rights`() throws {
    let job = try clone()
    let pod = try #require(job.template[value: "spec", "securityContext"])
    #expect(pod["runAsUser"] == 568 && pod["runAsNonRoot"] == true)
    #expect(pod["seccompProfile"]?["type"] == "RuntimeDefault")
    var root = Objects.pod(exit: 11)
    root[value: "spec", "securityContext"] = ["runAsUser": 0]
    let security = try clone(root).template[value: "spec", "securityContext"]
    #expect(security?["runAsNonRoot"] == nil && security?["runAsUser"] == 0)
  }

  @Test func `takes the name of a dead host into a PID namespace of its own`() throws {
    var pod = Objects.pod(exit: 11)
    pod[flag: "spec", "shareProcessNamespace"] = true
    pod[flag: "spec", "hostPID"] = true
    let job = try clone(pod, mode: .unlockAs(host: "volsync-src-app-aaaaa"))
    #expect(job.template.hostname == "volsync-src-app-aaaaa")
    #expect(job.template[value: "spec", "shareProcessNamespace"] == nil)
    #expect(job.template[value: "spec", "hostPID"] == nil)
    #expect(try clone(pod).template.hostname == nil)
  }

  @Test func `stays where its volumes are, and nowhere else`() throws {
    var pod = Objects.pod(exit: 11)
    pod[value: "spec", "nodeSelector"] = ["zone": "a"]
    #expect(try clone(pod).template[value: "spec", "nodeSelector"] == nil)
    pod[value: "spec", "volumes"] = [["name": "repository", "hostPath": ["path": "/x"]]]
    #expect(try clone(pod).template[value: "spec", "nodeSelector"] == ["zone": "a"])
  }

  private static let volumes: [JSONValue] = [
    [
      "name": "repository",
      "nfs": ["server": "nas.example", "path": "/mnt/storage/volsync", "readOnly": false],
    ],
    ["name": "repository", "persistentVolumeClaim": ["claimName": "backups"]],
    ["name": "repository", "hostPath": ["path": "/srv/backups", "type": "Directory"]],
    ["name": "repository", "csi": ["driver": "nfs.csi.k8s.io", "readOnly": true]],
    ["name": "repository", "typeOfTheFuture": ["place": "elsewhere"]],
  ]

  @Test(arguments: volumes)
  func `keeps the volume of the repository as it is, whatever its type`(_ volume: JSONValue) throws
  {
    var pod = Objects.pod(exit: 11)
    let scratch: JSONValue = ["name": "tempdir", "emptyDir": ["medium": "Memory"]]
    pod[value: "spec", "volumes"] = [
      ["name": "data", "persistentVolumeClaim": ["claimName": "app"]], scratch, volume,
    ]
    let template = try clone(pod).template
    #expect(template[value: "spec", "volumes"] == [scratch, volume])
    #expect(
      template.containers.first?.json["volumeMounts"] == [
        ["name": "tempdir", "mountPath": "/tmp"],
        ["name": "repository", "mountPath": "/repository"],
      ])
  }

  @Test func `uses and lasts what the settings say`() throws {
    var settings = UnlockSettings()
    settings.timeToLive = .seconds(600)
    settings.resources = ["limits": ["cpu": "500m", "memory": "512Mi"]]
    settings.image = "restic:1"
    settings.serviceAccount = "volsync-unlock"
    settings.securityContext = ["runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000]
    let cloned = try clone(settings: settings)
    #expect(cloned.timeToLive == .seconds(600))
    #expect(cloned.template.containers.first?.json["resources"]?["limits"]?["cpu"] == "500m")
    // Who may reach the repository is who failed to.
    #expect(cloned.template[text: "spec", "serviceAccountName"] == "volsync-src-app")
    #expect(cloned.template.containers.first?.image == "registry.example/volsync:0.15.0")

    let made = JobCloning(purpose: purpose(), settings: settings)
      .job(secret: "s", mode: .unlock, expected: [])
    let template = try #require(made).job.template
    #expect(template[text: "spec", "serviceAccountName"] == "volsync-unlock")
    #expect(template.containers.first?.image == "restic:1")
    #expect(template.containers.first?.json["resources"] == settings.resources)
    let security = template[value: "spec", "securityContext"]
    for key in ["runAsUser", "runAsGroup", "fsGroup"] { #expect(security?[key] == 1000) }
  }

  @Test func `has a name of at most 63 characters that no other try has`() throws {
    let long = String(repeating: "a-very-long.name-", count: 9)
    var names: Set<String> = []
    for attempt in 1...20 {
      let purpose = purpose(object: long, monitor: long, attempt: attempt)
      let cloning = JobCloning(purpose: purpose, settings: UnlockSettings())
      let made = cloning.job(from: Objects.pod(exit: 11), mode: .unlock, expected: [])
      let job = try #require(made)
      #expect(job.name.utf8.count <= 63)
      #expect(!job.name.hasPrefix("volsync-"))
      for (key, value) in job.job.metadata.labels {
        #expect(throws: Never.self) {
          _ = try LabelKey(key); _ = try LabelValue(value)
        }
      }
      names.insert(job.name)
    }
    #expect(names.count == 20)
  }

  @Test func `keeps what stood in a command line`() throws {
    let container: JSONValue = [
      "name": "backup", "image": "restic:1",
      "command": ["restic", "--repo=/data/r", "-p", "/key", "--cacert", "/ca"],
      "volumeMounts": [["name": "data", "mountPath": "/data"]],
    ]
    let job = try clone(Objects.pod(exit: 1, container: container))
    let made = try #require(job.template.containers.first)
    #expect(made.variable("RESTIC_REPOSITORY")?.value == "/data/r")
    #expect(made.variable("RESTIC_PASSWORD_FILE")?.value == "/key")
    #expect(made.variable("CUSTOM_CA")?.value == "/ca")
    #expect(made.json["volumeMounts"]?.arrayValue?.count == 1)
  }

  @Test func `can be made of a Secret's name alone`() throws {
    var settings = UnlockSettings()
    let purpose = purpose()
    #expect(
      JobCloning(purpose: purpose, settings: settings).job(
        secret: "s", mode: .inspect, expected: []) == nil)
    settings.image = "restic:1"
    let made = JobCloning(purpose: purpose, settings: settings)
      .job(secret: "s", mode: .inspect, expected: [])
    let container = try #require(made?.job.template.containers.first)
    #expect(container.environmentSources.first?.secretName == "s")
    #expect(SecretNames.app(of: "home-assistant-nfs") == "home-assistant")
  }
}
