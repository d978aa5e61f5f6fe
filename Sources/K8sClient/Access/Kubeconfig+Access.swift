import JSONValue

extension Kubeconfig {
  /// The access that a context describes.
  ///
  /// - Parameters:
  ///   - name: The context; `nil` for the current one.
  ///   - surroundings: The files that it refers to.
  /// - Returns: The access.
  /// - Throws: `AccessError` with each fault of the context, its cluster and its user: the file, the key
  ///   path, what is wrong.
  public func access(
    context name: String? = nil, in surroundings: Surroundings
  ) throws(AccessError) -> ClusterAccess {
    var reader = ContextReader(kubeconfig: self, surroundings: surroundings)
    guard let access = reader.read(name), reader.faults.isEmpty else {
      throw AccessError("use the kubeconfig", reader.faults)
    }
    return access
  }
}

/// Reads one context with its cluster and its user, and gathers what is wrong.
private struct ContextReader {
  let kubeconfig: Kubeconfig
  let surroundings: Surroundings
  var faults: [String] = []
  var warnings: [String] = []
  var origins: [ClusterAccess.Origin] = []

  init(kubeconfig: Kubeconfig, surroundings: Surroundings) {
    self.kubeconfig = kubeconfig
    self.surroundings = surroundings
    warnings = kubeconfig.warnings
  }

  mutating func read(_ name: String?) -> ClusterAccess? {
    guard let name = name ?? kubeconfig.currentContext?.name else {
      faults.append(
        "current-context: is not set; name a context of \(known(.contexts)), or set it by "
          + "kubectl config use-context")
      return nil
    }
    guard let context = kubeconfig.entry(.contexts, name) else {
      faults.append("there is no context \(Shown.quoted(name)); there is \(known(.contexts))")
      return nil
    }
    var fields = FieldReader(context)
    let namespace = namespace(&fields)
    let cluster = entry(.clusters, &fields, "cluster")
    let user = fields.has("user") ? entry(.users, &fields, "user") : nil
    faults += fields.faults
    guard let cluster else { return nil }
    var clusterFields = FieldReader(cluster)
    let server = server(&clusterFields)
    let trust = trust(&clusterFields)
    let serverName = clusterFields.string("tls-server-name")
    faults += clusterFields.faults
    var credentials = ClientCredentials.none
    if let user { credentials = self.credentials(user, of: cluster) }
    guard let server else { return nil }
    return ClusterAccess(
      server: server, trust: trust, serverName: serverName, credentials: credentials,
      namespace: namespace, origins: origins, warnings: warnings)
  }

  private func namespace(_ fields: inout FieldReader) -> Namespace? {
    guard let text = fields.string("namespace"), !text.isEmpty else { return nil }
    do throws(ValueError) {
      return try Namespace(text)
    } catch {
      fields.fault("namespace", error.description)
      return nil
    }
  }

  private func known(_ kind: Kubeconfig.Kind) -> String {
    let names = (kubeconfig.entries[kind] ?? [:]).keys.sorted()
    guard !names.isEmpty else { return "none in \(kubeconfig.files.map { Shown.text($0) })" }
    return names.prefix(8).map { Shown.quoted($0) }.joined(separator: ", ")
      + (names.count > 8 ? ", …" : "")
  }

  private func entry(
    _ kind: Kubeconfig.Kind, _ fields: inout FieldReader, _ key: String
  ) -> Kubeconfig.Entry? {
    guard let name = fields.string(key), !name.isEmpty else {
      fields.fault(key, "is missing")
      return nil
    }
    guard let entry = kubeconfig.entry(kind, name) else {
      fields.fault(key, "there is no \(key) \(Shown.quoted(name)); there is \(known(kind))")
      return nil
    }
    return entry
  }

  private mutating func server(_ fields: inout FieldReader) -> ServerEndpoint? {
    if fields.string("proxy-url") != nil {
      fields.fault("proxy-url", "proxies are not supported; reach the server without one")
    }
    guard fields.has("server") else {
      fields.fault("server", "is missing")
      return nil
    }
    guard let url = fields.string("server") else { return nil }
    do throws(AccessError) {
      let server = try ServerEndpoint(url: url)
      origins.append(.init("server", fields.entry.place("server")))
      return server
    } catch {
      for reason in error.faults { fields.fault("server", reason) }
      return nil
    }
  }

