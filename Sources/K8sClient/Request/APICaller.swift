public import HTTPTransport
public import JSONValue

/// Who carries calls to an API server: a `Cluster`, or a fake in tests.
public protocol APICaller: Sendable {
  /// Makes one call and reads its answer whole.
  ///
  /// - Parameter request: The call.
  /// - Returns: The answer's JSON; `.null` where the answer has no body.
  /// - Throws: `KubernetesError` for every status that is not 2xx, and where no answer came.
  func send(_ request: APIRequest) async throws(KubernetesError) -> JSONValue

  /// Makes one call whose answer is read piece by piece.
  ///
  /// - Parameter request: The call: a watch, or the log of a container.
  /// - Returns: The body, once its head has come with a status of 2xx.
  /// - Throws: `KubernetesError` for every status that is not 2xx, and where no answer came.
  func open(_ request: APIRequest) async throws(KubernetesError) -> HTTPBody
}
