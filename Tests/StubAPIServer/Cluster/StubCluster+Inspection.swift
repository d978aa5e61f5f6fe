extension StubCluster {
  /// Looks for what a client should not do, although the real server may let it pass.
  mutating func inspect(_ request: StubRequest, _ target: RequestTarget) throws(Refusal) {
    var found = Self.faults(of: request, target)
    if forbidsSecrets, let address = ResourceAddress(target.segments), address.group.isEmpty,
      address.plural == "secrets"
    {
      found.append("a request for Secrets")
    }
    for rule in found {
      violations.append(
        StubViolation(rule: rule, line: "\(request.method) \(request.target)"))
    }
    guard refusesViolations, let first = found.first else { return }
    throw .badRequest("the stub API server refuses this request: \(first)")
  }

  private static func faults(of request: StubRequest, _ target: RequestTarget) -> [String] {
    var faults: [String] = []
    if (request.header("User-Agent") ?? "").isEmpty { faults.append("no User-Agent") }
    let accept = request.header("Accept") ?? ""
    if accept.isEmpty { faults.append("no Accept") }
    let hasBody = !request.body.isEmpty
    if hasBody, ["GET", "HEAD"].contains(request.method) { faults.append("a body on GET") }
    if hasBody, request.header("Content-Type") == nil {
      faults.append("a body without Content-Type")
    }
    if let credentials = request.header("Authorization"), !credentials.hasPrefix("Bearer ") {
      faults.append("an Authorization that is no Bearer token")
    }
    if target.path.contains("//") || (target.path.hasSuffix("/") && target.path != "/") {
      faults.append("an empty path segment")
    }
    return faults + queryFaults(request, target)
  }

  private static func queryFaults(_ request: StubRequest, _ target: RequestTarget) -> [String] {
    var faults: [String] = []
    let known = parameters(request.method, ResourceAddress(target.segments))
    var seen: Set<String> = []
    for item in target.query {
      if !known.contains(item.name) { faults.append("the unknown parameter \(item.name)") }
      if !seen.insert(item.name).inserted { faults.append("the parameter \(item.name) twice") }
      let isPlain = item.raw.utf8.allSatisfy { byte in
        let isWord =
          (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
          || (0x61...0x7A).contains(byte)
        return isWord || "-._~%/,:;@".utf8.contains(byte)
      }
      if !isPlain { faults.append("\(item.name) is not percent-encoded") }
    }
    return faults
  }

  /// What a request may name in its query.
  private static func parameters(_ method: String, _ address: ResourceAddress?) -> Set<String> {
    guard let address else { return ["verbose", "exclude", "timeout"] }
    if address.subresource == "log" {
      return [
        "container", "follow", "previous", "sinceSeconds", "sinceTime", "timestamps", "tailLines",
        "limitBytes", "insecureSkipTLSVerifyBackend", "stream",
      ]
    }
    let write: Set<String> = ["dryRun", "fieldManager", "fieldValidation", "timeout", "pretty"]
    let list: Set<String> = [
      "labelSelector", "fieldSelector", "limit", "continue", "resourceVersion",
      "resourceVersionMatch", "timeoutSeconds", "watch", "allowWatchBookmarks",
      "sendInitialEvents", "timeout", "pretty",
    ]
    let delete: Set<String> = [
      "dryRun", "gracePeriodSeconds", "propagationPolicy", "orphanDependents", "timeout", "pretty",
    ]
    switch (method, address.name) {
    case ("GET", nil): return list
    case ("GET", _?): return ["resourceVersion", "timeout", "pretty"]
    case ("POST", _), ("PUT", _): return write
    case ("PATCH", _): return write.union(["force"])
    case ("DELETE", nil): return delete.union(list)
    default: return delete
    }
  }
}
