/// Which pod this program runs in.
public struct PodIdentity: Hashable, Sendable, CustomStringConvertible {
  /// The namespace of the pod.
  public let namespace: Namespace
  /// The name of the pod. A later pod may have the same one.
  public let name: ObjectName
  /// The uid of the pod: no other has it, ever.
  public let uid: UID
  /// The service account, where the token tells.
  public let serviceAccount: String?

  /// An identity that is known.
  ///
  /// - Parameters:
  ///   - namespace: The namespace of the pod.
  ///   - name: The name of the pod.
  ///   - uid: The uid of the pod.
  ///   - serviceAccount: The service account.
  public init(
    namespace: Namespace, name: ObjectName, uid: UID, serviceAccount: String? = nil
  ) {
    self.namespace = namespace
    self.name = name
    self.uid = uid
    self.serviceAccount = serviceAccount
  }

  /// Namespace, name and uid.
  public var description: String { "pod \(namespace)/\(name) (uid \(uid))" }
}

extension PodIdentity {
  /// Finds out from all that can tell: the environment (`POD_NAMESPACE`, `POD_NAME`, `POD_UID`), the
  /// claims of the service account's token, and the kubelet's mounts.
  ///
  /// What disagrees is a fault: whoever takes itself for another pod has that one deleted.
  ///
  /// - Parameters:
  ///   - environment: The variables of the environment.
  ///   - claims: What the token says; `nil` if there is none, or one that says nothing.
  ///   - mountInfo: The content of `/proc/self/mountinfo`; empty if it cannot be read.
  /// - Returns: The identity, all of whose pieces are known.
  /// - Throws: `AccessError` with each piece that is missing, malformed or told in two ways, and what
  ///   to put into the manifest.
  public static func find(
    environment: [String: String], claims: TokenClaims?, mountInfo: [UInt8]
  ) throws(AccessError) -> PodIdentity {
    // A token that is bound to no pod tells of a service account, which may be used elsewhere.
    let claims = claims?.podName == nil && claims?.podUID == nil ? nil : claims
    var search = Search()
    let namespace = search.piece(
      "namespace", "POD_NAMESPACE", environment, [("the token", claims?.namespace)]
    ) { text throws(ValueError) in try Namespace(text) }
    let name = search.piece(
      "name", "POD_NAME", environment, [("the token", claims?.podName)]
    ) { text throws(ValueError) in try ObjectName(text) }
    let uid = search.piece(
      "uid", "POD_UID", environment,
      [("the token", claims?.podUID), ("/proc/self/mountinfo", uid(inMountInfo: mountInfo))]
    ) { text throws(ValueError) in try UID(text.lowercased()) }
    guard let namespace, let name, let uid, search.faults.isEmpty else {
      throw AccessError("find out which pod this is", search.faults)
    }
    return PodIdentity(
      namespace: namespace, name: name, uid: uid, serviceAccount: claims?.serviceAccount)
  }

  /// Finds out from the environment, the token of some access and `/proc/self/mountinfo`.
  ///
  /// - Parameters:
  ///   - access: Whose token is looked at; `nil` for none.
  ///   - surroundings: Environment and files.
  /// - Returns: The identity, all of whose pieces are known.
  /// - Throws: `AccessError` as above.
  public static func find(
    _ access: ClusterAccess?, in surroundings: Surroundings
  ) throws(AccessError) -> PodIdentity {
    var claims: TokenClaims?
    if case .presented(let token?, _)? = access?.credentials,
      let bytes = try? token.bytes(limit: BearerToken.maximumBytes, in: surroundings.files),
      let secret = try? BearerToken.read(bytes)
    {
      claims = TokenClaims.read(secret)
    }
    let mounts = try? surroundings.files.read("/proc/self/mountinfo", maximumMountInfoBytes)
    return try find(
      environment: surroundings.environment, claims: claims, mountInfo: mounts ?? [])
  }

  /// The most of `/proc/self/mountinfo` that is read.
  static let maximumMountInfoBytes = 16 << 20

  /// The uid in the paths that the kubelet mounts into each container:
  /// `…/pods/<uid>/etc-hosts` at `/etc/hosts`, `…/pods/<uid>/containers/…` at
  /// `/dev/termination-log`.
  ///
  /// - Parameter text: The content of `/proc/self/mountinfo`.
  /// - Returns: `nil` where there is none, or where the mounts name two pods.
  public static func uid(inMountInfo text: [UInt8]) -> String? {
    var found: Set<String> = []
    for line in text.split(separator: 0x0A) {
      let fields = line.split(separator: 0x20, maxSplits: 5)
      guard fields.count >= 5 else { continue }
      let last: String
      if fields[4].elementsEqual("/etc/hosts".utf8) {
        last = "etc-hosts"
      } else if fields[4].elementsEqual("/dev/termination-log".utf8) {
        last = "containers"
      } else {
        continue
      }
      let steps = fields[3].split(separator: 0x2F).map { String(decoding: $0, as: UTF8.self) }
      for (index, step) in steps.enumerated().dropLast(2)
      where step == "pods" && steps[index + 2] == last && UUIDText.isValid(steps[index + 1]) {
        found.insert(steps[index + 1].lowercased())
      }
    }
    return found.count == 1 ? found.first : nil
  }

  private struct Search {
    var faults: [String] = []

    /// What all who tell a piece agree on; else a fault.
    mutating func piece<Value: Hashable & CustomStringConvertible>(
      _ what: String, _ variable: String, _ environment: [String: String],
      _ others: [(source: String, text: String?)], take: (String) throws(ValueError) -> Value
    ) -> Value? {
      var told: [(source: String, value: Value)] = []
      let faultsBefore = faults.count
      for case (let source, let text?) in [(variable, environment[variable])] + others
      where !text.isEmpty {
        do throws(ValueError) {
          told.append((source, try take(text)))
        } catch {
          faults.append("\(what): \(source) says \(error)")
        }
      }
      guard faults.count == faultsBefore else { return nil }
      guard let first = told.first?.value else {
        let sources = [variable] + others.map(\.source)
        faults.append(
          "\(what): none of \(sources.joined(separator: ", ")) tells it; set \(variable) in the "
            + "container's env from fieldRef metadata.\(what)")
        return nil
      }
      guard told.allSatisfy({ $0.value == first }) else {
        let words = told.map { "\($0.source) says \(Shown.quoted($0.value.description))" }
        faults.append(
          "\(what): \(words.joined(separator: ", ")); set \(variable) from fieldRef "
            + "metadata.\(what), not from a fixed value")
        return nil
      }
      return first
    }
  }
}
