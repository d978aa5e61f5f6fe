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
  public var isRepeatable: Bool

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
}
