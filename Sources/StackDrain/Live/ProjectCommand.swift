import ChildProcess
import Glibc

/// A command of a compose project, run in its folder.
struct ProjectCommand: Sendable {
  private let words: [String]
  private let command: ChildCommand

  /// A command.
  ///
  /// - Parameters:
  ///   - words: A program's absolute path, or its name in PATH, and its arguments.
  ///   - folder: Where it runs.
  ///   - socket: The socket of the engine that is asked afterwards; the command talks to that one as
  ///     well, unless the environment names another.
  ///   - deadline: How long it may take.
  init(_ words: [String], in folder: String, socket: String?, deadline: Duration) {
    self.words = words
    var environment: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let line = String(cString: text)
      if let mark = line.utf8.firstIndex(of: UInt8(ascii: "=")) {
        environment[String(line[..<mark])] = String(line[line.utf8.index(after: mark)...])
      }
      entry += 1
    }
    if environment["PATH"] == nil {
      environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    }
    if environment["DOCKER_HOST"] == nil, let socket {
      environment["DOCKER_HOST"] = "unix://\(socket)"
    }
    // The shell changes the folder and finds the program; it interprets none of the words.
    command = ChildCommand(
      path: "/bin/sh", arguments: ["-c", #"cd "$1" && shift && exec "$@""#, "sh", folder] + words,
      environment: environment, deadline: deadline, outputLimit: 4 << 20)
  }

  /// Runs it, when the one before it in its lane has ended.
  func run(in lane: ChildLane) async -> ChildResult {
    guard !words.isEmpty else { return .failed("none is configured") }
    return await lane.run(command)
  }

  /// What is said of its end, which proves nothing: the containers are looked at afterwards.
  func answer(_ result: ChildResult) -> Answer {
    let program = words.first ?? "its command"
    return switch result {
    case .exited(0, _, _): .taken
    case .exited(let code, _, let complaint):
      .failed("\(program) ended with exit code \(code)\(Self.told(complaint))")
    case .signalled(let signal, let complaint):
      .failed("\(program) was ended by signal \(signal)\(Self.told(complaint))")
    case .timedOut: .failed("\(program) took too long, and was killed")
    case .tooMuchOutput: .failed("\(program) wrote too much, and was killed")
    case .failed(let words): .failed("\(program) did not run: \(words)")
    }
  }

  /// The end of what it complained of: there the reason stands.
  private static func told(_ complaint: String) -> String {
    let lines = complaint.utf8.split(separator: UInt8(ascii: "\n"))
    let last = lines.suffix(3).map { String(decoding: $0, as: UTF8.self) }
    let text = EngineText.line(last.joined(separator: " / "), limit: 400)
    return text.isEmpty ? "" : ": \(text)"
  }
}
