import JSONValue
import Testing

@testable import K8sClient

@Suite struct `A request that was recorded` {
  /// Requests that nobody can build here, each for a reason: they were made to see what the server
  /// says to what is wrong, or they say in another way what a builder says in its own.
  static let unsupported: [String: [String]] = [
    "health, discovery and metrics have no builder": [
      "apiserver-graceful-shutdown 1", "apiserver-starting 0", "apiserver-starting 3",
      "apiserver-starting 4", "apiserver-starting 5", "authn-authz-errors 9", "backend-frozen 4",
      "discovery-version-health 1", "discovery-version-health 2", "discovery-version-health 3",
      "discovery-version-health 4", "discovery-version-health 5", "discovery-version-health 6",
      "discovery-version-health 7", "discovery-version-health 8", "discovery-version-health 9",
      "discovery-version-health 11",
    ],
    "reviews besides that of access have no builder": [
      "access-review-self 8", "access-review-self 10", "access-review-self 11",
    ],
    "the deadline of a request is the client's": [
      "backend-frozen 0", "backend-frozen 1", "backend-frozen 2", "backend-frozen 5",
    ],
    "options of a deletion are in its body": [
      "dry-run 4", "job-delete-propagation 12", "job-failing-watch 2", "pod-delete-grace-period 3",
      "pod-delete-grace-period 4", "pod-delete-grace-period 8", "pod-delete-grace-period 10",
    ],
    "what has no sense cannot be asked for": [
      "list-pagination 5", "list-pagination 8", "list-selectors 9", "list-selectors 10",
      "list-selectors 12", "pod-delete-grace-period 14", "pod-delete-grace-period 15",
      "pod-eviction 9", "pod-log 7", "pod-log 8", "pod-log 11", "request-errors 12",
      "request-errors 13", "request-errors 17", "server-side-apply 0", "watch-streaming-list 3",
      "watch-streaming-list 4", "watch-streaming-list 5",
    ],
    "bodies are JSON, and say what they are": [
      "custom-resource-invalid 6", "deployment-restart 8", "request-errors 0", "request-errors 1",
      "request-errors 2", "request-errors 9", "request-errors 10", "request-errors 14",
      "request-errors 20",
    ],
    "answers in other forms are not asked for": [
      "list-selectors 11", "pod-log 9", "pod-log 10", "request-errors 11",
    ],
  ]

  @Test func `is what a builder makes of its meaning`() throws {
    let unsupported = Set(Self.unsupported.values.joined())
    var rebuilt = 0
    for transcript in Transcript.all {
      for exchange in transcript.exchanges {
        let isSupported = !unsupported.contains(exchange.name)
        let recorded = exchange.request
        do {
          let request = try RebuiltRequest.make(recorded)
          let isSame = Self.isSame(request, recorded)
          #expect(
            isSame == isSupported,
            "\(exchange.testDescription) \(recorded.query) became \(request.target)")
          if isSame { rebuilt += 1 }
        } catch {
          #expect(!isSupported, "\(exchange.testDescription): \(error)")
        }
      }
    }
    let count = Transcript.all.map(\.exchanges.count).reduce(0, +)
    #expect(count > 400, "the transcripts are there")
    #expect(rebuilt == count - unsupported.count, "every name above is that of an exchange")
  }

  private static func isSame(_ request: APIRequest, _ recorded: Exchange.Request) -> Bool {
    let query = request.query.map { Exchange.Pair(name: $0.name, value: $0.value) }
    return request.method == recorded.method && request.path == recorded.path
      && query.count == recorded.query.count && Set(query) == Set(recorded.query)
      && request.body == recorded.body
      && (request.body == nil || request.contentType == recorded.contentType)
      && request.accept == recorded.accept
  }
}
