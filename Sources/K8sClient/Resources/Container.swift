public import JSONValue

/// A container, as a pod asks for it.
public struct Container: JSONBacked {
  /// All of it.
  public var json: JSONValue

  /// The container that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// Its name.
  public var name: String {
    get { self[text: "name"] ?? "" }
    set { self[text: "name"] = newValue }
  }
  /// Its image.
  public var image: String? {
    get { self[text: "image"] }
    set { self[text: "image"] = newValue }
  }
  /// What it runs; none: what the image says.
  public var command: [String] {
    get { self[texts: "command"] }
    set { self[texts: "command"] = newValue }
  }
  /// What its command is given; none: what the image says.
  public var arguments: [String] {
    get { self[texts: "args"] }
    set { self[texts: "args"] = newValue }
  }
  /// Its environment, name by name.
  public var environment: [EnvironmentVariable] {
    get { self[parts: "env"] }
    set { self[parts: "env"] = newValue }
  }
  /// Its environment, as far as whole objects are taken over.
  public var environmentSources: [EnvironmentSource] {
    get { self[parts: "envFrom"] }
    set { self[parts: "envFrom"] = newValue }
  }

  /// A variable of its environment that is given by name.
  ///
  /// - Parameter name: The name.
  /// - Returns: The variable; of several of that name the last, which is the one that counts.
  public func variable(_ name: String) -> EnvironmentVariable? {
    environment.last { $0.name == name }
  }
}

/// A variable of a container's environment.
public struct EnvironmentVariable: JSONBacked {
  /// Where its value comes from.
  public enum Source: Hashable, Sendable {
    /// It stands there.
    case value(String)
    /// A key of a Secret.
    case secret(name: String, key: String, isOptional: Bool)
    /// A key of a ConfigMap.
    case configMap(name: String, key: String, isOptional: Bool)
    /// A field of the pod: `metadata.name`.
    case field(String)
    /// Something else.
    case other
  }

  /// All of it.
  public var json: JSONValue

  /// The variable that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// A variable with a value.
  public init(_ name: String, _ value: String) {
    json = ["name": .string(name), "value": .string(value)]
  }

  /// Its name.
  public var name: String { self[text: "name"] ?? "" }

  /// Its value, where it stands there.
  public var value: String? {
    if case .value(let value) = source { value } else { nil }
  }

  /// Where its value comes from.
  public var source: Source {
    if let reference = keyReference("secretKeyRef") {
      return .secret(name: reference.0, key: reference.1, isOptional: reference.2)
    }
    if let reference = keyReference("configMapKeyRef") {
      return .configMap(name: reference.0, key: reference.1, isOptional: reference.2)
    }
    if let path = self[text: "valueFrom", "fieldRef", "fieldPath"] { return .field(path) }
    return self[value: "valueFrom"] == nil ? .value(self[text: "value"] ?? "") : .other
  }

  private func keyReference(_ kind: String) -> (String, String, Bool)? {
    guard let name = self[text: "valueFrom", kind, "name"],
      let key = self[text: "valueFrom", kind, "key"]
    else { return nil }
    return (name, key, self[flag: "valueFrom", kind, "optional"] ?? false)
  }
}

/// An object whose keys all become variables of a container's environment.
public struct EnvironmentSource: JSONBacked {
  /// All of it.
  public var json: JSONValue

  /// The source that some JSON is.
  public init(json: JSONValue) { self.json = json }

  /// What is put before each key.
  public var prefix: String { self[text: "prefix"] ?? "" }
  /// The name of the Secret, where it is one.
  public var secretName: String? { self[text: "secretRef", "name"] }
  /// The name of the ConfigMap, where it is one.
  public var configMapName: String? { self[text: "configMapRef", "name"] }
  /// Whether the container starts without it, too.
  public var isOptional: Bool {
    self[flag: "secretRef", "optional"] ?? self[flag: "configMapRef", "optional"] ?? false
  }
}
