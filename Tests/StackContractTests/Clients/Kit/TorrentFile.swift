import Glibc

/// A torrent of random bytes, which a web server on loopback has: peers there are refused.
struct TorrentFile {
  let bytes: [UInt8]
  let torrent: String
  let server: LoopbackHTTP

  init(_ name: String, megabytes: Int, in folder: Scratch) async throws {
    // By the kernel: a loop of ours would keep other tests waiting.
    let bytes = [UInt8](unsafeUninitializedCapacity: megabytes << 20) { buffer, count in
      if let start = buffer.baseAddress { arc4random_buf(start, buffer.count) }
      count = buffer.count
    }
    self.bytes = bytes
    server = try await LoopbackHTTP.ranges(of: bytes)
    let data = try folder.write("\(name).bin", bytes)
    let bare = "\(folder.path)/\(name).bare"
    // A port of which nobody answers.
    try await run(
      "/usr/bin/transmission-create", "-o", bare, "-t", "http://127.0.0.1:9/announce", data)
    let url = "http://127.0.0.1:\(server.port)/\(name).bin"
    var dictionary = folder.bytes("\(name).bare")
    guard dictionary.popLast() == UInt8(ascii: "e") else { throw KitError("no torrent was made") }
    torrent = try folder.write(
      "\(name).torrent", dictionary + Array("8:url-list\(url.utf8.count):\(url)e".utf8))
    unlink(data)
  }
}
