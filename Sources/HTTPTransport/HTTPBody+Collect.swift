extension HTTPBody {
  /// Reads the body to its end.
  ///
  /// - Parameter limit: The most bytes it may have.
  /// - Returns: All of it.
  /// - Throws: `TransportError`: what reading throws, or `tooLarge` as soon as there are more bytes than
  ///   `limit`. Drop the answer then: that closes its connection.
  public func collect(upTo limit: Int) async throws(TransportError) -> [UInt8] {
    var all: [UInt8] = []
    var iterator = makeAsyncIterator()
    while let part = try await iterator.next() {
      guard part.count <= limit - all.count else {
        throw TransportError(
          .tooLarge, "read the answer's body", "it has more than \(limit) bytes",
          mayHaveBeenSent: true)
      }
      if all.isEmpty { all = part } else { all += part }
    }
    return all
  }
}
