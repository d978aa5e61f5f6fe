import Foundation
import Testing

@testable import MountHealthCore

/// A mount at `/mnt/a` with a canary, or with the directory probe.
private func mount(_ change: (inout Mount) -> Void = { _ in }) throws -> Mount {
  var mount = Mount(
    path: try MountPath("/mnt/a"), probe: Probe(.canary(try CanaryPath("sub/.health"))))
  change(&mount)
  return mount
}

private func judge(_ finding: ProbeFinding, of mount: Mount) -> Outcome? {
  Outcome(judging: ProbeReport(finding: finding, latency: .milliseconds(3)), of: mount)
}

@Suite struct `An outcome` {
  /// Where a step failed, by the errno and the step: the class.
  @Test(arguments: ProbeStep.allCases)
  func `of a failed step has the errno's class`(step: ProbeStep) throws {
    let gone: Verdict =
      switch step {
      case .resolve, .attributes, .list, .space: .absent
      case .lookup, .canaryAttributes, .open, .read, .write, .sync, .remove: .missing
      }
    let table: [(errno: Int32, verdict: Verdict)] = [
      (1, .inaccessible), (13, .inaccessible), (30, .readOnly), (28, .full), (122, .full),
      (2, gone), (20, gone), (36, gone), (40, gone),
      // ENOTCONN, ESTALE, EIO, EHOSTDOWN, EREMOTEIO, ENODEV, ECONNABORTED, ENXIO, ETIMEDOUT, …
      (107, .dead), (116, .dead), (5, .dead), (112, .dead), (121, .dead), (19, .dead),
      (103, .dead), (6, .dead), (110, .dead), (104, .dead), (108, .dead), (113, .dead),
      (117, .dead), (123, .dead), (71, .dead), (126, .dead), (4095, .dead),
    ]
    for row in table {
      let error = ErrorNumber(rawValue: row.errno)
      let outcome = try #require(judge(.failed(step, error), of: mount()))
      #expect(outcome.verdict == row.verdict, "\(step) \(error)")
      #expect(outcome.latency == .milliseconds(3))
    }
  }

  @Test(
    arguments: [
      (.resolve, 2, "open /mnt/a: No such file or directory (ENOENT)"),
      (.resolve, 107, "open /mnt/a: Transport endpoint is not connected (ENOTCONN)"),
      (.attributes, 116, "stat /mnt/a: Stale file handle (ESTALE)"),
      (.list, 5, "list /mnt/a: Input/output error (EIO)"),
      (.lookup, 2, "open /mnt/a/sub/.health: No such file or directory (ENOENT)"),
      (.canaryAttributes, 13, "stat /mnt/a/sub/.health: Permission denied (EACCES)"),
      (.open, 1, "open /mnt/a/sub/.health: Operation not permitted (EPERM)"),
      (.read, 5, "read /mnt/a/sub/.health: Input/output error (EIO)"),
      (.space, 38, "statvfs /mnt/a: Function not implemented (ENOSYS)"),
      (.write, 30, "write a file to /mnt/a: Read-only file system (EROFS)"),
      (.sync, 28, "sync a file on /mnt/a: No space left on device (ENOSPC)"),
      (.remove, 4095, "remove a file from /mnt/a: error 4095"),
    ] as [(ProbeStep, Int32, String)])
  func `of a failed step says what failed and where`(
    step: ProbeStep, errno: Int32, words: String
  ) throws {
    let outcome = judge(.failed(step, ErrorNumber(rawValue: errno)), of: try mount())
    #expect(outcome?.explanation == words)
  }

