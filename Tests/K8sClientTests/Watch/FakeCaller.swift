import HTTPTransport
import JSONValue
import Synchronization

@testable import K8sClient

/// Carries calls to two closures.
final class FakeCaller: APICaller {
  typealias Answer = Result<JSONValue, KubernetesError>

  private let answer: @Sendable (APIRequest) -> Answer
  private let stream: @Sendable (APIRequest) -> Result<FakeStream, KubernetesError>
  private let log = Mutex<[APIRequest]>([])

  init(
    stream: @escaping @Sendable (APIRequest) -> Result<FakeStream, KubernetesError> = { _ in
      .success(FakeStream([], end: .silent))
    },
    answer: @escaping @Sendable (APIRequest) -> Answer
  ) {
    self.stream = stream
    self.answer = answer
  }

  var requests: [APIRequest] { log.withLock { $0 } }

  func send(_ request: APIRequest) async throws(KubernetesError) -> JSONValue {
    log.withLock { $0.append(request) }
    return try answer(request).get()
  }

  func open(_ request: APIRequest) async throws(KubernetesError) -> HTTPBody {
    log.withLock { $0.append(request) }
    return try stream(request).get().body
  }
}

/// A stream that gives some reads and then ends, or does not.
struct FakeStream: Sendable {
  enum End: Sendable {
    case clean
    case cut
    case silent
  }

  let body: HTTPBody

  init(_ reads: [[UInt8]], end: End) {
    let left = Mutexed(reads)
    body = HTTPBody { () throws(TransportError) in
      if let next = left.next() { return next }
      switch end {
      case .clean: return nil
      case .cut: throw TransportError(.cut, "read", "it was cut", mayHaveBeenSent: true)
      case .silent:
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        throw TransportError(.cancelled, "read", "cancelled", mayHaveBeenSent: true)
      }
    }
  }

  init(_ lines: String..., end: End) {
    self.init([Array(lines.map { $0 + "\n" }.joined().utf8)], end: end)
  }

  private final class Mutexed: Sendable {
    private let rest: Mutex<[[UInt8]]>
    init(_ reads: [[UInt8]]) { rest = Mutex(reads.filter { !$0.isEmpty }.reversed()) }
    func next() -> [UInt8]? { rest.withLock { $0.popLast() } }
  }
}

extension APIRequest {
  /// A parameter of the query.
  func value(of name: String) -> String? { query.first { $0.name == name }?.value }
}
