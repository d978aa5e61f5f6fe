import JSONValue

extension StubCluster {
  /// Adds to what a container wrote; who follows it gets it.
  ///
  /// - Parameters:
  ///   - text: The text, with its line feeds.
  ///   - pod: The pod's name.
  ///   - namespace: The pod's namespace.
  ///   - container: The container; `nil` for the first.
  public mutating func write(
    _ text: String, toLogOf pod: String, in namespace: String, container: String? = nil
  ) {
    guard let object = object("Pod", pod, in: namespace) else { return }
    let container = container ?? Self.containers(object).first ?? ""
    let old = logText(object, container)
    logs.current[PodLogs.Key(uid: object.uid, container: container)] = old + text
    for (id, stream) in streams {
      guard case .log(object.uid, container) = stream.kind else { continue }
      streams[id]?.pieces.append(Array(text.utf8))
    }
  }

  /// Sets what the run before the current one wrote.
  ///
  /// - Parameters:
  ///   - text: The text, with its line feeds.
  ///   - pod: The pod's name.
  ///   - namespace: The pod's namespace.
  ///   - container: The container; `nil` for the first.
  public mutating func setPreviousLog(
    _ text: String, of pod: String, in namespace: String, container: String? = nil
  ) {
    guard let object = object("Pod", pod, in: namespace) else { return }
    let container = container ?? Self.containers(object).first ?? ""
    logs.previous[PodLogs.Key(uid: object.uid, container: container)] = text
  }

  /// Lets the node of a pod answer no log requests, or answer them again.
  ///
  /// - Parameters:
  ///   - isReachable: Whether it answers.
  ///   - pod: The pod's name.
  ///   - namespace: The pod's namespace.
  public mutating func setNode(reachable isReachable: Bool, of pod: String, in namespace: String) {
    guard let uid = object("Pod", pod, in: namespace)?.uid else { return }
    if isReachable { logs.unreachable.remove(uid) } else { logs.unreachable.insert(uid) }
  }

  mutating func readLog(_ call: Call) throws(Refusal) -> StubAnswer {
    guard let pod = object(call.type, call.name) else {
      throw .notFound(call.type.asResource, call.name.name)
    }
    let options = try LogOptions(call)
    let container = try chosenContainer(pod, options)
    guard pod.text("spec", "nodeName") != nil else { return StubAnswer(status: 204) }
    if logs.unreachable.contains(pod.uid) || nodes.isSilent(pod.text("spec", "nodeName")) {
      let query = options.kubeletQuery
      throw Refusal(
        500, nil,
        "Get \"https://127.0.0.1:10250/containerLogs/\(pod.namespace ?? "")/\(pod.name)/\(container)"
          + "\(query.isEmpty ? "" : "?" + query)\": dial tcp 127.0.0.1:10250: connect: "
          + "connection refused")
    }
    let key = PodLogs.Key(uid: pod.uid, container: container)
    let status = Self.status(of: container, in: pod)
    if options.isPrevious {
      guard let text = logs.previous[key] else {
        throw .badRequest(
          "previous terminated container \"\(container)\" in pod \"\(pod.name)\" not found")
      }
      return Self.log(options.cut(text, at: now))
    }
    if let why = status?.text("state", "waiting", "reason"),
      status?.at("lastState", "terminated") == nil
    {
      throw .badRequest(
        "container \"\(container)\" in pod \"\(pod.name)\" is waiting to start: \(why)")
    }
    let text = options.cut(logText(pod, container), at: now)
    guard options.isFollowing else { return Self.log(text) }
    var stream = OpenStream(kind: .log(pod: pod.uid, container: container))
    if !text.isEmpty { stream.pieces = [text] }
    stream.isOver = status?.at("state", "running") == nil
    return StubAnswer(
      status: 200, headers: [StubHeader("Content-Type", "text/plain")],
      body: .stream(open(stream)))
  }

  private static func log(_ text: [UInt8]) -> StubAnswer {
    StubAnswer(
      status: 200, headers: [StubHeader("Content-Type", "text/plain")], body: .bytes(text))
  }

  private func chosenContainer(
    _ pod: JSONValue, _ options: LogOptions
  ) throws(Refusal) -> String {
    let all = Self.containers(pod)
    if let name = options.container {
      guard all.contains(name) else {
        throw .badRequest("container \(name) is not valid for pod \(pod.name)")
      }
      return name
    }
    guard all.count == 1, let only = all.first else {
      throw .badRequest(
        "a container name must be specified for pod \(pod.name), choose one of: "
          + "[\(all.joined(separator: " "))]")
    }
    return only
  }

  /// What a container wrote: what a test gave it, or the text of the pod's annotation.
  func logText(_ pod: JSONValue, _ container: String) -> String {
    logs.current[PodLogs.Key(uid: pod.uid, container: container)]
      ?? pod.annotations["fake-kubelet/log"] ?? ""
  }

  static func containers(_ pod: JSONValue) -> [String] {
    (pod.at("spec", "containers")?.arrayValue ?? []).compactMap { $0.text("name") }
  }

  static func status(of container: String, in pod: JSONValue) -> JSONValue? {
    (pod.at("status", "containerStatuses")?.arrayValue ?? [])
      .first { $0.text("name") == container }
  }
}
