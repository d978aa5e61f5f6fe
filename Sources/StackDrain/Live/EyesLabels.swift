import Glibc
import MountHealthCore

/// Reads which devices carry the labels of a pool's branches: links in a folder of udev's and files of
/// `/sys`, none of them on a drive.
struct EyesLabels {
  let branches: [BranchDescription]
  let folder: String

  /// Labels that a drive has carried since the start.
  private var known: Set<String> = []
  /// Labels that no drive carries, though one is mounted where theirs should be: told once.
  private(set) var doubtful: Set<String> = []

  init(branches: [BranchDescription], folder: String) {
    self.branches = branches
    self.folder = folder
  }

  /// Reads all of them.
  ///
  /// A label that no drive has carried yet may be misspelt: that alone must not look like a drive that
  /// was pulled. So what is mounted there has to be gone as well.
  ///
  /// - Parameter mounted: The devices that are mounted at the branches' paths, `nil` where nothing is;
  ///   paths of which nothing is known yet are left out.
  /// - Returns: What is known of each label's device.
  mutating func read(mounted: [MountPath: DeviceNumber?]) -> LabelReading {
    var reading: LabelReading = [:]
    for branch in branches {
      let seen = device(of: branch.label)
      if seen.value.flatMap({ $0 }) != nil {
        known.insert(branch.label)
        doubtful.remove(branch.label)
      }
      reading[branch.label] = judged(seen, of: branch, mounted: mounted)
    }
    return reading
  }

  private mutating func judged(
    _ seen: Seen<DeviceNumber?>, of branch: BranchDescription,
    mounted: [MountPath: DeviceNumber?]
  ) -> Seen<DeviceNumber?> {
    let here = mounted[branch.path]
    if let number = here.flatMap({ $0 }), isGone(number) { return .seen(nil) }
    guard seen == .seen(nil), !known.contains(branch.label) else { return seen }
    switch here {
    case nil: return .unseen("no drive carries the label \(branch.label)")
    case .some(nil): return seen
    case .some(.some):
      doubtful.insert(branch.label)
      return .unseen(
        "no drive carries the label \(branch.label), and the one at \(branch.path) is there")
    }
  }

  private func isGone(_ number: DeviceNumber) -> Bool {
    guard number.major != 0, access("/sys/dev/block", F_OK) == 0 else { return false }
    let place = "/sys/dev/block/\(number)"
    if access(place, F_OK) != 0 { return errno == ENOENT }
    return (try? readKernelFile(place + "/size", limit: 64))?.first == UInt8(ascii: "0")
  }

  private func device(of label: String) -> Seen<DeviceNumber?> {
    let path = folder + "/" + DeviceLabel.linkName(of: label)
    let target: [UInt8]
    switch link(at: path) {
    case .success(let bytes): target = bytes
    case .failure(let error) where error.rawValue == ENOENT: return absence()
    case .failure(let error): return .unseen("read the link \(path): \(error)")
    }
    guard let name = DeviceLabel.kernelName(linkTarget: target) else {
      return .unseen("the link \(path) leads to no device")
    }
    let place = "/sys/class/block/\(name)"
    do throws(ErrorNumber) {
      guard let number = DeviceNumber(parsing: try readKernelFile(place + "/dev", limit: 64)) else {
        return .unseen("\(place)/dev makes no sense")
      }
      // A dock or a card reader stays when its drive is pulled: it has no size then.
      let size = try readKernelFile(place + "/size", limit: 64)
      return .seen(size.first == UInt8(ascii: "0") ? nil : number)
    } catch {
      // udev takes a link away a moment after the device has gone.
      switch error.rawValue {
      case ENOENT, ENODEV, ENXIO: return .seen(nil)
      default: return .unseen("read \(place): \(error)")
      }
    }
  }

  /// What it means that there is no link: udev takes the folder away with the last one, but never
  /// what is above it.
  private func absence() -> Seen<DeviceNumber?> {
    var above = folder
    while above.utf8.last == UInt8(ascii: "/") { above.removeLast() }
    guard access(folder, F_OK) != 0, let slash = above.utf8.lastIndex(of: UInt8(ascii: "/")) else {
      return .seen(nil)
    }
    above = String(above[..<slash])
    guard access(above.isEmpty ? "/" : above, F_OK) != 0 else { return .seen(nil) }
    return .unseen("no links by label: \(above) is not there, expected from udev")
  }

  private func link(at path: String) -> Result<[UInt8], ErrorNumber> {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = bytes.withUnsafeMutableBytes { buffer in
      buffer.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map { readlink(path, $0, characters.count) } ?? -1
      }
    }
    guard count >= 0 else { return .failure(ErrorNumber(rawValue: errno)) }
    return .success(Array(bytes[..<count]))
  }
}
