extension ClusterAccess {
  /// Where Kubernetes puts the credentials of a pod's service account.
  public static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

  /// Whether this program seems to run in a pod: Kubernetes named its API server in the environment.
  ///
  /// - Parameter surroundings: Where to look.
  /// - Returns: Whether `KUBERNETES_SERVICE_HOST` is there.
  public static func isInCluster(_ surroundings: Surroundings) -> Bool {
    surroundings.variable("KUBERNETES_SERVICE_HOST") != nil
  }

  /// Access as the service account of the pod that this program runs in.
  ///
  /// - Parameters:
  ///   - surroundings: Where to look.
  ///   - directory: Where the credentials of the service account are.
  /// - Returns: Access whose token and authorities are read again when they are replaced.
  /// - Throws: `AccessError` with all pieces that are missing or unusable.
  public static func inCluster(
    _ surroundings: Surroundings, directory: String = serviceAccountDirectory
  ) throws(AccessError) -> ClusterAccess {
    let operation = "find access in the cluster"
    var faults: [String] = []
    var warnings: [String] = []
    let server = inClusterServer(surroundings, &faults)
    let files = ServiceAccountFiles(directory: directory, surroundings: surroundings)
    if let fault = files.fault(
      of: "token", limit: BearerToken.maximumBytes,
      { bytes throws(Refusal) in
        _ = try BearerToken.read(bytes)
      })
    {
      faults.append(fault)
    }
    if let fault = files.fault(
      of: "ca.crt", limit: PEM.maximumBytes,
      { bytes throws(Refusal) in
        _ = try PEM.certificates(bytes)
      })
    {
      faults.append(fault)
    }
    var namespace: Namespace?
    if let fault = files.fault(
      of: "namespace", limit: 1024,
      { bytes throws(Refusal) in
        namespace = try Self.namespace(bytes)
      })
    {
      namespace = surroundings.variable("POD_NAMESPACE").flatMap { try? Namespace($0) }
      if namespace == nil { faults.append(fault) } else { warnings.append(fault) }
    }
    guard let server, let namespace, faults.isEmpty else { throw AccessError(operation, faults) }
    return ClusterAccess(
      server: server, trust: .authorities(.file(files.path("ca.crt"))),
      credentials: .presented(token: .file(files.path("token")), certificate: nil),
      namespace: namespace,
      origins: [
        Origin("server", "KUBERNETES_SERVICE_HOST"),
        Origin("token", files.path("token")),
        Origin("authorities", files.path("ca.crt")),
        Origin("namespace", warnings.isEmpty ? files.path("namespace") : "POD_NAMESPACE"),
      ],
      warnings: warnings)
  }

  private static func inClusterServer(
    _ surroundings: Surroundings, _ faults: inout [String]
  ) -> ServerEndpoint? {
    guard let host = surroundings.variable("KUBERNETES_SERVICE_HOST") else {
      faults.append(
        "KUBERNETES_SERVICE_HOST: is not set; Kubernetes sets it in each container, so this is "
          + "no pod, or something cleared the environment")
      return nil
    }
    let names = ["KUBERNETES_SERVICE_PORT_HTTPS", "KUBERNETES_SERVICE_PORT"]
    guard let name = names.first(where: { surroundings.variable($0) != nil }),
      let text = surroundings.variable(name)
    else {
      faults.append("KUBERNETES_SERVICE_PORT: is not set beside KUBERNETES_SERVICE_HOST")
      return nil
    }
    guard let port = ServerEndpoint.port(text) else {
      faults.append("\(name): \(Shown.quoted(text)) is no port")
      return nil
    }
    do throws(AccessError) {
      return try ServerEndpoint(host: host, port: port)
    } catch {
      faults += error.faults.map { "KUBERNETES_SERVICE_HOST: \($0)" }
      return nil
    }
  }

  private static func namespace(_ bytes: [UInt8]) throws(Refusal) -> Namespace {
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count == 1, let name = try? Namespace(String(words[0])) else {
      throw Refusal("holds no name of a namespace")
    }
    return name
  }
}

/// The files of a service account.
private struct ServiceAccountFiles {
  let directory: String
  let surroundings: Surroundings

  func path(_ name: String) -> String { "\(directory)/\(name)" }

  /// What is wrong with a file, and what to do about it.
  func fault(
    of name: String, limit: Int, _ take: ([UInt8]) throws(Refusal) -> Void
  ) -> String? {
    do throws(FileError) {
      let bytes = try surroundings.files.read(path(name), limit)
      do throws(Refusal) {
        try take(bytes)
        return nil
      } catch {
        return "\(path(name)): \(error.reason)"
      }
    } catch .absent {
      return "\(path(name)): there is no such file; the pod and its service account must not set "
        + "automountServiceAccountToken to false, or this container mounts a projected volume there"
    } catch .denied {
      return "\(path(name)): permission to read it is denied; set fsGroup in the pod's "
        + "securityContext, or run as the user that the volume's files belong to"
    } catch {
      return "\(path(name)): \(error)"
    }
  }
}

/// What uids look like.
enum UUIDText {
  /// A UUID, as uids are: small letters or large.
  static func isValid(_ text: some StringProtocol) -> Bool {
    let parts = text.utf8.split(separator: 0x2D, omittingEmptySubsequences: false)
    return parts.map(\.count) == [8, 4, 4, 4, 12]
      && parts.allSatisfy { $0.allSatisfy(InternetHost.isHexDigit) }
  }
}
