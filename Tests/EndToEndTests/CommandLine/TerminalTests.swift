import Foundation
import Testing

/// What a person sees on a terminal, and what a pipe is spared.
@Suite(.timeLimit(.minutes(2)))
struct `A terminal` {
  @Test(arguments: [
    ([], true), (["NO_COLOR=1"], false), (["NO_COLOR="], true), (["TERM=dumb"], false),
    (["CLICOLOR_FORCE=1", "NO_COLOR=1"], false),
  ])
  func `is given bold and colors, unless the environment says no`(
    _ variables: [String], _ isColored: Bool
  ) async throws {
    for arguments in [["--help"], ["check", "/"]] {
      let run = try await Pseudoterminal.run(
        arguments, variables: variables, output: true, errors: false)
      #expect(run.ending == .exited(0))
      #expect(run.seen.contains("\u{1B}[") == isColored, "\(arguments) \(variables)")
      #expect(run.errors == "")
    }
  }

  @Test func `is the only thing that is: files and pipes stay plain`() async throws {
    for arguments in [["--help"], ["check", "/"], ["version"], ["manual"]] {
      let run = try await Pseudoterminal.run(arguments, output: false, errors: true)
      #expect(run.ending == .exited(0))
      #expect(!run.output.isEmpty)
      #expect(!run.output.contains("\u{1B}"), "\(arguments)")
      #expect(run.seen == "")
    }
    let forced = try await Pseudoterminal.run(
      ["check", "/"], variables: ["CLICOLOR_FORCE=1"], output: false, errors: false)
    #expect(forced.output.contains("\u{1B}["))
    let refused = try await Pseudoterminal.run(
      ["check", "--color", "never", "/"], variables: ["CLICOLOR_FORCE=1"], output: false,
      errors: false)
    #expect(!refused.output.contains("\u{1B}"))
  }

  @Test func `shows how long is waited, on one line that is taken away`() async throws {
    try await TemporaryFolder.with { folder in
      let bad = try folder.folder("a-mount-whose-name-is-far-too-long-for-a-narrow-terminal")
      let run = try await Pseudoterminal.run(
        ["check", "--wait", "3s", "--canary", "nothing", bad], output: false, errors: true,
        columns: 40)
      #expect(run.ending == .exited(2))
      #expect(run.seen.contains("waiting "))
      #expect(run.seen.hasSuffix("\r\u{1B}[K"), "the line is gone at the end")
      for line in run.seen.split(separator: "\r") {
        #expect(line.replacing("\u{1B}[K", with: "").count < 40, "\(line.debugDescription)")
      }
      #expect(!run.output.contains("waiting "))
    }
  }

  @Test(arguments: [([], false), (["TERM=dumb"], true)])
  func `alone is shown progress, and only where a line can be written over`(
    _ variables: [String], _ isTerminal: Bool
  ) async throws {
    try await TemporaryFolder.with { folder in
      let run = try await Pseudoterminal.run(
        ["check", "--wait", "1500ms", "--canary", "nothing", folder.path], variables: variables,
        output: !isTerminal, errors: isTerminal)
      #expect(run.ending == .exited(2))
      #expect(run.errors == "")
      #expect(!(isTerminal ? run.seen : run.errors).contains("waiting"))
    }
  }

  @Test func `is told what is wrong without colors`() async throws {
    let run = try await Pseudoterminal.run(["chekc"], output: true, errors: true)
    #expect(run.ending == .exited(2))
    #expect(
      run.seen == "mountmon: unknown command \"chekc\", did you mean check?\r\n"
        + "Run 'mountmon --help' for help.\r\n")
  }
}

@Suite struct `Standard output that cannot be written` {
  @Test(
    arguments: [
      (["--help"], 1), (["version"], 1), (["manual"], 1), (["check", "/"], 3),
      (["check", "--output", "json", "/"], 3), (["check", "/nowhere"], 2),
    ] as [([String], Int32)])
  func `is told, and is no success`(_ words: [String], _ code: Int32) async throws {
    let program = try BuiltProgram.path("mountmon")
    let full = try await Child(["sh", "-c", "exec \"$@\" >/dev/full", "sh", program] + words)
      .finish()
    #expect(full.ending == .exited(code))
    #expect(
      full.errors == "mountmon: cannot write to standard output: No space left on device (ENOSPC)\n"
    )
  }

  @Test func `because its reader left is told to nobody`() async throws {
    let program = try BuiltProgram.path("mountmon")
    // The reader ends before the first byte: a pipe that is read later would take all of it.
    let script = "exec 3> >(exec true); wait $!; exec \"$@\" >&3"
    let cut = try await Child("bash", "-c", script, "bash", program, "manual").finish()
    #expect(cut.ending == .exited(1))
    #expect(cut.errors == "")
  }
}
