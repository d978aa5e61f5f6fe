import Foundation

/// The files that a kubelet puts into a pod: `token`, `ca.crt`, `namespace`, as links through a
/// folder that is swapped in one step.
struct ServiceAccountFolder {
  let path: String

  func write(token: String, authority: String, namespace: String) throws {
    let files = FileManager.default
    let folder = URL(filePath: path)
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    let name = "..2026_01_02_03_04_05.\(UInt32.random(in: 0...UInt32.max))"
    let fresh = folder.appending(path: name)
    try files.createDirectory(at: fresh, withIntermediateDirectories: false)
    for (file, text) in [("token", token), ("ca.crt", authority), ("namespace", namespace)] {
      try Data(text.utf8).write(to: fresh.appending(path: file))
    }
    let data = folder.appending(path: "..data")
    let old = try? files.destinationOfSymbolicLink(atPath: data.path)
    let temporary = folder.appending(path: "..data_tmp")
    try? files.removeItem(at: temporary)
    try files.createSymbolicLink(atPath: temporary.path, withDestinationPath: name)
    guard rename(temporary.path, data.path) == 0 else {
      throw StubServerError("rename of \(temporary.path) failed: \(errno)")
    }
    for file in ["token", "ca.crt", "namespace"] {
      let link = folder.appending(path: file)
      if (try? files.destinationOfSymbolicLink(atPath: link.path)) == nil {
        try files.createSymbolicLink(atPath: link.path, withDestinationPath: "..data/" + file)
      }
    }
    if let old { try? files.removeItem(at: folder.appending(path: old)) }
  }
}
