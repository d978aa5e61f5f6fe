import JSONValue

extension KubernetesError {
  /// What an event of the kind `ERROR` says.
  ///
  /// - Parameters:
  ///   - object: The object of the event: a Status, as a rule.
  ///   - operation: What was done.
  init(watchFailure object: JSONValue, _ operation: String) {
    let status = Status(json: object)
    let code: Code
    switch (status.code, status.reason) {
    case (410, _), (_, "Expired"?), (_, "Gone"?): code = .expired
    case (401, _): code = .unauthorized
    case (403, _): code = .forbidden
    case (404, _): code = .notFound
    case (429, _): code = .tooManyRequests
    case (503, _): code = .unavailable
    case (504, _): code = .timeout
    default: code = .serverFailed
    }
    self.init(code, operation, status: status)
  }
}
