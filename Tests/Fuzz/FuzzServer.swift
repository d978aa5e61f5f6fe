// sources: Sources/mountmon/Serve/AnswerStatus.swift Sources/mountmon/Serve/ConnectionHandler.swift
// sources: Sources/mountmon/Serve/ConnectionIntake.swift Sources/mountmon/Serve/Conversation.swift
// sources: Sources/mountmon/Serve/Conversation+Events.swift Sources/mountmon/Serve/HTTPAnswer.swift
// sources: Sources/mountmon/Serve/HTTPAnswer+Wire.swift Sources/mountmon/Serve/HTTPDate.swift
// sources: Sources/mountmon/Serve/HTTPQuestion.swift Sources/mountmon/Serve/HTTPService.swift
// sources: Sources/mountmon/Serve/Lobby.swift Sources/mountmon/Serve/Refusals.swift
// sources: Sources/mountmon/Serve/RequestPolicy.swift Sources/mountmon/Serve/Routes.swift
// sources: Sources/mountmon/Serve/ServerLimits.swift Sources/mountmon/Serve/ServerStatistics.swift
// built: NIOCore NIOHTTP1 NIOEmbedded NIOConcurrencyHelpers _NIOBase64 _NIODataStructures DequeModule
// built: InternalCollectionsUtilities Atomics _AtomicsShims CNIOLLHTTP CNIOAtomics CNIOLinux CNIODarwin
// built: CNIOWindows CNIOWASI CNIOPosix CNIOOpenBSD CNIOFreeBSD ContainersPreview

import NIOCore
import NIOEmbedded
import NIOHTTP1

/// Whatever a client sends, and however it is cut: each request gets one whole answer, the same each
/// time, until one of them says that it is the last.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzServer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = input.first else { return 0 }
  let bytes = input.dropFirst()
  let whole = answers(to: [bytes])
  check(whole)
  let step = max(1, Int(first))
  let pieces = stride(from: bytes.startIndex, to: bytes.endIndex, by: step).map {
    bytes[$0..<min($0 + step, bytes.endIndex)]
  }
  precondition(answers(to: pieces) == whole, "cut it is answered differently")
  return 0
}

private func answers(to pieces: [ArraySlice<UInt8>]) -> [UInt8] {
  let channel = EmbeddedChannel()
  let routes = Routes(
    [
      "/healthz/live": { _ in .text(.ok, "alive\n") },
      "/metrics": { .text(.ok, "\($0.accept ?? "-")\n") },
    ], posts: ["/drain": { .text(.ok, "\($0.query ?? "-")\n") }])
  let lobby = Lobby(HTTPService(routes), on: channel.embeddedEventLoop)
  let connection = ConnectionHandler(in: lobby)
  guard
    (try? channel.pipeline.syncOperations.addHandlers([
      ConnectionIntake(before: connection),
      ByteToMessageHandler(HTTPRequestDecoder(), maximumBufferSize: 32_768), connection,
    ])) != nil,
    (try? channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()) != nil
  else { preconditionFailure("no channel") }
  for piece in pieces where channel.isActive {
    _ = try? channel.writeInbound(ByteBuffer(bytes: piece))
  }
  var written: [UInt8] = []
  while let buffer = try? channel.readOutbound(as: ByteBuffer.self) {
    written += buffer.readableBytesView
  }
  _ = try? channel.finish(acceptAlreadyClosed: true)
  return written
}

/// What is answered begins with a status, and holds no byte of the client's in its heads.
private func check(_ answers: [UInt8]) {
  guard !answers.isEmpty else { return }
  precondition(answers.starts(with: "HTTP/1.1 ".utf8), "an answer without a status")
}
