import Foundation
import Glibc

/// A folder below `/tmp` that everybody may enter, and that is gone afterwards.
struct TemporaryFolder {
  let path: String

  @discardableResult
  static func with<Result>(_ body: (TemporaryFolder) async throws -> Result) async throws -> Result
  {
    var template = Array("/tmp/mountmon-e2e-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw KitError("making a folder: errno \(errno)") }
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    chmod(path, 0o755)
    let folder = TemporaryFolder(path: path)
    do {
      let result = try await body(folder)
      await folder.remove()
      return result
    } catch {
      await folder.remove()
      throw error
    }
  }

  /// Makes a folder in it.
  func folder(_ name: String) throws -> String {
    let path = "\(path)/\(name)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  /// Writes a file in it at once: nobody sees half of it.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let path = "\(path)/\(name)"
    try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    return path
  }

  /// Makes a folder with a canary in it, as a mount that works looks.
  func library(_ name: String, canary: String = "ok\n") throws -> String {
    let library = try folder(name)
    try write("\(name)/.health-check", canary)
    return library
  }

  /// Takes away what a test may have mounted in it, then all of it.
  private func remove() async {
    await Task {
      for point in Self.mountPoints(below: path).reversed() {
        _ = try? await Child("umount", "-l", point).finish()
      }
      guard Self.mountPoints(below: path).isEmpty else { return }
      _ = try? await Child("rm", "-rf", "--one-file-system", path).finish(within: .seconds(20))
    }.value
  }

  private static func mountPoints(below path: String) -> [String] {
    let table = try? KernelFile.mounts
    return (table ?? "").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 4, fields[4].hasPrefix(path + "/") else { return nil }
      return String(fields[4])
    }
  }
}

/// Runs a program to its end, which has to be a good one.
@discardableResult
func run(_ words: String..., within limit: Duration = .seconds(30)) async throws -> String {
  let outcome = try await Child(words).finish(within: limit)
  guard outcome.ending == .exited(0) else {
    throw KitError("\(words.joined(separator: " ")): \(outcome.ending) \(outcome.errors)")
  }
  return outcome.output
}
