import Foundation
import Testing

/// A program of the system that some tests ask for its opinion.
struct ExternalTool {
  let path: String

  /// Fails the test when the program is missing, unless `MOUNTMON_ALLOW_MISSING=1`.
  static func find(
    _ name: String, package: String, sourceLocation: SourceLocation = #_sourceLocation
  ) -> ExternalTool? {
    for directory in ["/usr/local/bin", "/usr/bin", "/bin"] {
      let path = "\(directory)/\(name)"
      if FileManager.default.isExecutableFile(atPath: path) { return ExternalTool(path: path) }
    }
    if ProcessInfo.processInfo.environment["MOUNTMON_ALLOW_MISSING"] != "1" {
      Issue.record(
        "\(name) is missing: apt-get install \(package), or set MOUNTMON_ALLOW_MISSING=1",
        sourceLocation: sourceLocation)
    }
    return nil
  }

  struct Output {
    let status: Int32
    /// Standard output and standard error together.
    let text: String
  }

  /// Runs it to its end. What it reads goes through a file, so size is no matter.
  func run(_ arguments: [String], input: String = "") throws -> Output {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data(input.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.standardInput = try FileHandle(forReadingFrom: file)
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Output(
      status: process.terminationStatus, text: String(decoding: data, as: UTF8.self))
  }
}
