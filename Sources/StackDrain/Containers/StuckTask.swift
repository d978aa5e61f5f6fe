/// A thread that no signal ends: it waits in the kernel for something that does not come.
struct StuckTask: Hashable, Sendable {
  /// Its process.
  var pid: Int32
  /// Its number; that of the process for its first thread.
  var tid: Int32
  /// What it is called.
  var name: String
  /// Where in the kernel it waits; empty where that cannot be read.
  var waitsIn: String
  /// The functions on its way there, innermost first; empty where that cannot be read.
  var stack: [String] = []

  /// The most tasks that are told of.
  static let maximumTold = 3

  /// `process 4711 (ffmpeg) is in state D and waits in request_wait_answer: …`.
  var words: String {
    let thread = tid == pid ? "" : ", thread \(tid)"
    var text = "process \(pid) (\(name))\(thread) is in state D, which no signal ends"
    if !waitsIn.isEmpty { text += ", and waits in \(waitsIn)" }
    if let meaning { text += " (\(meaning))" }
    return text
  }

  /// What it waits for, as far as the names of the kernel's functions tell.
  var meaning: String? {
    let path = [waitsIn] + stack
    let known: [(starts: [String], meaning: String)] = [
      (["request_wait_answer", "fuse_"], "for a FUSE file system that does not answer"),
      (["rpc_", "nfs"], "for an NFS server that does not answer"),
      (["cifs_", "smb", "wait_for_response"], "for an SMB server that does not answer"),
      (["refrigerator", "__refrigerator"], "it is frozen"),
      (["jbd2_", "ext4_", "xfs_", "btrfs_", "f2fs_"], "for a file system's disk"),
      (["io_schedule", "folio_wait", "wait_on_page"], "for the content of a file"),
      (["blk_", "submit_bio"], "for a disk"),
    ]
    return known.first { entry in
      path.contains { function in entry.starts.contains { function.hasPrefix($0) } }
    }?.meaning
  }

  /// What is said of a container that cannot be ended.
  ///
  /// - Parameters:
  ///   - tasks: Those that hold it.
  ///   - container: Its name.
  /// - Returns: `nil` where there are none.
  static func words(for tasks: [StuckTask], in container: String) -> String? {
    guard !tasks.isEmpty else { return nil }
    var parts = tasks.prefix(maximumTold).map(\.words)
    if tasks.count > maximumTold { parts.append("and \(tasks.count - maximumTold) more threads") }
    return "container \(container) cannot be killed: " + parts.joined(separator: "; ")
      + "; it ends once that answers or is given up (umount -f, or abort in "
      + "/sys/fs/fuse/connections for FUSE)"
  }
}

/// Reading what `/proc` says of a thread.
enum TaskText {
  /// Reads `/proc/PID/stat`: `1 (name) S 0 …`. A name may hold anything, brackets as well.
  static func stat(_ text: [UInt8]) -> (name: String, state: UInt8, parent: Int32)? {
    guard let open = text.firstIndex(of: UInt8(ascii: "(")),
      let close = text.lastIndex(of: UInt8(ascii: ")")), open < close
    else { return nil }
    let rest = text[(close + 1)...].split(whereSeparator: { $0 == 0x20 || $0 == 0x0A })
    guard rest.count >= 2, let state = rest[0].first, rest[0].count == 1,
      let parent = Int32(String(decoding: rest[1], as: UTF8.self))
    else { return nil }
    let name = String(decoding: text[(open + 1)..<close], as: UTF8.self)
    return (EngineText.line(name, limit: 64), state, parent)
  }

  /// Reads `/proc/PID/wchan`: the name of a function, or `0` where it does not wait.
  static func wchan(_ text: [UInt8]) -> String {
    let word = text.prefix { $0 > 0x20 && $0 < 0x7F }.prefix(64)
    return word.elementsEqual([0x30]) ? "" : String(decoding: word, as: UTF8.self)
  }

  /// Reads `/proc/PID/stack`: lines of `[<0>] request_wait_answer+0x12c/0x220`.
  static func stack(_ text: [UInt8]) -> [String] {
    text.split(separator: 0x0A).prefix(32).compactMap { line in
      let words = line.split(separator: 0x20)
      guard words.count >= 2 else { return nil }
      let name = words[1].prefix { $0 != UInt8(ascii: "+") && $0 > 0x20 && $0 < 0x7F }
      return name.isEmpty ? nil : String(decoding: name.prefix(64), as: UTF8.self)
    }
  }

  /// Whether `/proc/PID/cgroup` says that a process is one of this container's: engines name the
  /// control group of a container by its number.
  static func cgroup(_ text: [UInt8], isOf container: String) -> Bool {
    let id = Array(container.utf8)
    guard id.count >= 12 else { return false }
    var start = text.startIndex
    while start + id.count <= text.endIndex {
      if text[start] == id[0], text[start..<start + id.count].elementsEqual(id) { return true }
      start += 1
    }
    return false
  }
}
