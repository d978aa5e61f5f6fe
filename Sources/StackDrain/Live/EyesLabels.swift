import Glibc
import MountHealthCore

/// Reads which devices carry the labels of a pool's branches: links in a folder of udev's and files of
/// `/sys`, none of them on a drive.
struct EyesLabels {
  let branches: [BranchDescription]
  let folder: String

  /// Reads all of them.
  ///
  /// - Parameter mounted: What is mounted at the branches' paths. Where there are no links by label
  ///   (no udev), a drive that is gone is known by the number of the one that is mounted.
  /// - Returns: What is known of each label's device.
  func read(mounted: [MountPath: DeviceNumber]) -> LabelReading {
    var reading: LabelReading = [:]
    for branch in branches {
      var seen = device(of: branch.label)
      if case .unseen = seen, let number = mounted[branch.path], isGone(number) {
        seen = .seen(nil)
      }
      reading[branch.label] = seen
    }
    return reading
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
