import JSONValue
public import K8sClient

/// Which repository, as far as that can be told without reading a Secret.
///
/// Two identities that differ may still mean one repository; who decides by them has to look at the
/// locks themselves, too. The text holds no secret: what stands before an `@` in an address is left out.
public struct RepositoryIdentity: Hashable, Sendable, CustomStringConvertible {
  /// The variable that holds the address.
  public static let addressKey = "RESTIC_REPOSITORY"

  /// In words: `secret media/plex-volsync (RESTIC_REPOSITORY)`.
  public let description: String
  /// Whether enough is known to tell it from others.
  public let isKnown: Bool
  /// Where its address is kept, where that is one Secret.
  let reference: Reference?

  /// A Secret.
  struct Reference: Hashable {
    var namespace: String
    var name: String
  }

  private init(_ description: String, isKnown: Bool = true, in reference: Reference? = nil) {
    self.description = description
    self.isKnown = isKnown
    self.reference = reference
  }

  /// The repository whose address is in a Secret.
  public static func secret(namespace: String, name: String, key: String) -> RepositoryIdentity {
    RepositoryIdentity(
      "secret \(namespace)/\(name) (\(key))", in: Reference(namespace: namespace, name: name))
  }

  /// The repository that a container uses.
  ///
  /// - Parameters:
  ///   - container: The container that runs restic.
  ///   - pod: Its pod, for the volumes.
  ///   - namespace: The pod's namespace.
  public init(of container: Container, in pod: Pod, namespace: String) {
    let key = Self.addressKey
    switch container.variable(key)?.source {
    case .secret(let name, let key, _)?:
      self = .secret(namespace: namespace, name: name, key: key)
      return
    case .configMap(let name, let key, _)?:
      self.init("config map \(namespace)/\(name) (\(key))")
      return
    case .value(let address)?:
      self.init(address: address, of: container, in: pod, namespace: namespace)
      return
    case .field?, .other?, nil: break
    }
    if let address = Self.argument(of: container) {
      self.init(address: address, of: container, in: pod, namespace: namespace)
      return
    }
    let sources = container.environmentSources.compactMap { source in
      source.secretName.map { "\(namespace)/\($0)" }
    }
    if sources.count == 1, let name = container.environmentSources.compactMap(\.secretName).first {
      self = .secret(namespace: namespace, name: name, key: key)
      return
    }
    if !sources.isEmpty {
      self.init("secret \(sources.joined(separator: " or ")) (\(key))")
      return
    }
    self.init("unknown repository of container \(container.name) in \(namespace)", isKnown: false)
  }

  /// An address that stands in the open. A folder means something only together with its volume.
  private init(address: String, of container: Container, in pod: Pod, namespace: String) {
    let bytes = Array(address.utf8)[...]
    if bytes.first == UInt8(ascii: "/") || bytes.starts(with: "local:".utf8)
      || bytes.first("$(") != nil
    {
      let path = address.hasPrefix("local:") ? String(address.dropFirst(6)) : address
      self.init("\(path) on \(Self.volume(at: path, of: container, in: pod, namespace: namespace))")
    } else {
      self.init(Self.withoutUser(address))
    }
  }

  /// `rest:https://user:word@host/path` without the user.
  private static func withoutUser(_ address: String) -> String {
    let bytes = Array(address.utf8)[...]
    let start = bytes.first("://")?.upperBound ?? bytes.first(":")?.upperBound ?? 0
    let end = bytes[start...].firstIndex(of: UInt8(ascii: "/")) ?? bytes.endIndex
    guard let at = bytes[start..<end].lastIndex(of: UInt8(ascii: "@")) else {
      return address.inMessage(limit: 400)
    }
    return (bytes[..<start] + bytes[(at + 1)...]).text.inMessage(limit: 400)
  }

  /// What is mounted where a path is, by the longest mount path that it begins with.
  private static func volume(
    at path: String, of container: Container, in pod: Pod, namespace: String
  ) -> String {
    var best: (path: String, name: String, sub: String)?
    for mount in container[value: "volumeMounts"]?.arrayValue ?? [] {
      guard let place = mount["mountPath"]?.stringValue, let name = mount["name"]?.stringValue,
        path == place || path.hasPrefix(place.hasSuffix("/") ? place : place + "/"),
        place.utf8.count > best?.path.utf8.count ?? -1
      else { continue }
      best = (place, name, mount["subPath"]?.stringValue ?? "")
    }
    let volumes = pod[value: "spec", "volumes"]?.arrayValue ?? []
    guard let best, let volume = volumes.first(where: { $0["name"]?.stringValue == best.name })
    else { return "the container's own disk in \(namespace)" }
    let sub = best.sub.isEmpty ? "" : ", below \(best.sub)"
    if let nfs = volume["nfs"], let server = nfs["server"]?.stringValue {
      return "nfs \(server):\(nfs["path"]?.stringValue ?? "/") at \(best.path)\(sub)"
    }
    if let claim = volume["persistentVolumeClaim"]?["claimName"]?.stringValue {
      return "claim \(namespace)/\(claim) at \(best.path)\(sub)"
    }
    return "volume \(best.name) in \(namespace) at \(best.path)\(sub)"
  }

  /// `-r ADDRESS`, `--repo ADDRESS`, `--repo=ADDRESS`.
  private static func argument(of container: Container) -> String? {
    let words = container.command + container.arguments
    for (index, word) in words.enumerated() {
      if word.hasPrefix("--repo=") { return String(word.dropFirst(7)) }
      if word == "-r" || word == "--repo", index + 1 < words.count { return words[index + 1] }
    }
    return nil
  }

  /// Sixteen hexadecimal digits that stand for it in labels and names.
  public var hash: String { Hash64.text(of: description) }
}

/// FNV-1a: short names for long texts; nothing rests on it being hard to invert.
enum Hash64 {
  static func text(of text: String) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
