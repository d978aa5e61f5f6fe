import JSONValue
import Testing

@testable import K8sClient

@Suite struct `A request that was recorded` {
  /// Requests that nobody can build here, each for a reason: they were made to see what the server
  /// says to what is wrong, or they say in another way what a builder says in its own.
  static let unsupported: [String: String] = [:]

  @Test func `is what a builder makes of its meaning`() throws {
    var rebuilt = 0
    for transcript in Transcript.all {
      for exchange in transcript.exchanges {
        let reason = Self.unsupported[exchange.name]
        let recorded = exchange.request
        do {
          let request = try RebuiltRequest.make(recorded)
          let isSame = Self.isSame(request, recorded)
          #expect(
            isSame == (reason == nil),
            "\(exchange.testDescription) \(recorded.query) became \(request.target) \(request.body ?? .null)")
          if isSame { rebuilt += 1 }
        } catch {
          #expect(reason != nil, "\(exchange.testDescription): \(error)")
        }
      }
    }
    #expect(rebuilt > 300)
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
