import NIOCore

extension HTTPAnswer {
  /// How one answer is sent: what depends on the request and the moment, not on the answer.
  struct Delivery: Sendable, Hashable {
    enum Connection: Sendable, Hashable {
      /// HTTP/1.1, and more requests may follow: said by saying nothing.
      case stays
      /// HTTP/1.0, and more requests may follow: must be said.
      case keepsAlive
      /// Nothing follows this answer.
      case closes
    }

    var connection: Connection
    /// A `HEAD` request: every field as for `GET`, no body.
    var withoutBody: Bool
  }

  /// Bodies up to this size are copied behind their head and leave in one system call; larger ones
  /// are shared with the route that made them.
  static let largestCopiedBody = 8 * 1024

  /// Writes the head, and the body if it is small.
  ///
  /// - Parameters:
  ///   - buffer: What is to be sent.
  ///   - delivery: How this request is to be answered.
  ///   - dateLine: A whole `Date` field with its line end, or nothing.
  /// - Returns: The body, when it is to be sent after `buffer` without a copy.
  func write(
    into buffer: inout ByteBuffer, _ delivery: Delivery, dateLine: ByteBuffer
  ) -> ByteBuffer? {
    let copied = delivery.withoutBody || body.readableBytes <= Self.largestCopiedBody
    let space = preamble.readableBytes + dateLine.readableBytes + 32
    buffer.reserveCapacity(
      minimumWritableBytes: space + (copied && !delivery.withoutBody ? body.readableBytes : 0))
    buffer.writeImmutableBuffer(preamble)
    buffer.writeImmutableBuffer(dateLine)
    switch delivery.connection {
    case .stays: buffer.writeStaticString("\r\n")
    case .keepsAlive: buffer.writeStaticString("Connection: keep-alive\r\n\r\n")
    case .closes: buffer.writeStaticString("Connection: close\r\n\r\n")
    }
    if delivery.withoutBody { return nil }
    guard copied else { return body }
    buffer.writeImmutableBuffer(body)
    return nil
  }
}
