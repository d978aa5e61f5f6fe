import JSONValue

/// One kubeconfig or several, merged as kubectl does: of two entries with the same name, and of two
/// current contexts, the first one counts.
public struct Kubeconfig: Hashable, Sendable {
  /// One cluster, user or context, and where it stands.
  struct Entry: Hashable, Sendable {
    var json: JSONValue
    var file: String
    var path: JSONPath

    /// `file, users[0].user.token`: for messages.
    func place(_ key: String) -> String { "\(Shown.text(file)), \(path.appending(key))" }
  }

  /// The lists of a kubeconfig.
  enum Kind: String, CaseIterable, Sendable {
    case clusters, users, contexts

    /// The key of what an element holds beside its name.
    var content: String { String(rawValue.dropLast()) }
  }

  private(set) var entries: [Kind: [String: Entry]] = [:]
  private(set) var currentContext: (name: String, file: String)? = nil
  /// The files that were read.
  public private(set) var files: [String] = []
  /// What is odd, a line each.
  public private(set) var warnings: [String] = []

  /// The largest file in bytes.
  public static let maximumBytes = 4 << 20
  /// The deepest nesting.
  static let maximumDepth = 64

  /// Whether two say the same.
  public static func == (one: Kubeconfig, other: Kubeconfig) -> Bool {
    one.entries == other.entries && one.files == other.files && one.warnings == other.warnings
      && one.currentContext?.name == other.currentContext?.name
  }

  /// Feeds what is read to `hasher`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(entries)
    hasher.combine(currentContext?.name)
  }

  /// The names of the contexts, in order.
  public var contexts: [String] { (entries[.contexts] ?? [:]).keys.sorted() }

  func entry(_ kind: Kind, _ name: String) -> Entry? { entries[kind]?[name] }

  static func homePath(_ surroundings: Surroundings) -> String? {
    surroundings.variable("HOME").map { "\($0)/.kube/config" }
  }
}

extension Kubeconfig {
  /// Reads the file of a path, or the files that `KUBECONFIG` lists, or `~/.kube/config`.
  ///
  /// - Parameters:
  ///   - path: A file; `nil` for those that the environment names.
  ///   - surroundings: Environment and files.
  /// - Returns: What they say together.
  /// - Throws: `AccessError` with all that is wrong with their form. Files of a list that are not there
  ///   are no fault, unless none is.
  public static func read(
    _ path: String?, in surroundings: Surroundings
  ) throws(AccessError) -> Kubeconfig {
    var kubeconfig = Kubeconfig()
    var faults: [String] = []
    let listed = surroundings.variable("KUBECONFIG")
      .map { $0.split(separator: ":").map(String.init) }
    let paths = path.map { [$0] } ?? listed ?? homePath(surroundings).map { [$0] } ?? []
    let mayBeAbsent = path == nil && paths.count > 1
    for path in paths where !kubeconfig.files.contains(path) {
      do throws(FileError) {
        let bytes = try surroundings.files.read(path, maximumBytes)
        kubeconfig.files.append(path)
        kubeconfig.merge(bytes, of: path, &faults)
      } catch {
        if mayBeAbsent, error == .absent {
          kubeconfig.warnings.append("\(Shown.text(path)): there is no such file")
        } else {
          faults.append("\(Shown.text(path)): \(error)")
        }
      }
    }
    if kubeconfig.files.isEmpty, faults.isEmpty {
      faults =
        paths.isEmpty
        ? ["neither KUBECONFIG nor HOME is set: name a kubeconfig"] : kubeconfig.warnings
    }
    guard faults.isEmpty else { throw AccessError("read the kubeconfig", faults) }
    return kubeconfig
  }

  private mutating func merge(_ bytes: [UInt8], of path: String, _ faults: inout [String]) {
    let file = Shown.text(path)
    let json: JSONValue
    do throws(Refusal) {
      json = try Self.document(bytes)
    } catch {
      faults.append("\(file): \(error.reason)")
      return
    }
    guard json.kind == .object else {
      if !json.isNull { faults.append("\(file): expected an object, found \(json.kind)") }
      return
    }
    if let kind = json["kind"]?.stringValue, kind != "Config" {
      faults.append("\(file), kind: expected Config, found \(Shown.quoted(kind))")
    }
    switch json["current-context"] {
    case nil, .null?: break
    case .string(let name)?:
      if currentContext == nil, !name.isEmpty { currentContext = (name, path) }
    case let other?:
      faults.append("\(file), current-context: expected a string, found \(other.kind)")
    }
    for kind in Kind.allCases { merge(kind, json[kind.rawValue], of: path, &faults) }
  }

  private mutating func merge(
    _ kind: Kind, _ list: JSONValue?, of file: String, _ faults: inout [String]
  ) {
    guard let list, !list.isNull else { return }
    let shown = Shown.text(file)
    guard let elements = list.arrayValue else {
      faults.append("\(shown), \(kind.rawValue): expected an array, found \(list.kind)")
      return
    }
    for (index, element) in elements.enumerated() {
      let path: JSONPath = [.key(kind.rawValue), .index(index)]
      guard let name = element["name"]?.stringValue else {
        faults.append("\(shown), \(path.appending("name")): is missing, or no string")
        continue
      }
      let content = element[kind.content] ?? .null
      guard content.kind == .object || content.isNull else {
        faults.append(
          "\(shown), \(path.appending(kind.content)): expected an object, found \(content.kind)")
        continue
      }
      guard entries[kind]?[name] == nil else { continue }
      entries[kind, default: [:]][name] = Entry(
        json: content, file: file, path: path.appending(kind.content))
    }
  }

  /// The tree of a file in JSON or YAML.
  static func document(_ bytes: [UInt8]) throws(Refusal) -> JSONValue {
    let first = bytes.first { $0 != 0x20 && !(0x09...0x0D).contains($0) }
    guard first == UInt8(ascii: "{") else { return try KubeconfigYAML.document(bytes) }
    let options = JSONParser.Options(maximumBytes: maximumBytes, maximumDepth: maximumDepth)
    do throws(JSONError) {
      return try JSONValue(parsing: bytes, options: options)
    } catch {
      throw Refusal("line \(error.line), column \(error.column): \(error.message)")
    }
  }
}

extension Kubeconfig: Discreet {
  /// The files that it was read from.
  public var description: String { "kubeconfig of \(files.map { Shown.text($0) })" }
}
