import JSONValue
import TimeText

extension StubCluster {
  /// What a stream has to give since the last call.
  ///
  /// - Parameter stream: The stream, from an answer.
  /// - Returns: Its pieces; over for a stream that is closed.
  public mutating func take(from stream: StubStreamID) -> StubStreamPiece {
    guard var open = streams[stream] else { return StubStreamPiece(pieces: [], isOver: true) }
    let piece = StubStreamPiece(pieces: open.pieces, isOver: open.isOver)
    open.pieces = []
    streams[stream] = open.isOver ? nil : open
    return piece
  }

  /// Ends a stream: its reader is gone.
  ///
  /// - Parameter stream: The stream, from an answer.
  public mutating func close(_ stream: StubStreamID) { streams[stream] = nil }

  /// Ends every stream cleanly, as a server that shuts down does.
  public mutating func endStreams() {
    for id in streams.keys { streams[id]?.isOver = true }
  }

  /// Says in every watch that its revision is gone, as after a long pause, and ends it.
  public mutating func expireOpenWatches() {
    expireWatches()
    for (id, stream) in streams {
      guard case .watch(let watch) = stream.kind else { continue }
      streams[id]?.expire(watch.revision, floor: revision)
    }
  }

  /// Ends one stream cleanly.
  mutating func endStream(_ stream: StubStreamID) { streams[stream]?.isOver = true }

  /// Says in one watch that its revision is gone.
  mutating func expireStream(_ stream: StubStreamID) {
    guard case .watch(let watch) = streams[stream]?.kind else { return }
    streams[stream]?.expire(watch.revision, floor: revision)
  }

  /// How many watches and followed logs are open.
  public var openStreams: Int { streams.count }

  mutating func open(_ stream: OpenStream) -> StubStreamID {
    streamCount += 1
    let id = StubStreamID(number: streamCount)
    streams[id] = stream
    return id
  }

  mutating func watch(_ call: Call) throws(Refusal) -> StubAnswer {
    let selection = try Selection(call)
    guard call.form != .table else { throw .notAcceptable(isLog: false) }
    let version = call["resourceVersion"] ?? ""
    guard version.isEmpty || UInt64(version) != nil else {
      throw Refusal(
        500, nil,
        "resourceVersion: Invalid value: \"\(version)\": strconv.ParseUint: parsing "
          + "\"\(version)\": invalid syntax")
    }
    try checkWatchOptions(call)
    let asked = Int(version) ?? 0
    let timeout =
      try Self.number(call["timeoutSeconds"]).map { Duration.seconds($0) } ?? watchTimeout
    let wantsInitial = call.target.flag("sendInitialEvents")
    var stream = OpenStream(
      kind: .watch(
        OpenStream.Watch(
          selection: selection, form: call.form, revision: max(asked, 0),
          wantsBookmarks: call.target.flag("allowWatchBookmarks"),
          end: now.advanced(by: timeout))))
    if asked == 0 || wantsInitial {
      begin(&stream, endsWithBookmark: wantsInitial)
    } else if asked < watchFloor {
      stream.expire(asked, floor: watchFloor)
    } else {
      for change in changes where change.revision > asked { stream.deliver(change) }
    }
    let id = open(stream)
    setAlarms(for: id, timeout)
    return StubAnswer(
      status: 200, headers: [StubHeader("Content-Type", "application/json")], body: .stream(id))
  }

  /// Everything there is, as if it were new.
  private func begin(_ stream: inout OpenStream, endsWithBookmark: Bool) {
    guard case .watch(var watch) = stream.kind else { return }
    watch.revision = revision
    stream.kind = .watch(watch)
    let known = (objects[watch.selection.type.store] ?? [:]).sorted { $0.key < $1.key }
    for (name, object) in known where watch.selection.contains(name, object) {
      stream.send("ADDED", object, watch)
    }
    if endsWithBookmark, watch.wantsBookmarks {
      stream.bookmark(revision, isEndOfInitialEvents: true)
    }
  }

  private func checkWatchOptions(_ call: Call) throws(Refusal) {
    let match = call["resourceVersionMatch"]
    var faults: [FieldFault] = []
    if call.target.flag("sendInitialEvents"), match != "NotOlderThan" {
      faults.append(
        .forbidden(
          "resourceVersionMatch",
          "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
    }
    if match != nil, call["sendInitialEvents"] == nil {
      faults.append(
        .forbidden(
          "resourceVersionMatch",
          "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
    }
    guard faults.isEmpty else {
      throw .invalid(ResourceGroup("meta.k8s.io", "ListOptions"), "", faults)
    }
  }

  private mutating func setAlarms(for id: StubStreamID, _ timeout: Duration) {
    guard case .watch(let watch) = streams[id]?.kind else { return }
    alarms.add(.endStream(id), at: watch.end)
    guard watch.wantsBookmarks else { return }
    var next = Duration.seconds(60)
    while next < timeout - .seconds(2) {
      alarms.add(.bookmark(id), at: now.advanced(by: next))
      next += .seconds(60)
    }
    // So short a watch has none at all.
    guard timeout > .seconds(4) else { return }
    alarms.add(.bookmark(id), at: watch.end.advanced(by: .seconds(-2)))
    alarms.add(.bookmark(id), at: watch.end.advanced(by: .seconds(-1)))
  }
}
