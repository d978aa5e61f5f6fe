public import JSONValue

/// One call of the Kubernetes API, built without I/O.
public struct APIRequest: Hashable, Sendable {
  /// What is done, for people and for errors: `evict pod media/plex-0`.
  public var operation: String
  /// The HTTP method.
  public var method: String
  /// The path, encoded, without a query.
  public var path: String
  /// The query, in its order, not encoded.
  public var query: [QueryItem]
  /// What is sent, if anything.
  public var body: JSONValue?
  /// What `body` is: `application/json`, or one of the patch types.
  public var contentType: String
  /// What is accepted as the answer.
  public var accept: String
  /// Whether the answer comes piece by piece, for as long as it takes: a watch, a log that is followed.
  public var isStream: Bool
  /// Whether sending it twice does no more than sending it once.
  ///
  /// Such are: every read; whatever stores nothing (a dry run, a question about access); a PUT and a
  /// patch that name the resource version; a DELETE and an eviction that name the uid or the
  /// version. Their second answer may be another one, 404 or 409, and `KubernetesError`
  /// says by `mayHaveHappened` that an earlier try may be why.
  ///
  /// Such are not: POST, for there may be two objects then; a DELETE by name, which may hit the
  /// successor; a PUT or a patch of no version, which may undo what others did in between.
  public var isRepeatable: Bool
  /// Whether nothing is stored, whatever the answer.
  public var isReadOnly: Bool

  /// One parameter of a query.
  public struct QueryItem: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its value, not encoded.
    public var value: String

    /// A parameter.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A call of a path that has no builder here, such as `/version`.
  ///
  /// - Parameters:
  ///   - operation: What is done, for people.
  ///   - method: The HTTP method.
  ///   - path: The path, encoded, without a query; begins with a slash.
  ///   - query: The query, not encoded.
  ///   - body: What is sent, if anything.
  ///   - contentType: What `body` is.
  ///   - accept: What is accepted as the answer.
  ///   - isStream: Whether the answer comes for as long as it takes.
  ///   - isRepeatable: Whether sending it twice does no more than sending it once.
  ///   - isReadOnly: Whether nothing is stored; unless told, what is repeatable and a GET or HEAD.
  public init(
    operation: String, method: String, path: String, query: [QueryItem] = [],
    body: JSONValue? = nil, contentType: String = MediaType.json, accept: String = MediaType.json,
    isStream: Bool = false, isRepeatable: Bool, isReadOnly: Bool? = nil
  ) {
    self.operation = operation
    self.method = method
    self.path = path
    self.query = query
    self.body = body
    self.contentType = contentType
    self.accept = accept
    self.isStream = isStream
    self.isRepeatable = isRepeatable
    self.isReadOnly = isReadOnly ?? (method == "GET" || method == "HEAD")
  }
}
