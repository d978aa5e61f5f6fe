import JSONValue

/// What the engine answers when it is asked for its containers.
struct ContainerListing: Hashable, Sendable {
  /// The containers, in the engine's order.
  var containers: [ListedContainer]

  /// The most bytes of an answer: some 8000 containers.
  static let maximumBytes = 16 << 20
  /// The most arrays and objects around each other; the engine needs seven.
  static let maximumDepth = 32

  /// Reads an answer to `GET /containers/json`.
  ///
  /// - Parameter body: The answer.
  /// - Throws: What is wrong with it, in words, where it is no list. What an entry lacks is left out.
  init(parsing body: [UInt8]) throws(EngineTextFault) {
    guard let array = try EngineText.parse(body).arrayValue else {
      throw EngineTextFault("an array was expected")
    }
    containers = try array.map { entry throws(EngineTextFault) in try ListedContainer(entry) }
  }
}

extension ListedContainer {
  fileprivate init(_ entry: JSONValue) throws(EngineTextFault) {
    guard let id = entry["Id"]?.stringValue, !id.isEmpty else {
      throw EngineTextFault("a container has no Id")
    }
    self.id = id
    mounts = (entry["Mounts"]?.arrayValue ?? []).compactMap(EngineMount.init)
    snapshot = ContainerSnapshot(
      name: Self.name(entry["Names"]?.arrayValue ?? []) ?? String(id.prefix(12)),
      state: .init(engine: entry["State"]?.stringValue ?? ""),
      mountSources: mounts.map(\.source), labels: EngineText.labels(entry["Labels"]))
  }

  /// The name that is its own: those of links have a second slash.
  private static func name(_ names: [JSONValue]) -> String? {
    let plain = names.compactMap(\.stringValue).map(EngineText.name)
    return plain.first { !$0.utf8.contains(0x2F) } ?? plain.first
  }
}

extension EngineMount {
  fileprivate init?(_ value: JSONValue) {
    guard let source = value["Source"]?.stringValue, !source.isEmpty,
      let destination = value["Destination"]?.stringValue
    else { return nil }
    self.source = source
    self.destination = destination
    volume = value["Type"]?.stringValue == "volume" ? value["Name"]?.stringValue : nil
  }
}

extension ContainerSnapshot.State {
  /// Reads the state of an engine: of Docker, or of Podman, which has some more.
  init(engine word: String) {
    switch word {
    case "configured", "initialized": self = .created
    case "stopped": self = .exited
    // It still has processes, and they may write.
    case "stopping": self = .running
    // A word of a later engine: what may run is taken for running, so that nobody trusts its rest.
    default: self = Self(rawValue: word) ?? .running
    }
  }
}

/// The folders and devices behind the volumes that the engine itself makes: a volume may be a bind of
/// the pool, with nothing to show for it in the list of containers.
struct VolumeDevices: Hashable, Sendable {
  private(set) var byName: [String: String] = [:]

  /// No volumes.
  init() {}

  /// Reads an answer to `GET /volumes`.
  init(parsing body: [UInt8]) throws(EngineTextFault) {
    let value = try EngineText.parse(body)
    for volume in value["Volumes"]?.arrayValue ?? [] {
      guard let name = volume["Name"]?.stringValue,
        let device = volume["Options"]?["device"]?.stringValue, device.utf8.first == 0x2F
      else { continue }
      byName[name] = device
    }
  }

  /// The same container, with the folders behind its volumes among its mounts.
  func resolving(_ container: ListedContainer) -> ListedContainer {
    var container = container
    for mount in container.mounts {
      guard let name = mount.volume, let device = byName[name] else { continue }
      container.mounts.append(
        EngineMount(source: device, destination: mount.destination, volume: name))
      container.snapshot.mountSources.append(device)
    }
    return container
  }
}
