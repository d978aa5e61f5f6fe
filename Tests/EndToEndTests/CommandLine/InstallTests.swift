import Foundation
import Testing

/// `make install`, by the script that it calls.
@Suite(.timeLimit(.minutes(1)))
struct `An installation` {
  private static let script = BuiltProgram.package + "/scripts/install.sh"

  private func files(below path: String) -> [String] {
    (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? [])
      .filter { name in
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(
          atPath: "\(path)/\(name)", isDirectory: &isFolder)
        return exists && !isFolder.boolValue
      }.sorted()
  }

  @Test func `has the program, its pages and its completions, and can be taken back`() async throws
  {
    try await TemporaryFolder.with { folder in
      let program = try BuiltProgram.path("mountmon")
      let prefix = folder.path + "/stage/usr"
      try folder.write("neighbour", "of somebody else\n")
      let installed = try await Child(Self.script, program, prefix).finish()
      #expect(installed.ending == .exited(0), "\(installed.errors)")
      let names = try await Child(program, "manual", "--list").finish().output
        .split(separator: "\n")
      #expect(names.count > 15)
      let expected =
        [
          "bin/mountmon", "share/bash-completion/completions/mountmon",
          "share/fish/vendor_completions.d/mountmon.fish", "share/zsh/site-functions/_mountmon",
        ] + names.map { "share/man/man8/\($0).8" }
      #expect(files(below: prefix) == expected.sorted())

      let page = try await Child("cat", prefix + "/share/man/man8/mountmon-pool-drain.8").finish()
      #expect(page.output.hasPrefix(".\\\" Made by: mountmon manual mountmon-pool-drain\n"))
      let mode = try await Child("stat", "-c", "%a", prefix + "/bin/mountmon").finish().output
      #expect(mode == "755\n")

      let removed = try await Child(Self.script, "--remove", prefix).finish()
      #expect(removed.ending == .exited(0))
      #expect(files(below: folder.path) == ["neighbour"])
    }
  }

  @Test func `of nothing is none, and says what to do`() async throws {
    try await TemporaryFolder.with { folder in
      let failed = try await Child(Self.script, folder.path + "/none", folder.path + "/usr")
        .finish()
      #expect(failed.ending == .exited(1))
      #expect(failed.errors.contains("'make release' builds it"))
      let wrong = try await Child(Self.script, "/bin/false", folder.path + "/usr").finish()
      #expect(wrong.ending == .exited(1))
      #expect(files(below: folder.path) == [])
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `completes in the shell without more ado`(_ shell: String) async throws {
    try await TemporaryFolder.with { folder in
      let program = try BuiltProgram.path("mountmon")
      _ = try await Child(Self.script, program, folder.path).finish()
      let share = folder.path + "/share"
      let words: [String]
      switch shell {
      case "bash":
        words = [
          "bash", "--norc", "-c",
          "source \(share)/bash-completion/completions/mountmon && complete -p mountmon",
        ]
      case "zsh":
        words = [
          "zsh", "-f", "-c",
          "fpath=(\(share)/zsh/site-functions $fpath); autoload -Uz compinit; "
            + "compinit -D -u; print -r -- $_comps[mountmon]",
        ]
      default:
        words = [
          // It completes what it can run.
          "env", "PATH=\(folder.path)/bin:/usr/bin:/bin", "XDG_DATA_DIRS=\(share)",
          "HOME=\(folder.path)", "fish", "-c",
          "complete -C 'mountmon pool drai'",
        ]
      }
      let run = try await Child(words).finish()
      #expect(run.ending == .exited(0), "\(run.errors)")
      let expected = [
        "bash": "complete -F _mountmon mountmon\n", "zsh": "_mountmon\n",
        "fish": "drain\tTake the stack off the pool, and leave it off until resumed\n",
      ]
      #expect(run.output == expected[shell])
    }
  }
}
