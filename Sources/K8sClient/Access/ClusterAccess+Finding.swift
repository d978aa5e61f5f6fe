/// Where access to a cluster is looked for.
public enum AccessChoice: Hashable, Sendable {
  /// The kubeconfig that `KUBECONFIG` names; else the pod's service account; else `~/.kube/config`.
  case automatic
  /// The pod's service account.
  case inCluster
  /// A kubeconfig: that of `path`, or the files of `KUBECONFIG`, or `~/.kube/config`; `context` or its
  /// current one.
  case kubeconfig(path: String?, context: String?)
  /// A server, with a token and authorities from files; without authorities those of the system.
  case server(url: String, tokenFile: String?, caFile: String?, namespace: String?)
}

extension ClusterAccess {
  /// Finds access to a cluster.
  ///
  /// - Parameters:
  ///   - choice: Where to look.
  ///   - surroundings: Environment and files.
  /// - Returns: The access, with what is odd about it in `warnings`.
  /// - Throws: `AccessError` with all that is missing or unusable.
  public static func find(
    _ choice: AccessChoice = .automatic, in surroundings: Surroundings
  ) throws(AccessError) -> ClusterAccess {
    switch choice {
    case .automatic: try automatic(surroundings)
    case .inCluster: try inCluster(surroundings)
    case .kubeconfig(let path, let context):
      try Kubeconfig.read(path, in: surroundings).access(context: context, in: surroundings)
    case .server(let url, let tokenFile, let caFile, let namespace):
      try explicit(
        url, tokenFile: tokenFile, caFile: caFile, namespace: namespace, in: surroundings)
    }
  }

  private static func automatic(_ surroundings: Surroundings) throws(AccessError) -> ClusterAccess {
    if surroundings.variable("KUBECONFIG") == nil {
      if isInCluster(surroundings) { return try inCluster(surroundings) }
      guard let path = Kubeconfig.homePath(surroundings),
        surroundings.files.stamp(path) != nil
      else {
        throw AccessError(
          "find access to a cluster",
          "KUBECONFIG and KUBERNETES_SERVICE_HOST are not set, and there is no ~/.kube/config; "
            + "name a kubeconfig or a server")
      }
    }
    return try Kubeconfig.read(nil, in: surroundings).access(context: nil, in: surroundings)
  }

  private static func explicit(
    _ url: String, tokenFile: String?, caFile: String?, namespace: String?,
    in surroundings: Surroundings
  ) throws(AccessError) -> ClusterAccess {
    var faults: [String] = []
    var server: ServerEndpoint?
    do throws(AccessError) {
      server = try ServerEndpoint(url: url)
    } catch {
      faults += error.faults
    }
    let check = MaterialCheck(surroundings: surroundings)
    if let tokenFile { faults += check.token(.file(tokenFile), "token file") }
    if let caFile { faults += check.authorities(.file(caFile), "authorities") }
    var place: Namespace?
    do throws(ValueError) {
      place = try namespace.map { text throws(ValueError) in try Namespace(text) }
    } catch {
      faults.append(error.description)
    }
    guard let server, faults.isEmpty else {
      throw AccessError("use the server that was named", faults)
    }
    var origins = [Origin("server", "the server that was named")]
    if let tokenFile { origins.append(Origin("token", tokenFile)) }
    if let caFile { origins.append(Origin("authorities", caFile)) }
    return ClusterAccess(
      server: server, trust: caFile.map { .authorities(.file($0)) } ?? .system,
      credentials: tokenFile.map { .presented(token: .file($0), certificate: nil) } ?? .none,
      namespace: place, origins: origins)
  }
}

/// Looks at material once, when access is found: what is unusable is said then, not at the first call.
struct MaterialCheck {
  let surroundings: Surroundings

  func token(_ material: Material, _ place: String) -> [String] {
    faults(material, place, BearerToken.maximumBytes) { bytes throws(Refusal) in
      _ = try BearerToken.read(bytes)
    }
  }

  func authorities(_ material: Material, _ place: String) -> [String] {
    faults(material, place, PEM.maximumBytes) { bytes throws(Refusal) in
      _ = try PEM.certificates(bytes)
    }
  }

  func key(_ material: Material, _ place: String) -> [String] {
    faults(material, place, PEM.maximumBytes) { bytes throws(Refusal) in _ = try PEM.key(bytes) }
  }

  private func faults(
    _ material: Material, _ place: String, _ limit: Int,
    _ take: ([UInt8]) throws(Refusal) -> Void
  ) -> [String] {
    do throws(Refusal) {
      try take(try material.bytes(limit: limit, in: surroundings.files))
      return []
    } catch {
      return ["\(place): \(error.reason)"]
    }
  }
}

extension Material {
  /// The content now.
  func bytes(limit: Int, in files: Files) throws(Refusal) -> [UInt8] {
    switch self {
    case .given(let secret): return Array(secret.exposed.utf8)
    case .file(let path):
      do throws(FileError) {
        return try files.read(path, limit)
      } catch {
        throw Refusal("\(Shown.text(path)): \(error)")
      }
    }
  }
}
