import JSONValue

extension KubernetesError {
  /// What an event of the kind `ERROR` says.
  ///
  /// - Parameters:
  ///   - object: The object of the event: a Status, as a rule.
  ///   - operation: What was done.
  init(watchFailure object: JSONValue, _ operation: String) {
    let details = object["details"]
    let status = Status(
      code: object["code"]?.intValue ?? 500,
      reason: object["reason"]?.stringValue,
      message: (object["message"]?.stringValue ?? object.text()).plain(limit: 1024),
      causes: (details?["causes"]?.arrayValue ?? []).prefix(16).map { cause in
        Status.Cause(
          reason: cause["reason"]?.stringValue, message: cause["message"]?.stringValue,
          field: cause["field"]?.stringValue)
      },
      retryAfter: details?["retryAfterSeconds"]?.intValue.map { .seconds($0) })
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
