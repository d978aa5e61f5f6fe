public import JSONValue
public import TimeText

/// A pod: containers that run together on one node.
public struct Pod: Resource {
  /// `v1`, `pods`.
  public static let type = ResourceType(version: "v1", plural: "pods", kind: "Pod")

  /// What its fields have to be.
  public static let fields: [FieldRule] = [
    .object("spec"), .text("spec", "nodeName"), .text("spec", "serviceAccountName"),
    .list("spec", "containers"), .list("spec", "initContainers"), .object("status"),
    .text("status", "phase"), .list("status", "conditions"), .time("status", "startTime"),
    .list("status", "containerStatuses"), .list("status", "initContainerStatuses"),
  ]

  /// How far a pod is.
  public enum Phase: String, CaseIterable, Hashable, Sendable {
    /// Not all of its containers have been started yet.
    case pending = "Pending"
    /// At least one container runs, or will again.
    case running = "Running"
    /// All containers ended well.
    case succeeded = "Succeeded"
    /// All containers ended, at least one of them badly.
    case failed = "Failed"
    /// The node does not say.
    case unknown = "Unknown"
  }

  /// The whole object.
  public var json: JSONValue

  /// The pod that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// How far it is; `nil` where nothing is said, or nothing known.
  public var phase: Phase? { self[text: "status", "phase"].flatMap(Phase.init(rawValue:)) }
  /// Why it is so, in one word: `Evicted`.
  public var statusReason: String? { self[text: "status", "reason"] }
  /// Why it is so, in words.
  public var statusMessage: String? { self[text: "status", "message"] }
  /// Whether it takes requests.
  public var isReady: Bool { condition("Ready")?.isTrue ?? false }
  /// Whether somebody deleted it: it is going.
  public var isTerminating: Bool { metadata.isTerminating }
  /// Whether none of its containers runs, and none will again.
  public var isFinished: Bool { phase == .succeeded || phase == .failed }
  /// When its node took it on.
  public var startTime: Timestamp? { self[time: "status", "startTime"] }

  /// The node that it runs on; `nil` where none has been chosen.
  public var nodeName: String? {
    get { self[text: "spec", "nodeName"] }
    set { self[text: "spec", "nodeName"] = newValue }
  }
  /// The account that its containers have.
  public var serviceAccountName: String? {
    get { self[text: "spec", "serviceAccountName"] }
    set { self[text: "spec", "serviceAccountName"] = newValue }
  }
  /// What its containers take for the name of their host; `nil`: the pod's name.
  public var hostname: String? {
    get { self[text: "spec", "hostname"] }
    set { self[text: "spec", "hostname"] = newValue }
  }
  /// What happens when a container ends: `Always`, `OnFailure`, `Never`.
  public var restartPolicy: String? {
    get { self[text: "spec", "restartPolicy"] }
    set { self[text: "spec", "restartPolicy"] = newValue }
  }
  /// Its containers.
  public var containers: [Container] {
    get { self[parts: "spec", "containers"] }
    set { self[parts: "spec", "containers"] = newValue }
  }
  /// The containers that run before the others.
  public var initContainers: [Container] {
    get { self[parts: "spec", "initContainers"] }
    set { self[parts: "spec", "initContainers"] = newValue }
  }

  /// How its containers are.
  public var containerStatuses: [ContainerStatus] { self[parts: "status", "containerStatuses"] }
  /// How the containers are that run before the others.
  public var initContainerStatuses: [ContainerStatus] {
    self[parts: "status", "initContainerStatuses"]
  }

  /// How a container is, be it one of the first or one of the others.
  ///
  /// - Parameter name: The container's name.
  /// - Returns: Its status; `nil` where nothing is said of it.
  public func status(of name: ContainerName) -> ContainerStatus? {
    (containerStatuses + initContainerStatuses).first { $0.name == name.description }
  }
}
