public import JSONValue
public import TimeText

/// What every object has: names, versions, labels, owners.
public struct ObjectMetadata: JSONBacked {
  /// All of it.
  public var json: JSONValue

  /// The metadata that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// The name; `nil` where there is none yet, or one that no object can have.
  public var name: ObjectName? {
    get { self[text: "name"].flatMap { text in try? ObjectName(existing: text) } }
    set { self[text: "name"] = newValue?.description }
  }

  /// What the server makes a name of, where there is none.
  public var generateName: String? {
    get { self[text: "generateName"] }
    set { self[text: "generateName"] = newValue }
  }

  /// The namespace; `nil` for objects of the whole cluster.
  public var namespace: Namespace? {
    get { self[text: "namespace"].flatMap { text in try? Namespace(text) } }
    set { self[text: "namespace"] = newValue?.description }
  }

  /// What tells it from every other object that ever was.
  public var uid: UID? {
    get { self[text: "uid"].flatMap { text in try? UID(text) } }
    set { self[text: "uid"] = newValue?.description }
  }

  /// The version; another one after every change.
  public var resourceVersion: ResourceVersion? {
    get { self[text: "resourceVersion"].flatMap { text in try? ResourceVersion(text) } }
    set { self[text: "resourceVersion"] = newValue?.description }
  }

  /// Counts changes of the specification; some types have none.
  public var generation: Int? {
    get { self[integer: "generation"] }
    set { self[integer: "generation"] = newValue }
  }

  /// When it was made.
  public var creationTimestamp: Timestamp? {
    get { self[time: "creationTimestamp"] }
    set { self[time: "creationTimestamp"] = newValue }
  }

  /// Until when it may take to go, which may lie in the future; `nil` where nobody deleted it.
  public var deletionTimestamp: Timestamp? {
    get { self[time: "deletionTimestamp"] }
    set { self[time: "deletionTimestamp"] = newValue }
  }

  /// How long it was given to go.
  public var deletionGracePeriod: Duration? {
    get { self[integer: "deletionGracePeriodSeconds"].map { .seconds($0) } }
    set {
      let seconds = newValue.map { Int(clamping: $0.wholeSecondsRoundedUp) }
      self[integer: "deletionGracePeriodSeconds"] = seconds
    }
  }

  /// Labels.
  public var labels: [String: String] {
    get { self[map: "labels"] }
    set { self[map: "labels"] = newValue }
  }

  /// Annotations.
  public var annotations: [String: String] {
    get { self[map: "annotations"] }
    set { self[map: "annotations"] = newValue }
  }

  /// What it goes with.
  public var ownerReferences: [OwnerReference] {
    get { self[parts: "ownerReferences"] }
    set { self[parts: "ownerReferences"] = newValue }
  }

  /// The one owner that makes it anew when it goes; `nil` where nothing does.
  public var controller: OwnerReference? { ownerReferences.first(where: \.isController) }

  /// Who must agree before it goes.
  public var finalizers: [String] {
    get { self[texts: "finalizers"] }
    set { self[texts: "finalizers"] = newValue }
  }

  /// Whether somebody deleted it: it is going.
  public var isTerminating: Bool { self[text: "deletionTimestamp"] != nil }
}

/// An object that another one goes with.
public struct OwnerReference: JSONBacked {
  /// All of it.
  public var json: JSONValue

  /// The reference that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// A reference.
  ///
  /// - Parameters:
  ///   - type: The type of the owner.
  ///   - name: Its name.
  ///   - uid: Its uid.
  ///   - isController: Whether it is the one that makes the object anew.
  public init(_ type: ResourceType, _ name: ObjectName, uid: UID, isController: Bool = false) {
    json = [
      "apiVersion": .string(type.apiVersion), "kind": .string(type.kind),
      "name": .string(name.description), "uid": .string(uid.description),
    ]
    if isController { json["controller"] = true }
  }

  /// The group and version of the owner.
  public var apiVersion: String { self[text: "apiVersion"] ?? "" }
  /// The kind of the owner.
  public var kind: String { self[text: "kind"] ?? "" }
  /// The name of the owner.
  public var name: ObjectName? {
    self[text: "name"].flatMap { text in try? ObjectName(existing: text) }
  }
  /// The uid of the owner.
  public var uid: UID? { self[text: "uid"].flatMap { text in try? UID(text) } }
  /// Whether it is the one that makes the object anew.
  public var isController: Bool { self[flag: "controller"] ?? false }

  /// Tells whether the owner is of a type, in whichever version.
  ///
  /// - Parameter type: The type.
  /// - Returns: Whether kind and group are the same.
  public func isOf(_ type: ResourceType) -> Bool {
    let parts = apiVersion.split(separator: "/", omittingEmptySubsequences: false)
    let group = parts.count == 2 ? String(parts[0]) : ""
    return kind == type.kind && group == type.group
  }
}
