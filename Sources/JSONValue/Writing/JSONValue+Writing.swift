extension JSONValue {
  /// The value as JSON in UTF-8.
  ///
  /// Parsing the bytes gives back an equal value. Only quotes, backslashes and characters below
  /// U+0020 are escaped; all others, U+2028 included, stand as they are.
  ///
  /// - Parameter options: How the text looks; on one line unless told.
  /// - Returns: The bytes, without a line feed at the end.
  public func bytes(_ options: JSONWriter.Options = .compact) -> [UInt8] {
    var writer = JSONWriter(options: options)
    writer.write(self)
    return writer.output
  }

  /// The value as JSON text, by the rules of ``bytes(_:)``.
  ///
  /// - Parameter options: How the text looks; on one line unless told.
  /// - Returns: The text, without a line feed at the end.
  public func text(_ options: JSONWriter.Options = .compact) -> String {
    String(decoding: bytes(options), as: UTF8.self)
  }

  /// Appends the value as JSON in UTF-8, by the rules of ``bytes(_:)``.
  ///
  /// - Parameters:
  ///   - output: The bytes to append to.
  ///   - options: How the text looks; on one line unless told.
  public func write(to output: inout [UInt8], _ options: JSONWriter.Options = .compact) {
    var buffer: [UInt8] = []
    swap(&buffer, &output)  // The writer owns the only reference, so it appends in place.
    var writer = JSONWriter(options: options, output: buffer)
    buffer = []
    writer.write(self)
    output = writer.output
  }
}

extension JSONValue: CustomStringConvertible {
  /// The value as compact JSON text.
  public var description: String { text() }
}
