/// Reads one answer of HTTP/1.x from its bytes, however they are cut. For one exchange.
struct AnswerParser: Sendable {
  /// What a run of bytes brought.
  struct Found: Hashable, Sendable {
    /// The head, if it is complete with these bytes.
    var head: AnswerHead?
    /// Bytes of the body.
    var body: [UInt8] = []
    /// The answer ends with these bytes.
    var isComplete = false
    /// There is more after its end.
    var hasSurplus = false
    /// What came before is good, what follows is not.
    var fault: AnswerFault?
  }

  private enum Stage: Hashable {
    /// Within the status line. Leads to `fields`.
    case statusLine
    /// Within the fields. Leads to the body, to `statusLine` after an interim answer, or to `ended`.
    case fields(StatusLine)
    /// Within a body of known length; so many bytes are missing. Leads to `ended`.
    case counted(UInt64)
    /// Within a body that the end of the connection ends.
    case untilClose
    /// Within the line that gives the size of a chunk. Leads to `chunk` or `trailers`.
    case chunkLine
    /// Within a chunk; so many bytes are missing. Leads to `chunkEnd`.
    case chunk(UInt64)
    /// At the line end after a chunk. Leads to `chunkLine`.
    case chunkEnd
    /// Within the fields after the last chunk, which are read over. Leads to `ended`.
    case trailers
    /// All is read, or nothing more can be.
    case ended
  }

  private let limits: HTTPLimits
  private let isToHEAD: Bool
  private var stage: Stage = .statusLine
  /// The begin of a line whose end has not come.
  private var line: [UInt8] = []
  private var headers = HTTPHeaders()
  private var lineBytes = 0
  private var fieldCount = 0
  private var interimAnswers = 0
  private var bodyBytes: UInt64 = 0
  private(set) var isUntouched = true

  /// - Parameters:
  ///   - limits: How much of an answer is taken.
  ///   - isToHEAD: The request was HEAD, whose answer has no body whatever its head says.
  init(limits: HTTPLimits, isToHEAD: Bool) {
    self.limits = limits
    self.isToHEAD = isToHEAD
  }

  /// Takes the next bytes.
  mutating func take(_ bytes: [UInt8]) -> Found {
    var found = Found()
    if !bytes.isEmpty { isUntouched = false }
    do throws(AnswerFault) {
      var rest = bytes[...]
      while !rest.isEmpty, stage != .ended { try step(&rest, &found) }
      found.hasSurplus = found.isComplete && !rest.isEmpty
    } catch {
      stage = .ended
      found.fault = error
    }
    return found
  }

  /// What it means that nothing more will come: `nil`, that the answer is complete; else what is
  /// missing, in words.
  var missingAtEnd: String? {
    switch stage {
    case .statusLine where isUntouched: "before the first byte of the answer"
    case .statusLine, .fields: "within the answer's head"
    case .counted(let missing): "after \(bodyBytes) of \(bodyBytes + missing) bytes of the body"
    case .chunkLine, .chunk, .chunkEnd, .trailers:
      "after \(bodyBytes) bytes of the body, before its last chunk"
    case .untilClose, .ended: nil
    }
  }

  private mutating func step(
    _ rest: inout ArraySlice<UInt8>, _ found: inout Found
  ) throws(AnswerFault) {
    switch stage {
    case .statusLine:
      guard let line = try takeLine(&rest, upTo: limits.maximumHeadBytes, "its head") else {
        return try checkBeginning(line[...])
      }
      try checkBeginning(line)
      stage = .fields(try StatusLine(line))
    case .fields(let status):
      guard let line = try takeLine(&rest, upTo: limits.maximumHeadBytes, "its head") else {
        return
      }
      if line.isEmpty { try endHead(status, &found) } else { try takeField(line) }
    case .counted(let missing):
      let part = takeBody(missing, &rest, &found)
      stage = .counted(missing - part)
      if missing == part { end(&found) }
    case .untilClose: _ = takeBody(.max, &rest, &found)
    case .chunkLine:
      lineBytes = line.count
      guard
        let line = try takeLine(&rest, upTo: limits.maximumChunkLineBytes, "a chunk's size line")
      else { return }
      let size = try ChunkLine.size(of: line)
      lineBytes = 0
      stage = size == 0 ? .trailers : .chunk(size)
    case .chunk(let missing):
      let part = takeBody(missing, &rest, &found)
      stage = missing == part ? .chunkEnd : .chunk(missing - part)
    case .chunkEnd:
      guard let byte = rest.popFirst() else { return }
      guard byte == (line.isEmpty ? 0x0D : 0x0A) else {
        throw .malformed("a chunk is longer than its size says")
      }
      line.append(byte)
      if line.count == 2 {
        line.removeAll(keepingCapacity: true)
        stage = .chunkLine
      }
    case .trailers:
      guard let line = try takeLine(&rest, upTo: limits.maximumHeadBytes, "its trailer section")
      else { return }
      if line.isEmpty { end(&found) } else { try takeTrailer(line) }
    case .ended: break
    }
  }

