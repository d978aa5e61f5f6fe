import Foundation
import Testing

@testable import MountHealthCore

/// What came of naming a file: the file itself, or why not.
private enum Found: Equatable {
  case file(device: UInt64, inode: UInt64)
  case failed(ErrorNumber)
  case stopped(ProbeFinding)
}

private func found(_ open: () throws(ProbeInterruption) -> Descriptor) -> Found {
  do {
    let descriptor = try open()
    var info = Glibc.stat()
    guard fstat(descriptor.number, &info) == 0 else { return .failed(currentError) }
    return .file(device: UInt64(info.st_dev), inode: UInt64(info.st_ino))
  } catch {
    switch error {
    case .failed(_, let number): return .failed(number)
    case .stopped(let finding): return .stopped(finding)
    }
  }
}

@Suite struct `A walk that stays beneath` {
  /// Where the kernel has no openat2(2), the walk has to find the same.
  @Test func `finds what openat2 finds`() throws {
    let folder = try TemporaryFolder()
    let outside = try TemporaryFolder()
    try outside.write("secret", to: "file")
    try folder.write("x", to: "file")
    try folder.write("x", to: "sub/deep/file")
    let links = [
      "same": "file", "dotted": "./file", "doubled": "sub//deep///file", "up": "sub/../file",
      "updown": "sub/deep/../../sub/deep/file", "out": "../x", "far-out": "sub/../../x",
      "absolute": "/etc/passwd", "absolute-in": folder.path + "/file", "root": ".",
      "folder": "sub", "folder-slash": "sub/", "file-slash": "file/", "file-dot": "file/.",
      "file-up": "file/..", "file-up-in": "file/../file", "loop": "loop", "ping": "pong",
      "pong": "ping", "dangling": "none", "dangling-up": "none/../file", "chain0": "file",
      "long": String(repeating: "x", count: 300), "sub/back": "../file",
      "sub/deep/out": "../../../x",
      "sub/root": "..", "via": "folder/deep/file", "via-back": "sub/back", "into": "root/root/file",
      "outside": outside.path,
      "outside-by-name": "../"
        + (outside.path as NSString)
        .lastPathComponent + "/file", "slashes": "//file", "up-only": "sub/..",
    ]
    for (name, target) in links { try folder.link(name, to: target) }
    for number in 1...45 { try folder.link("chain\(number)", to: "chain\(number - 1)") }
    let root = try Descriptor(open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    let paths =
      Array(links.keys) + (36...45).map { "chain\($0)" } + [
        "file", "sub", "sub/deep/file", "none", "file/none", "sub/none", "folder/deep/file",
        "folder-slash/deep", "root/file", "root/sub/root/file", "loop/file", "outside/file",
        "up-only/file", "file-slash/x", "sub/root/sub/root/sub/back",
      ]
    for path in paths.sorted() {
      let canary = try CanaryPath(path)
      let kernel = found { () throws(ProbeInterruption) in try openBeneath(root.number, canary) }
      let walk = found { () throws(ProbeInterruption) in
        try BeneathWalk(root: root.number).open(canary.description)
      }
      #expect(walk == kernel, "\(path) -> \(links[path] ?? "")")
    }
  }

  @Test func `closes what it opens`() throws {
    let folder = try TemporaryFolder()
    try folder.write("x", to: "a/b/c/file")
    try folder.link("link", to: "a/b/../b/c/../../../a/b/c/file")
    try folder.link("out", to: "a/b/../../../x")
    let root = try Descriptor(open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    let before = try Self.openBelow(folder.path)
    for _ in 0..<100 {
      for path in ["link", "out", "a/none", "a/b/c/file"] {
        _ = found { () throws(ProbeInterruption) in try BeneathWalk(root: root.number).open(path) }
      }
    }
    #expect(try Self.openBelow(folder.path) == before)
  }

  /// How many descriptors of this process are on files below a path.
  private static func openBelow(_ path: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
      readLink("/proc/self/fd/" + name)?.hasPrefix(path) == true
    }
  }
}
