import Foundation
import Testing

/// Texts that are kept as files in `Snapshots/` and compared as a whole.
///
/// `RECORD_SNAPSHOTS=1 swift test` writes them anew; that run fails, so that nothing passes unseen.
enum Snapshot {
  static var isRecording: Bool { ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" }

  /// Expects that `text` is what the file `name` holds.
  static func expect(
    _ text: String, is name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expect(text, in: directory.appending(path: name), sourceLocation)
  }

  /// Expects that `text` is what a file of the checkout holds.
  static func expect(
    _ text: String, isFile path: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let checkout = directory.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    expect(text, in: checkout.appending(path: path), sourceLocation)
  }

  private static func expect(_ text: String, in file: URL, _ sourceLocation: SourceLocation) {
    let name = file.lastPathComponent
    guard !isRecording else {
      record(text, to: file, sourceLocation)
      return
    }
    guard let data = try? Data(contentsOf: file) else {
      Issue.record("no snapshot \(name): \(hint)", sourceLocation: sourceLocation)
      return
    }
    let recorded = String(decoding: data, as: UTF8.self)
    guard recorded != text else { return }
    Issue.record(
      "\(name) differs \(difference(recorded, text))\n\(hint)", sourceLocation: sourceLocation)
  }

  /// The first line that is not the same, and both versions of it.
  static func difference(_ recorded: String, _ text: String) -> String {
    let old = recorded.split(separator: "\n", omittingEmptySubsequences: false)
    let new = text.split(separator: "\n", omittingEmptySubsequences: false)
    let index = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset
    let line = index ?? min(old.count, new.count)
    let was = line < old.count ? old[line] : "(end)"
    let isNow = line < new.count ? new[line] : "(end)"
    return "at line \(line + 1)\n  recorded: \(was)\n  now:      \(isNow)"
  }

  private static let hint = "RECORD_SNAPSHOTS=1 swift test records it; read what it changed"

  private static let directory = URL(filePath: #filePath)
    .deletingLastPathComponent().appending(path: "Snapshots", directoryHint: .isDirectory)

  private static func record(_ text: String, to file: URL, _ sourceLocation: SourceLocation) {
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      Issue.record("recorded \(file.lastPathComponent)", sourceLocation: sourceLocation)
    } catch {
      Issue.record("cannot record \(file.path): \(error)", sourceLocation: sourceLocation)
    }
  }
}
