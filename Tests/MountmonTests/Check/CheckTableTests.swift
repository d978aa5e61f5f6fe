import MountHealthCore
import Testing

@testable import mountmon

@Suite struct `The table of a check` {
  private func statuses() throws -> [MountStatus] {
    [
      try .sample("/mnt/movies", name: "movies", health: .healthy, verdict: .ok),
      try .sample(
        "/mnt/b", health: .unhealthy, verdict: .dead,
        error: "open /mnt/b: Transport endpoint is not connected (ENOTCONN)", latency: nil),
    ]
  }

  @Test func `has a line for each mount, and what is wrong below it`() throws {
    #expect(
      CheckTable(isColored: false).text(try statuses()) == """
        MOUNT   VERDICT  TIME   TYPE  PATH
        movies  ok       1.5ms  -     /mnt/movies
        /mnt/b  dead     -      -     /mnt/b
          open /mnt/b: Transport endpoint is not connected (ENOTCONN)

        """)
  }

  @Test func `has colors that say no more than the words`() throws {
    let colored = CheckTable(isColored: true).text(try statuses())
    let plain = colored.replacing(#/\u{1B}\[[0-9]+m/#, with: "")
    #expect(plain == CheckTable(isColored: false).text(try statuses()))
    #expect(colored.contains("\u{1B}[32mok\u{1B}[0m"))
    #expect(colored.contains("\u{1B}[31mdead\u{1B}[0m"))
  }

  @Test func `lets nothing through that moves a terminal's cursor`() throws {
    let status = try MountStatus.sample(
      "/mnt/a\u{1B}[2J\u{202E}", health: .unhealthy, verdict: .missing,
      error: "holds \"\n\u{9B}31m\u{2067}\u{2028}\"")
    let text = CheckTable(isColored: false).text([status]) + Explanation.text([status])
    let allowed = text.unicodeScalars.allSatisfy { scalar in
      scalar == "\n"
        || (scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value)
          && !(0x2028...0x2069).contains(scalar.value))
    }
    #expect(allowed)
  }
}

@Suite struct `An explanation` {
  private func entry(_ propagation: String) throws -> MountEntry {
    let text =
      "29 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
      + "40 29 0:50 / /mnt/a rw,relatime \(propagation)- fuse.rclone movies: rw\n"
    return try #require(MountTable(parsing: Array(text.utf8)).mount(at: "/mnt/a"))
  }

  @Test(arguments: [
    ("", "a remount on the host will not reach this container (private propagation)"),
    ("master:7 ", "a remount outside reaches this place (slave propagation)"),
    ("shared:3 ", "a remount outside reaches this place (shared propagation)"),
  ])
  func `tells whether a remount would be seen`(propagation: String, words: String) throws {
    let status = try MountStatus.sample(
      "/mnt/a", name: "a", health: .healthy, verdict: .ok, entry: try entry(propagation),
      isMountPoint: true)
    let text = Explanation.text([status])
    #expect(text.contains(words))
    #expect(text.contains("fuse.rclone from movies:"))
  }

  @Test(arguments: Verdict.allCases)
  func `says what each verdict means, and what to do about each that is not ok`(
    verdict: Verdict
  ) throws {
    let text = Explanation.text([try .sample("/mnt/a", health: .degraded, verdict: verdict)])
    #expect(text.contains("  means      "))
    #expect(text.contains("  to do      ") == (verdict != .ok))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }
}