  @Test func `of a directory probe names the mount`() throws {
    let mount = try mount { $0.probe = Probe(.directory) }
    #expect(
      judge(.failed(.lookup, .noEntry), of: mount)?.explanation
        == "open /mnt/a: No such file or directory (ENOENT)")
  }

  @Test func `of a mount at the root has no doubled slash`() throws {
    let mount = Mount(path: try MountPath("/"), probe: Probe(.canary(try CanaryPath("c"))))
    #expect(judge(.escapes, of: mount)?.explanation == "/c: leads out of the mount")
  }

  @Test(
    arguments: [
      (.seen(bytes: 0), .ok, nil), (.seen(bytes: 4096), .ok, nil),
      (
        .wrongKind(.fifo), .missing,
        "/mnt/a/sub/.health: is a named pipe, expected a regular file"
      ),
      (.escapes, .missing, "/mnt/a/sub/.health: leads out of the mount"),
      (
        .short(read: 1, size: 9), .missing,
        "read /mnt/a/sub/.health: 1 bytes came, its size is 9"
      ),
      (
        .unexpected("no\nway"), .missing,
        #"/mnt/a/sub/.health: holds "no?way", expected "yes""#
      ),
      (.fewEntries(2), .absent, "list /mnt/a: 2 entries, expected at least 5"),
      (
        .lowSpace(free: 7, total: 100), .full,
        "/mnt/a: 7 of 100 bytes free, less than asked for"
      ),
    ] as [(ProbeFinding, Verdict, String?)])
  func `of a finding has its class and words`(
    finding: ProbeFinding, verdict: Verdict, words: String?
  ) throws {
    let mount = try mount {
      $0.probe.expectation = "yes"
      $0.probe.minimumEntries = 5
    }
    let outcome = judge(finding, of: mount)
    #expect(outcome == Outcome(verdict, words, latency: .milliseconds(3)))
  }

  @Test(arguments: FileKind.allCases)
  func `of another kind of file says which`(kind: FileKind) throws {
    let outcome = judge(.wrongKind(kind), of: try mount())
    #expect(outcome?.verdict == .missing)
    #expect(outcome?.explanation?.contains("is \(kind.description), ") == true)
  }

  /// What the prober lacks is no fault of the mount.
  @Test func `is none where the prober was unable to look`() throws {
    #expect(judge(.unable("no thread"), of: try mount()) == nil)
  }

  @Test(
    arguments: [
      (nil, 5000, .ok), (nil, 5001, .slow), (1000, 1000, .ok), (1000, 1001, .slow), (1000, 0, .ok),
    ] as [(Int?, Int, Verdict)])
  func `is slow beyond slowAfter, or else the timeout`(
    slowAfter: Int?, latency: Int, verdict: Verdict
  ) throws {
    let mount = try mount { $0.slowAfter = slowAfter.map { .milliseconds($0) } }
    let report = ProbeReport(finding: .seen(bytes: 1), latency: .milliseconds(latency))
    let outcome = Outcome(judging: report, of: mount)
    #expect(outcome?.verdict == verdict)
    #expect(outcome?.explanation == (verdict == .ok ? nil : "/mnt/a: answered late"))
  }

  @Test func `of a late failure keeps the failure's class`() throws {
    let report = ProbeReport(finding: .failed(.read, .inputOutput), latency: .seconds(60))
    #expect(Outcome(judging: report, of: try mount())?.verdict == .dead)
  }

  @Test(arguments: [
    ("a\r\nb\u{7F}c", #""a??b?c""#), (String(repeating: "x", count: 60), nil),
    ("tab\there", #""tab?here""#),
  ])
  func `quotes on one line`(text: String, quoted: String?) {
    #expect(text.quotedExcerpt == quoted ?? "\"\(text)\"")
  }

  /// One letter with a thousand accents is one character to Swift.
  @Test func `quotes little of much`() {
    let long = String(repeating: "x", count: 61)
    #expect(long.quotedExcerpt == "\"" + String(repeating: "x", count: 60) + "…\"")
    let towering = "e" + String(repeating: "\u{301}", count: 100_000)
    #expect(towering.quotedExcerpt.utf8.count < 300)
  }
}

@Suite struct `A verdict` {
  @Test func `weighs what it says`() {
    let good: Set<Verdict> = [.ok]
    let limited: Set<Verdict> = [.slow, .inaccessible, .full]
    for verdict in Verdict.allCases {
      let weight: Verdict.Weight =
        good.contains(verdict) ? .good : limited.contains(verdict) ? .limited : .bad
      #expect(verdict.weight == weight, "\(verdict)")
    }
  }

  /// Making a mount anew mends no missing right, no slow server and no full disk.
  @Test func `calls for renewal only where that can help`() {
    for verdict in Verdict.allCases {
      let helps: Set<Verdict> = [.dead, .hung, .absent, .missing, .readOnly]
      #expect(verdict.remedy == (helps.contains(verdict) ? .renew : .none), "\(verdict)")
    }
  }
}

@Suite struct `An errno` {
  @Test func `has name and words`() {
    #expect(ErrorNumber.notConnected.name == "ENOTCONN")
    #expect(ErrorNumber.stale.description == "Stale file handle (ESTALE)")
    #expect(ErrorNumber(rawValue: 999).name == "errno 999")
    #expect(ErrorNumber(rawValue: 999).description == "error 999")
  }

  @Test func `has the words of errno(3)`() {
    for number in Int32(1)...133 {
      let known = ErrorNumber(rawValue: number)
      guard known.description != "error \(number)" else { continue }
      #expect(known.description == "\(String(cString: strerror(number))) (\(known.name))")
    }
  }
}

@Suite struct `A file's kind` {
  @Test(
    arguments: [
      (0o100644, .regular), (0o040755, .directory), (0o120777, .link), (0o010600, .fifo),
      (0o140600, .socket), (0o020600, .device), (0o060600, .device), (0, .other), (0o777, .other),
    ] as [(UInt32, FileKind)])
  func `follows from its mode`(mode: UInt32, kind: FileKind) {
    #expect(FileKind(mode: mode) == kind)
  }
}
