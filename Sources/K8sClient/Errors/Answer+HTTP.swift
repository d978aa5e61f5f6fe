public import HTTPTransport

extension Status {
  /// Reads what an answer that is no success says. Never fails: what is no Status gives its text,
  /// what is no text gives its length.
  ///
  /// - Parameters:
  ///   - code: The HTTP status code; it counts, whatever the body says.
  ///   - headers: The fields of the answer. The type of the content is not believed: servers send
  ///     JSON as text and text as JSON.
  ///   - body: The body, or its begin.
  public init(code: Int, headers: HTTPHeaders, body: [UInt8]) {
    self.init(code: code, body: body)
    let wait = headers["Retry-After"].flatMap { RetryAfter.read($0, date: headers["Date"]) }
    if let wait { retryAfter = wait }
  }
}

extension APIWarning {
  /// The warnings of an answer: fields `Warning: 299 - "…"`, of which one may hold several.
  ///
  /// - Parameter headers: The fields of the answer.
  /// - Returns: The warnings in their order, each once; what has another form is passed over.
  public static func read(_ headers: HTTPHeaders) -> [APIWarning] {
    read(headers.values(of: "Warning"))
  }
}
