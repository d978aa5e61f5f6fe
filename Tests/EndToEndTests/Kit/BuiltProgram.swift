import Foundation
import Glibc

/// A program of this package, as it was built.
enum BuiltProgram {
  /// Where it is: in MOUNTMON_BIN_DIR, beside the tests, or where the package builds.
  static func path(_ name: String) throws -> String {
    var folders: [String] = []
    if let given = ProcessInfo.processInfo.environment["MOUNTMON_BIN_DIR"] {
      folders = [given]
    } else {
      folders = [
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path,
        package + "/.build/debug",
      ]
    }
    let candidates = folders.map { "\($0)/\(name)" }
    guard let found = candidates.first(where: { access($0, X_OK) == 0 }) else {
      throw KitError("\(name) is not built; looked for \(candidates.joined(separator: ", "))")
    }
    return found
  }

  /// Copies it to a place that everybody can reach; the checkout may be root's alone.
  static func copy(_ name: String, to folder: TemporaryFolder) throws -> String {
    let place = "\(folder.path)/\(name)"
    try FileManager.default.copyItem(atPath: try path(name), toPath: place)
    return place
  }

  /// The checkout that this file is in.
  static var package: String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
  }
}
