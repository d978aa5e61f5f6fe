import JSONValue

/// What the engine answers when it is asked for one container.
struct ContainerDetails: Hashable, Sendable {
  /// Its number.
  var id: String
  /// Its name.
  var name: String
  /// Its state.
  var state: ContainerSnapshot.State
  /// Its first process; `nil` where none runs.
  var pid: Int32?
  /// When it was started last; `nil` where it never was.
  var startedAt: String?
  /// Places in it where a folder is bound without what is mounted below that: by its owner's wish.
  var shallowBinds: Set<String>

  /// Reads an answer to `GET /containers/NAME/json`.
  ///
  /// - Parameter body: The answer.
  /// - Throws: What is wrong with it, in words.
  init(parsing body: [UInt8]) throws(EngineTextFault) {
    let value = try EngineText.parse(body)
    guard let id = value["Id"]?.stringValue, !id.isEmpty,
      let name = value["Name"]?.stringValue, !name.isEmpty
    else { throw EngineTextFault("a container has no Id or no Name") }
    guard let status = value["State"]?["Status"]?.stringValue else {
      throw EngineTextFault("container \(EngineText.name(name)) has no state")
    }
    self.id = id
    self.name = EngineText.name(name)
    state = .init(engine: status)
    pid = value["State"]?["Pid"]?.intValue.flatMap { Int32(exactly: $0) }.flatMap {
      $0 > 0 ? $0 : nil
    }
    let started = value["State"]?["StartedAt"]?.stringValue ?? ""
    // The first year is what the engine says for never.
    shallowBinds = []
    for mount in value["HostConfig"]?["Mounts"]?.arrayValue ?? [] {
      guard mount["BindOptions"]?["NonRecursive"]?.boolValue == true,
        let target = mount["Target"]?.stringValue
      else { continue }
      shallowBinds.insert(target)
    }
    startedAt = started.isEmpty || started.utf8.starts(with: "0001-".utf8) ? nil : started
  }

  /// The container as a target without parts.
  var targetState: TargetState {
    .whole(
      runs: state.isUp, instance: startedAt.map { EngineText.line($0, limit: 64) },
      note: state == .running || state == .exited ? nil : state.rawValue)
  }
}
