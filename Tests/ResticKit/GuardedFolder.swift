package import StackKit

/// A folder that goes with the test run, however that ends.
package final class GuardedFolder: Sendable {
  package let folder: KitFolder
  private let guardian: Program

  package init() throws {
    let folder = try KitFolder()
    self.folder = folder
    guardian = try Program(
      ["sh", "-c", #"read -r _; sleep 1; rm -rf --one-file-system "$1""#, "sh", folder.path],
      log: "/dev/null")
  }

  package var path: String { folder.path }

  /// Takes it away. May come twice.
  package func remove() async {
    // In a task of its own, so that a test that was cancelled is cleaned up all the same.
    await Task { await folder.remove() }.value
  }
}
