import JSONValue

/// Cuts the bytes of a watch stream into events: a line of JSON each, in no relation to the reads they
/// come in.
///
///     var frames = WatchFrames()
///     for try await bytes in body {
///       frames.append(bytes)
///       while let event = try frames.next() { … }
///     }
///
/// A line that is no event ends the stream: nothing after it can be trusted to follow on what came
/// before. What is left without a line feed when the stream ends is no event either, it was cut.
public struct WatchFrames: Sendable {
  /// The longest line: an object of 1.5 MiB, which is all that etcd takes, has room in any spelling.
  public static let maximumLineBytes = 4 << 20
  /// How deep an object may be nested.
  public static let maximumDepth = 256
  /// A buffer larger than this is given back once it is empty.
  static let keptBytes = 64 << 10

  private static let options = JSONParser.Options(
    maximumBytes: maximumLineBytes, maximumDepth: maximumDepth, duplicateKeys: .keepLast)

  /// How many events of a kind that is not known here were passed over.
  public private(set) var skipped = 0
  private var buffer: [UInt8] = []
  /// Where the line that is not read yet begins.
  private var start = 0
  /// Up to where there is no line feed.
  private var scanned = 0
  private var failure: WatchFrameError?

  /// Frames of a stream that is just open.
  public init() {}

  /// Whether the last line is not complete: a stream that ends now was cut.
  public var isInsideLine: Bool { start < buffer.count }

  /// Takes what a read gave; ignored after a line that was no event.
  ///
  /// - Parameter bytes: Any number of bytes.
  public mutating func append(_ bytes: some Collection<UInt8>) {
    guard failure == nil else { return }
    if start > 0 {
      buffer.removeSubrange(..<start)
      scanned -= start
      start = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// The next event that is complete.
  ///
  /// - Returns: The event, or `nil` until more bytes come.
  /// - Throws: ``WatchFrameError`` where a line is no event, or longer than
  ///   ``maximumLineBytes``; and again at each call from then on.
  public mutating func next() throws(WatchFrameError) -> WatchEvent? {
    if let failure { throw failure }
    do throws(WatchFrameError) {
      while let line = try nextLine() {
        if let event = try read(line) { return event }
      }
      return nil
    } catch {
      failure = error
      buffer = []
      start = 0
      scanned = 0
      throw error
    }
  }

  private mutating func nextLine() throws(WatchFrameError) -> Range<Int>? {
    let end = buffer.withUnsafeBufferPointer { bytes in
      bytes[scanned...].firstIndex(of: UInt8(ascii: "\n"))
    }
    let length = (end ?? buffer.count) - start
    guard length <= Self.maximumLineBytes else {
      throw WatchFrameError("a line is longer than \(Self.maximumLineBytes) bytes")
    }
    guard let end else {
      scanned = buffer.count
      return nil
    }
    let line = start..<end
    start = end + 1
    scanned = start
    return line
  }

  /// The event of a line; `nil` for one that says nothing.
  private mutating func read(_ line: Range<Int>) throws(WatchFrameError) -> WatchEvent? {
    defer { compact() }
    guard !buffer[line].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { return nil }
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: buffer[line], options: Self.options)
    } catch {
      throw WatchFrameError("a line is no JSON: \(error)")
    }
    guard let type = json["type"]?.stringValue else {
      throw WatchFrameError("a line has no \"type\"")
    }
    guard let kind = WatchEvent.Kind(rawValue: type) else {
      skipped += 1
      return nil
    }
    guard let object = json["object"], case .object = object else {
      throw WatchFrameError("an event \(type) has no object")
    }
    return WatchEvent(kind, object)
  }

  /// Empties a buffer of which nothing is left to read.
  private mutating func compact() {
    guard start == buffer.count else { return }
    if buffer.capacity > Self.keptBytes {
      buffer = []
    } else {
      buffer.removeAll(keepingCapacity: true)
    }
    start = 0
    scanned = 0
  }
}

/// Why a line of a watch stream is no event.
public struct WatchFrameError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, for people.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