  private mutating func trust(_ fields: inout FieldReader) -> ServerTrust {
    let key = "certificate-authority"
    let authorities = fields.material(key, data: key + "-data")
    if fields.bool("insecure-skip-tls-verify") == true {
      if authorities != nil {
        fields.fault("insecure-skip-tls-verify", "cannot stand beside \(key): remove one of them")
      }
      warnings.append(
        "\(fields.entry.place("insecure-skip-tls-verify")): whoever answers is believed, and is told "
          + "the token; set \(key) instead")
      return .anything
    }
    guard let authorities else { return .system }
    let check = MaterialCheck(surroundings: surroundings)
    faults += check.authorities(authorities.material, authorities.place)
    origins.append(.init("authorities", authorities.place))
    return .authorities(authorities.material)
  }

  private mutating func credentials(
    _ user: Kubeconfig.Entry, of cluster: Kubeconfig.Entry
  ) -> ClientCredentials {
    var fields = FieldReader(user)
    defer { faults += fields.faults }
    refuseWhatIsNotSupported(&fields)
    let token = token(&fields)
    let certificate = certificate(&fields)
    guard let exec = fields.object("exec") else {
      return token == nil && certificate == nil
        ? .none : .presented(token: token, certificate: certificate)
    }
    if token != nil || certificate != nil {
      fields.fault(
        "exec", "cannot stand beside a token or a client certificate: remove one of them")
    }
    var execFields = FieldReader(exec)
    let plugin = ExecPlugin.read(&execFields, cluster: cluster)
    faults += execFields.faults
    guard let plugin else { return .none }
    if plugin.locate(in: surroundings) == nil {
      execFields = FieldReader(exec)
      execFields.fault("command", plugin.notFoundWords)
      faults += execFields.faults
    }
    origins.append(.init("credentials", "\(user.place("exec")) (\(plugin.command))"))
    return .plugin(plugin)
  }

  private func refuseWhatIsNotSupported(_ fields: inout FieldReader) {
    if let provider = fields.object("auth-provider") {
      let name = provider.json["name"]?.stringValue.map { " \(Shown.quoted($0))" } ?? ""
      fields.fault(
        "auth-provider", "the provider\(name) was removed from Kubernetes 1.26: use exec instead")
    }
    for key in ["username", "password"] where fields.string(key) != nil {
      fields.fault(
        key, "API servers take no passwords since Kubernetes 1.19: use a token or a certificate")
    }
    for key in ["as", "as-uid", "as-groups", "as-user-extra"] where fields.has(key) {
      fields.fault(
        key, "impersonation is not supported; without it more would be allowed than meant")
    }
  }

  private mutating func token(_ fields: inout FieldReader) -> Material? {
    // As in kubectl, the file counts where both are given.
    let found: (key: String, material: Material)? =
      if let path = fields.path("tokenFile") {
        ("tokenFile", .file(path))
      } else if let token = fields.string("token"), !token.isEmpty {
        ("token", .given(Secret(token)))
      } else {
        nil
      }
    guard let found else { return nil }
    let place = fields.entry.place(found.key)
    faults += MaterialCheck(surroundings: surroundings).token(found.material, place)
    origins.append(.init("token", place))
    return found.material
  }

  private mutating func certificate(_ fields: inout FieldReader) -> CertificateMaterial? {
    let chain = fields.material("client-certificate", data: "client-certificate-data")
    let key = fields.material("client-key", data: "client-key-data")
    guard chain != nil || key != nil else { return nil }
    guard let chain, let key else {
      let (missing, present) =
        chain == nil
        ? ("client-certificate", "client-key") : ("client-key", "client-certificate")
      fields.fault(missing, "is missing beside \(present)")
      return nil
    }
    let check = MaterialCheck(surroundings: surroundings)
    faults += check.authorities(chain.material, chain.place)
    faults += check.key(key.material, key.place)
    origins.append(.init("client certificate", chain.place))
    return CertificateMaterial(chain: chain.material, key: key.material)
  }
}
