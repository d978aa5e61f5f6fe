import Foundation
import Glibc

/// The control groups that an engine leaves behind.
enum ControlGroup {
  /// A name of its own for what is in this folder.
  static func name(for folder: KitFolder) -> String {
    "/" + URL(filePath: folder.path).lastPathComponent
  }

  /// Takes away the groups of this name, in each hierarchy, with all below them.
  static func remove(_ name: String) async {
    let top = "/sys/fs/cgroup"
    let trees = (try? FileManager.default.contentsOfDirectory(atPath: top)) ?? []
    let own = ([top] + trees.map { "\(top)/\($0)" }).map { $0 + name }
      .filter { access($0, F_OK) == 0 }
    _ = await holds(within: .seconds(5)) {
      for group in own {
        let below =
          FileManager.default.enumerator(atPath: group)?.compactMap { $0 as? String } ?? []
        for folder in below.reversed() { rmdir("\(group)/\(folder)") }
        rmdir(group)
      }
      return own.allSatisfy { access($0, F_OK) != 0 }
    }
  }
}
