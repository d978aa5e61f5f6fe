import HTTPTransport
import Testing

@testable import K8sClient

@Suite struct `An error of the Kubernetes API` {
  private static func request() throws -> APIRequest {
    .evict(try ObjectPath(Pod.self, "plex-0", in: "media"))
  }

  @Test(
    arguments: [
      (400, nil, KubernetesError.Code.invalid), (401, nil, .unauthorized), (403, nil, .forbidden),
      (404, nil, .notFound), (405, nil, .invalid), (406, nil, .invalid), (413, nil, .invalid),
      (409, "AlreadyExists", .alreadyExists), (409, "Conflict", .conflict), (409, nil, .conflict),
      (410, "Expired", .expired), (410, "Gone", .expired), (415, nil, .invalid),
      (422, nil, .invalid), (429, nil, .tooManyRequests), (500, nil, .serverFailed),
      (502, nil, .serverFailed), (503, nil, .unavailable), (504, nil, .timeout),
      (599, nil, .serverFailed), (418, nil, .rejected), (301, nil, .rejected),
    ] as [(Int, String?, KubernetesError.Code)])
  func `has the code that a caller acts on`(
    status: Int, reason: String?, code: KubernetesError.Code
  ) throws {
    let error = KubernetesError(try Self.request(), Status(code: status, reason: reason))
    #expect(error.code == code)
    #expect(error.operation == "evict pod media/plex-0")
  }

  @Test(arguments: [
    (409, false), (429, false), (403, false), (500, true), (503, true), (504, true),
  ])
  func `says whether it may have happened all the same`(status: Int, isDoubtful: Bool) throws {
    let request = try Self.request()
    #expect(KubernetesError(request, Status(code: status)).mayHaveHappened == isDoubtful)
    #expect(KubernetesError(request, Status(code: status), mayHaveHappened: true).mayHaveHappened)
    let get = APIRequest.get(try ObjectPath(Pod.self, "plex-0", in: "media"))
    #expect(!KubernetesError(get, Status(code: status), mayHaveHappened: true).mayHaveHappened)
  }

