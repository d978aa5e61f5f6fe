import Foundation

/// The one image of the kit: a shell and little else, two megabytes.
package enum KitImage {
  package static let name = "tiny:1"
  /// What it runs unless told.
  package static let change = #"CMD ["/bin/sleep", "86400"]"#
  /// A script that ends at SIGTERM.
  package static let obedient = "trap 'exit 0' TERM; while :; do sleep 1 & wait; done"
  /// A script that takes no notice of SIGTERM.
  package static let stubborn = "trap '' TERM; while :; do sleep 1; done"

  /// Makes an archive of its files, for `import`.
  static func archive(in folder: KitFolder) async throws -> String {
    let root = try folder.folder("image")
    for name in ["bin", "tmp", "etc", "proc", "data"] { _ = try folder.folder("image/\(name)") }
    try FileManager.default.copyItem(atPath: "/bin/busybox", toPath: "\(root)/bin/busybox")
    for name in ["sh", "sleep", "cat", "ls", "echo", "kill", "touch"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(root)/bin/\(name)", withDestinationPath: "busybox")
    }
    let archive = folder.path + "/image.tar"
    try await Program.succeed("tar", "-C", root, "-cf", archive, ".")
    return archive
  }
}

extension String {
  var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
