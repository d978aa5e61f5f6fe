import Testing

@testable import MountHealthCore

@Suite struct `A mount path` {
  @Test(arguments: [
    ("/mnt/a", "/mnt/a"), ("/mnt/a/", "/mnt/a"), ("//mnt///a//", "/mnt/a"), ("/", "/"),
    ("///", "/"), ("/./mnt/./a/.", "/mnt/a"), ("/mnt/..a/b..", "/mnt/..a/b.."),
    ("/mnt/a b\t", "/mnt/a b\t"), ("/é/日本", "/é/日本"),
  ])
  func `is tidied`(text: String, tidy: String) throws {
    #expect(try MountPath(text).description == tidy)
  }

  @Test func `may be relative to a working directory`() throws {
    #expect(try MountPath("a/./b", workingDirectory: "/srv").description == "/srv/a/b")
    #expect(try MountPath("a", workingDirectory: "/").description == "/a")
    #expect(try MountPath("/a", workingDirectory: "/srv").description == "/a")
  }

  @Test(
    arguments: [
      ("", .empty), ("a", .relative), ("./a", .relative), ("/a\u{0}b", .nul), ("/..", .parent),
      ("/a/../b", .parent), ("/a/..", .parent),
      ("/" + String(repeating: "a", count: 4095), .tooLong),
    ] as [(String, MountPathError)])
  func `is refused`(text: String, error: MountPathError) {
    #expect(throws: error) { try MountPath(text) }
  }

  /// Components end at the byte of a slash, whatever Swift takes for a character.
  @Test(arguments: ["/mnt/../\u{301}x", "/mnt/..\u{0}", "/mnt/a/..//\u{301}"])
  func `does not hide a parent in a combined character`(text: String) {
    #expect(throws: MountPathError.self) { try MountPath(text) }
    #expect(throws: MountPathError.self) { try CanaryPath(text) }
  }

  /// Linux tells names apart byte by byte, and so do the mounts.
  @Test func `is another path where its bytes differ`() throws {
    let composed = try MountPath("/mnt/\u{E9}")
    let decomposed = try MountPath("/mnt/e\u{301}")
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed, composed]).count == 2)
  }

  @Test func `may be as long as Linux takes`() throws {
    let longest = "/" + String(repeating: "a", count: MountPath.maximumLength - 1)
    #expect(try MountPath(longest + "/").description == longest)
  }
}

@Suite struct `A canary path` {
  @Test(arguments: [
    (".health-check", ".health-check"), ("/.health-check", ".health-check"),
    ("a//b/./c", "a/b/c"), ("...", "..."), ("a/..b", "a/..b"),
  ])
  func `is tidied`(text: String, tidy: String) throws {
    #expect(try CanaryPath(text).description == tidy)
  }

  @Test(
    arguments: [
      ("", .empty), ("/", .empty), (".", .empty), ("..", .parent), ("../x", .parent),
      ("a/../../x", .parent), ("a/..", .parent), ("/../x", .parent), ("a\u{0}", .nul),
    ] as [(String, MountPathError)])
  func `never leaves its mount`(text: String, error: MountPathError) {
    #expect(throws: error) { try CanaryPath(text) }
  }
}

@Suite struct `A mount's name` {
  @Test(arguments: ["a", "films (4K)", "日本", String(repeating: "n", count: 253)])
  func `is what was given`(text: String) {
    #expect(MountName(text)?.description == text)
  }

  @Test(arguments: ["", "a\nb", "\u{7F}", "\u{0}", "\t", String(repeating: "é", count: 127)])
  func `is short and on one line`(text: String) {
    #expect(MountName(text) == nil)
  }

  @Test func `stands in for the path`() throws {
    var mount = Mount(path: try MountPath("/mnt/a"), probe: Probe(.directory))
    #expect(mount.label == "/mnt/a")
    mount.name = MountName("films")
    #expect(mount.label == "films")
  }
}
