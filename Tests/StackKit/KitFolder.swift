import Foundation
import Glibc

/// A folder below `/tmp` with a short path: sockets are in it.
package struct KitFolder: Sendable {
  package let path: String

  package init() throws {
    var template = Array("/tmp/mountmon-stack-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw KitFault("making a folder: errno \(errno)") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    chmod(path, 0o755)
  }

  /// Makes a folder in it, and says where.
  package func folder(_ name: String) throws -> String {
    let folder = "\(path)/\(name)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }

  /// Writes a file in it, and says where.
  @discardableResult
  package func write(_ name: String, _ text: String) throws -> String {
    let file = "\(path)/\(name)"
    try Data(text.utf8).write(to: URL(filePath: file))
    return file
  }

  /// Takes away what is mounted in it, then all of it.
  package func remove() async {
    await ProcessTable.unmount(atOrBelow: path)
    guard ProcessTable.mountPoints(atOrBelow: path).isEmpty else { return }
    _ = try? await Program.run(["rm", "-rf", "--one-file-system", path])
  }
}