  @Test func `without an answer says why there is none`() throws {
    let request = try Self.request()
    let refused = TransportError(
      .refused, "connect to 10.0.0.1:443", "connection refused", mayHaveBeenSent: false)
    let error = KubernetesError(request, refused)
    #expect(error.code == .unreachable)
    #expect(!error.mayHaveHappened)
    #expect(
      error.description
        == "evict pod media/plex-0: connect to 10.0.0.1:443: connection refused; does the API "
        + "server run, and does a NetworkPolicy or a firewall let this pod reach it?")
    let cut = TransportError(.cut, "read from 10.0.0.1:443", "ended early", mayHaveBeenSent: true)
    let doubtful = KubernetesError(request, cut)
    #expect(doubtful.mayHaveHappened)
    #expect(doubtful.description.contains("it may have happened all the same, so look before"))
    let cancelled = TransportError(.cancelled, "x", "cancelled", mayHaveBeenSent: true)
    #expect(KubernetesError(request, cancelled).code == .cancelled)
    let odd = TransportError(.malformed, "x", "no HTTP", mayHaveBeenSent: true)
    #expect(KubernetesError(request, odd).code == .malformedAnswer)
  }

  @Test func `about a name that is none says so`() {
    let error = KubernetesError(ValueError("a namespace", "A", "it is big"), "list pods")
    #expect(error.code == .invalid)
    #expect(error.description == "list pods: \"A\" is not a namespace: it is big")
  }

  /// What a recorded answer is in one line, as a log has it.
  private static func line(_ scenario: String, _ index: Int, _ operation: String) throws -> String {
    let response = try Transcript.named(scenario).exchanges[index].response
    var headers: HTTPHeaders = [:]
    for header in response.headers { headers.add(header.name, header.value) }
    let status = Status(code: response.status, headers: headers, body: response.bytes ?? [])
    let request = APIRequest(operation: operation, method: "GET", path: "/", isRepeatable: true)
    return KubernetesError(request, status).description
  }

  @Test func `names the right that is missing`() throws {
    #expect(
      try Self.line("authn-authz-errors", 4, "delete pod downloads/qbittorrent-0")
        == "delete pod downloads/qbittorrent-0: 403 Forbidden: pods \"qbittorrent-0\" is forbidden: "
        + "User \"system:serviceaccount:media:pod-restarter\" cannot delete resource \"pods\" in "
        + "API group \"\" in the namespace \"downloads\"; RBAC: a Role in downloads, bound to this "
        + "account, must allow \"delete\" on \"pods\"")
    #expect(
      try Self.line("authn-authz-errors", 2, "list pods").hasSuffix(
        "RBAC: a ClusterRole, bound to this account, must allow \"list\" on \"pods\""))
    #expect(
      try Self.line("authn-authz-errors", 7, "evict").hasSuffix(
        "a Role in media, bound to this account, must allow \"create\" on \"pods/eviction\""))
    #expect(
      try Self.line("authn-authz-errors", 8, "list jobs").hasSuffix(
        "must allow \"list\" on \"jobs\" of batch"))
    #expect(
      try Self.line("authn-authz-errors", 10, "get").hasSuffix(
        "is the ServiceAccount's token mounted?"))
    #expect(
      try Self.line("authn-authz-errors", 12, "get pod media/prowlarr-0")
        == "get pod media/prowlarr-0: 401 Unauthorized: Unauthorized; the server does not know "
        + "the credentials: has the token expired, was its ServiceAccount made anew, is this the "
        + "right cluster?")
  }

  @Test func `does not blame RBAC for what is no matter of it`() throws {
    for (scenario, index) in [
      ("admission-and-quota", 0), ("admission-and-quota", 2), ("admission-and-quota", 4),
    ] {
      #expect(try !Self.line(scenario, index, "create").contains("RBAC:"))
    }
    #expect(
      try Self.line("not-found-and-missing-namespace", 7, "create").hasSuffix(
        "; the namespace is being deleted"))
  }

  @Test func `says what to do where that is known`() throws {
    #expect(
      try Self.line("crd-not-installed", 0, "list volsyncmonitors")
        == "list volsyncmonitors: 404 Not Found: 404 page not found; the server has no such API: "
        + "is the CRD installed, in this version?")
    #expect(
      try Self.line("custom-resource-lifecycle", 5, "get x")
        == "get x: 404 NotFound: volsyncmonitors.homelab.rafaribe.com \"nosuch\" not found")
    #expect(
      try Self.line("pod-eviction", 3, "evict pod media/sonarr")
        == "evict pod media/sonarr: 429 TooManyRequests: Cannot evict pod as it would violate the "
        + "pod's disruption budget. (The disruption budget sonarr needs 1 healthy pods and has 1 "
        + "currently); wait until the other pods of the budget are ready, or look at it: kubectl "
        + "get poddisruptionbudgets")
    #expect(
      try Self.line("apiserver-graceful-shutdown", 3, "list")
        == "list: 429 Too Many Requests: The apiserver is shutting down, please try again later.; "
        + "the server wants to be left alone for 5s")
    #expect(try Self.line("resourceversion-too-large", 0, "list").hasSuffix("backup: list again"))
    let empty = KubernetesError(try Self.request(), Status(code: 503))
    #expect(empty.description.contains("503 Service Unavailable, without a word of why; it may"))
  }

  @Test func `is one line, whatever the server said`() throws {
    for transcript in Transcript.all {
      for (index, exchange) in transcript.exchanges.enumerated()
      where exchange.response.status >= 400 {
        let line = try Self.line(transcript.scenario, index, exchange.name)
        #expect(!line.utf8.contains { $0 < 0x20 }, "\(line)")
        #expect(line.utf8.count < 6000)
      }
    }
  }
}
