extension DecodingError {
  /// Place and message for a human: `mounts[1].failureThreshold: expected a number, found "3"`.
  ///
  /// A missing key is named with its place; at the root there is only the message.
  public var message: String {
    let (context, key): (Context, (any CodingKey)?) =
      switch self {
      case .typeMismatch(_, let context): (context, nil)
      case .valueNotFound(_, let context): (context, nil)
      case .keyNotFound(let key, let context): (context, key)
      case .dataCorrupted(let context): (context, nil)
      @unknown default: (Context(codingPath: [], debugDescription: "\(self)"), nil)
      }
    let path = JSONPath(context.codingPath + (key.map { [$0] } ?? []))
    let text = key == nil ? context.debugDescription : "this key is missing"
    return path.isEmpty ? text : "\(path): \(text)"
  }
}
