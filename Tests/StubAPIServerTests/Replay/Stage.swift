import JSONValue
import TimeText

@testable import StubAPIServer

/// A cluster that plays a recorded scenario.
struct Stage {
  static let token = "the-token"

  var cluster = StubCluster(at: Timestamp(seconds: 1_800_000_000), seed: 7)
  var pairs = Correspondence()
  let transcript: Transcript
  /// Hashes of templates that have their recorded counterpart.
  var knownHashes: Set<String> = []

  init(_ transcript: Transcript) {
    self.transcript = transcript
    for name in ["media", "downloads", "lab", "watchlab", "quiet", "strict"] {
      cluster.addNamespace(name)
    }
  }

  /// A recorded answer.
  func recorded(_ index: Int) -> JSONValue { transcript.exchanges[index].answer ?? .null }

  mutating func advance(_ seconds: Double) { cluster.advance(by: .seconds(seconds)) }

  /// Lets a user with these roles in by the token of the recordings.
  mutating func allow(_ account: String, in namespace: String, _ roles: [StubRole]) {
    cluster.allow(
      Self.token,
      as: .serviceAccount(
        account, in: namespace, uid: "5dc9457f-cd8c-45d1-9abf-dd9117c9cb01", roles: roles))
  }

  /// Sends a request that was not recorded, as an administrator.
  @discardableResult
  mutating func send(
    _ method: String, _ target: String, _ body: JSONValue? = nil,
    type: String = "application/json"
  ) -> StubAnswer {
    cluster.send(method, target, body, type: type)
  }

  /// Creates a pod the way the recordings did.
  mutating func pod(
    _ name: String, in namespace: String = "media", labels: JSONValue? = nil,
    annotations: JSONValue? = nil, isScheduled: Bool = true, containers: [String] = ["main"],
    finalizers: [String] = []
  ) {
    var pod: JSONValue = [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)],
      "spec": [
        "automountServiceAccountToken": false,
        "containers": .array(
          containers.map { ["name": .string($0), "image": "registry.example/app:1"] }),
      ],
    ]
    if let labels { pod["metadata"]?["labels"] = labels }
    if let annotations { pod["metadata"]?["annotations"] = annotations }
    if !finalizers.isEmpty {
      pod["metadata"]?["finalizers"] = .array(finalizers.map(JSONValue.string))
    }
    if !isScheduled { pod["spec"]?["nodeSelector"] = ["example.com/none": "none"] }
    send("POST", "/api/v1/namespaces/\(namespace)/pods", pod)
  }

  /// Creates a ConfigMap.
  mutating func map(
    _ name: String, in namespace: String = "watchlab", _ data: JSONValue? = nil,
    labels: JSONValue? = nil
  ) {
    var map: JSONValue = [
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)],
    ]
    if let data { map["data"] = data }
    if let labels { map["metadata"]?["labels"] = labels }
    send("POST", "/api/v1/namespaces/\(namespace)/configmaps", map)
  }

  /// Puts recorded objects there, in the order of their revisions.
  mutating func seed(_ objects: [JSONValue], _ apiVersion: String, _ kind: String) {
    func version(_ object: JSONValue) -> Int {
      object.text("metadata", "resourceVersion").flatMap { Int($0) } ?? 0
    }
    for var object in objects.sorted(by: { version($0) < version($1) }) {
      object["apiVersion"] = .string(apiVersion)
      object["kind"] = .string(kind)
      object["metadata"]?["managedFields"] = nil
      cluster.create(object)
    }
  }

  /// The stub's word for a hash of the recordings.
  func hash(_ recorded: String) -> String { pairs.translated(recorded) }

  /// Changes an object by a merge patch.
  mutating func merge(_ target: String, _ patch: JSONValue) {
    send("PATCH", target, patch, type: "application/merge-patch+json")
  }
}

/// What a recording needs before and between its requests.
struct Scenario {
  /// Before the first request.
  var prepare: (inout Stage) -> Void = { _ in }
  /// Before the request of that number.
  var before: [Int: (inout Stage) -> Void] = [:]
  /// After it: for a stream, while it is open.
  var after: [Int: (inout Stage) -> Void] = [:]
  /// Requests that came with a token that is refused.
  var badTokens: Set<Int> = []
  /// Answers that the server gave in the place of the cluster.
  var faults: [Int: StubFault.Effect] = [:]
}