  private mutating func endHead(_ status: StatusLine, _ found: inout Found) throws(AnswerFault) {
    let head = try AnswerHead(status, headers, toHEAD: isToHEAD)
    headers = HTTPHeaders()
    lineBytes = 0
    fieldCount = 0
    guard !status.isInterim else {
      guard status.status != 101 else {
        throw .malformed("it switches to another protocol, which was not asked for")
      }
      interimAnswers += 1
      guard interimAnswers <= limits.maximumInterimAnswers else {
        throw .tooLarge("more than \(limits.maximumInterimAnswers) answers of 1xx came before it")
      }
      stage = .statusLine
      return
    }
    found.head = head
    switch head.framing {
    case .none, .length(0): end(&found)
    case .length(let length): stage = .counted(length)
    case .chunked: stage = .chunkLine
    case .untilClose: stage = .untilClose
    }
  }

  private mutating func takeField(_ line: ArraySlice<UInt8>) throws(AnswerFault) {
    if let first = line.first, FieldLine.isSpace(first) {
      // A value folded over several lines: old, and to be read as one.
      guard headers.continueLast(with: try FieldLine.value(of: line)) else {
        throw .malformed("its first field line begins with white space")
      }
      return
    }
    try countField()
    let field = try FieldLine.field(of: line)
    headers.add(field.name, field.value)
  }

  private mutating func takeTrailer(_ line: ArraySlice<UInt8>) throws(AnswerFault) {
    try countField()
    _ = try FieldLine.field(of: line)
  }

  private mutating func countField() throws(AnswerFault) {
    fieldCount += 1
    guard fieldCount <= limits.maximumFields else {
      throw .tooLarge("it has more than \(limits.maximumFields) fields")
    }
  }

  private mutating func takeBody(
    _ limit: UInt64, _ rest: inout ArraySlice<UInt8>, _ found: inout Found
  ) -> UInt64 {
    let count = Int(min(UInt64(rest.count), limit))
    found.body += rest.prefix(count)
    rest = rest.dropFirst(count)
    bodyBytes += UInt64(count)
    return UInt64(count)
  }

  private mutating func end(_ found: inout Found) {
    stage = .ended
    found.isComplete = true
  }

  /// - Returns: The next line without its end, or `nil` when that has not come; then what has is kept.
  private mutating func takeLine(
    _ rest: inout ArraySlice<UInt8>, upTo limit: Int, _ what: String
  ) throws(AnswerFault) -> ArraySlice<UInt8>? {
    let feed = rest.firstIndex(of: 0x0A)
    let part = rest[..<(feed ?? rest.endIndex)]
    lineBytes += part.count + (feed == nil ? 0 : 1)
    guard lineBytes <= limit else { throw .tooLarge("\(what) is longer than \(limit) bytes") }
    guard let feed else {
      line += part
      rest = []
      return nil
    }
    rest = rest[rest.index(after: feed)...]
    var whole = part
    if !line.isEmpty {
      line += part
      whole = line[...]
      line.removeAll()
    }
    guard whole.popLast() == 0x0D else {
      throw .malformed("a line ends without a carriage return: \(AnswerFault.shown(whole))")
    }
    return whole
  }

  /// Says what speaks there, rather than waiting for a line end that may never come.
  private func checkBeginning(_ line: ArraySlice<UInt8>) throws(AnswerFault) {
    guard !zip(line, StatusLine.beginning).allSatisfy(==) else { return }
    // A TLS record that is an alert or a handshake, of any version.
    if line.starts(with: [0x15, 0x03]) || line.starts(with: [0x16, 0x03]) {
      throw .malformed("the server speaks TLS: use https")
    }
    // The frame with which a server of HTTP/2 begins: SETTINGS, of less than 256 bytes.
    if line.count >= 4, line.starts(with: [0, 0]), line[line.startIndex + 3] == 4 {
      throw .malformed("the server speaks HTTP/2 without being asked, and not HTTP/1.1")
    }
    // With the first bytes of something else, wait for the rest of what tells it.
    if line.count < 4, line.starts(with: [0]) { return }
    throw .malformed("it begins with \(AnswerFault.shown(line)), which is not HTTP/1.1")
  }
}

extension HTTPHeaders {
  /// - Returns: False if there is no field yet.
  fileprivate mutating func continueLast(with text: String) -> Bool {
    guard let last = fields.last else { return false }
    removeLast()
    add(last.name, last.value.isEmpty || text.isEmpty ? last.value + text : last.value + " " + text)
    return true
  }
}
