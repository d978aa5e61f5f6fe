import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(4)))
struct `A package elsewhere` {
  private static let manifest = """
    // swift-tools-version: 6.2
    import PackageDescription
    let package = Package(
      name: "elsewhere",
      dependencies: [.package(url: "file://REPOSITORY", revision: "REVISION")],
      targets: [
        .executableTarget(
          name: "elsewhere",
          dependencies: [.product(name: "MountHealthCore", package: "mountmon")])
      ])
    """

  private static let program = """
    import MountHealthCore

    @main
    struct Elsewhere {
      static func main() async throws {
        let mount = Mount(
          path: try MountPath(CommandLine.arguments[1]),
          probe: Probe(.canary(try CanaryPath(".health-check"))), interval: .seconds(1))
        let monitor = try MountMonitor(mounts: [mount], prober: .inProcess)
        let changes = monitor.changes()
        async let watching: Void = monitor.run()
        for await change in changes {
          print(change.health)
          monitor.stop()
        }
        try await watching
      }
    }
    """

  @Test func `embeds the core by a git URL, and builds nothing of the server`() async throws {
    try await TemporaryFolder.with { folder in
      let library = try folder.library("library")
      let repository = folder.path + "/mountmon"
      try await run(
        "git", "-c", "safe.directory=*", "clone", "--quiet", "--bare", BuiltProgram.package,
        repository, within: .seconds(60))
      let revision = try await run(
        "git", "-c", "safe.directory=*", "--git-dir", repository, "rev-parse", "HEAD")
      _ = try folder.folder("elsewhere/Sources/elsewhere")
      try folder.write(
        "elsewhere/Package.swift",
        Self.manifest.replacing("REPOSITORY", with: repository)
          .replacing("REVISION", with: revision.trimmingCharacters(in: .newlines)))
      try folder.write("elsewhere/Sources/elsewhere/Elsewhere.swift", Self.program)

      let package = folder.path + "/elsewhere"
      let start = ContinuousClock.now
      let built = try await Child(
        "env", "CLANG_MODULE_CACHE_PATH=\(folder.path)/modules", "TMPDIR=\(folder.path)", "swift",
        "build", "--package-path", package, "--disable-sandbox"
      ).finish(within: .seconds(220))
      #expect(built.ending == .exited(0), "\(built.output.suffix(3000))\(built.errors)")
      print("figure: an outside package resolved and built in \(start.duration(to: .now))")
      for word in ["NIO", "Logging", "warning:"] {
        #expect(!built.output.contains(word), "\(word): \(built.output)")
      }

      let ran = try await Child("\(package)/.build/debug/elsewhere", library).finish(
        within: .seconds(10))
      #expect(ran.ending == .exited(0))
      #expect(ran.output == "healthy\n")
    }
  }
}
