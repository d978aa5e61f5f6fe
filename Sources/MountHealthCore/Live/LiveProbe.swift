import CLinux
import Glibc
import Pacing

/// Looks at a mount with system calls, in the calling thread, which may hang for ever.
///
/// The order of the steps is that of `ProbeStep`. Each step asks the file system and not a cache
/// wherever Linux offers that.
struct LiveProbe {
  let order: ProbeOrder
  private var sighting: MountSighting?
  private var details: ProbeDetails?

  init(_ order: ProbeOrder) {
    self.order = order
  }

  /// Takes the steps.
  static func run(_ order: ProbeOrder) -> ProbeReport {
    var probe = LiveProbe(order)
    let start = Tick.now()
    let finding = probe.look()
    return ProbeReport(
      finding: finding, sighting: probe.sighting, latency: Tick.now() - start,
      details: probe.details)
  }

  private mutating func look() -> ProbeFinding {
    do {
      return try takeSteps()
    } catch {
      switch error {
      case .stopped(let finding):
        return finding
      case .failed(_, let number) where number.isShortageOfOurs():
        return .unable("\(number)")
      case .failed(let step, let number):
        return .failed(step, number)
      }
    }
  }

  private mutating func takeSteps() throws(ProbeInterruption) -> ProbeFinding {
    let probe = order.probe
    let root = try openRoot()
    if let attribute = probe.wishes.attribute { readAttribute(attribute, below: root.number) }
    if probe.minimumEntries > 0 { try countEntries(in: root.number, atLeast: probe.minimumEntries) }
    var bytes = 0
    switch probe.target {
    case .directory:
      _ = try stat(root.number, .attributes)
    case .canary(let canary):
      bytes = try readCanary(canary, below: root.number)
    }
    if probe.minimumFreeBytes > 0 || probe.minimumFreePercent > 0 || probe.wishes.space {
      try measureSpace(of: root.number)
    }
    if probe.writes { try WriteProbe(probe.target).run(below: root.number) }
    return .seen(bytes: bytes)
  }

  private mutating func openRoot() throws(ProbeInterruption) -> Descriptor {
    let root = try Descriptor(
      at: .resolve, clinux_open_path(order.path.description, O_DIRECTORY))
    var known = clinux_file()
    // Where the directory is, the kernel knows without asking anybody.
    guard clinux_stat_known(root.number, &known) == 0 else {
      throw .failed(.attributes, currentError)
    }
    if let path = readLink("/proc/self/fd/\(root.number)") {
      sighting = MountSighting(path: path, mountID: known.mount_id)
    }
    if order.probe.wishes != .none {
      let isSealed = known.immutable < 0 ? nil : known.immutable == 1
      details = ProbeDetails(isSealed: order.probe.wishes.seal ? isSealed : nil)
    }
    return root
  }

  private func countEntries(
    in root: Int32, atLeast minimum: Int
  ) throws(ProbeInterruption) {
    let directory = try Descriptor(
      at: .list, clinux_open_at(root, ".", O_RDONLY | O_DIRECTORY, 0))
    guard let stream = fdopendir(directory.number) else { throw .failed(.list, currentError) }
    _ = directory.release()
    defer { closedir(stream) }
    var count = 0
    while count < minimum {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw .failed(.list, currentError) }
        throw .stopped(.fewEntries(count))
      }
      let first = entry.pointee.d_name.0
      let second = entry.pointee.d_name.1
      let isDot = first == 0x2E && (second == 0 || (second == 0x2E && entry.pointee.d_name.2 == 0))
      if !isDot { count += 1 }
    }
  }

  private func readCanary(
    _ canary: CanaryPath, below root: Int32
  ) throws(ProbeInterruption) -> Int {
    let place = try openBeneath(root, canary)
    let file = try stat(place.number, .canaryAttributes)
    let kind = FileKind(mode: file.mode)
    guard kind == .regular else { throw .stopped(.wrongKind(kind)) }
    // Opening by the descriptor's name looks nothing up again: what was checked is what is opened.
    let canaryFile = try Descriptor(
      at: .open, open("/proc/self/fd/\(place.number)", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    )
    posix_fadvise(canaryFile.number, 0, 0, Int32(POSIX_FADV_DONTNEED))

    // Where the size is known, a last read that only finds the end is spared: it would ask the
    // server. Files of unknown size (0) are read to their end.
    let limit = min(
      order.probe.maximumBytes, file.size == 0 ? .max : Int(clamping: file.size))
    let bytes: [UInt8]
    do {
      bytes = try readToEnd(of: canaryFile.number, limit: limit)
    } catch {
      throw .failed(.read, error)
    }
    guard file.size == 0 || bytes.count >= limit else {
      throw .stopped(.short(read: bytes.count, size: file.size))
    }
    if let expectation = order.probe.expectation {
      guard bytes.droppingLineEnd == Array(expectation.utf8).droppingLineEnd else {
        throw .stopped(.unexpected(String(decoding: bytes.prefix(80), as: UTF8.self)))
      }
    }
    return bytes.count
  }

  private mutating func readAttribute(_ attribute: FileAttribute, below root: Int32) {
    do {
      let file = try openBeneath(root, attribute.file)
      var bytes = [UInt8](repeating: 0, count: FileAttribute.maximumLength)
      let count = bytes.withUnsafeMutableBytes {
        clinux_get_attribute(file.number, attribute.name, $0.baseAddress, UInt($0.count))
      }
      guard count >= 0 else {
        details?.attribute = .unreadable(currentError)
        return
      }
      bytes.removeLast(bytes.count - count)
      details?.attribute = .value(bytes)
    } catch {
      switch error {
      case .failed(_, let number): details?.attribute = .unreadable(number)
      case .stopped: details?.attribute = .unreadable(.crossDevice)
      }
    }
  }

  private mutating func measureSpace(of root: Int32) throws(ProbeInterruption) {
    let asksForSpace = order.probe.minimumFreeBytes > 0 || order.probe.minimumFreePercent > 0
    var space = statvfs()
    guard fstatvfs(root, &space) == 0 else {
      // What is only wished for makes no outcome worse.
      guard asksForSpace else { return }
      throw .failed(.space, currentError)
    }
    let unit = UInt64(space.f_frsize)
    let free = UInt64(space.f_bavail).multipliedClamping(by: unit)
    let total = UInt64(space.f_blocks).multipliedClamping(by: unit)
    if order.probe.wishes.space { details?.space = MountSpace(free: free, total: total) }
    let percent = total == 0 ? 100 : Double(free) / Double(total) * 100
    guard free >= order.probe.minimumFreeBytes, percent >= order.probe.minimumFreePercent else {
      throw .stopped(.lowSpace(free: free, total: total))
    }
  }
}

/// Why a probe ended before its last step.
enum ProbeInterruption: Error {
  /// A system call failed.
  case failed(ProbeStep, ErrorNumber)
  /// What was seen is not what was asked for.
  case stopped(ProbeFinding)
}

extension Descriptor {
  /// Takes what a system call of a probe's step returned.
  init(at step: ProbeStep, _ result: Int32) throws(ProbeInterruption) {
    do {
      try self.init(result)
    } catch {
      throw .failed(step, error)
    }
  }
}

/// Asks the file system for a file's type and size, past attribute caches.
func stat(_ descriptor: Int32, _ step: ProbeStep) throws(ProbeInterruption) -> clinux_file {
  var file = clinux_file()
  guard clinux_stat_fresh(descriptor, &file) == 0 else { throw .failed(step, currentError) }
  return file
}

/// What a link of `/proc` says.
func readLink(_ path: String) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4097) { buffer in
    guard let base = buffer.baseAddress else { return nil }
    let count = readlink(path, base, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: UnsafeRawBufferPointer(start: base, count: count), as: UTF8.self)
  }
}

extension ErrorNumber {
  /// Whether it says that this process lacks something, and nothing of the file system.
  ///
  /// A daemon or server that has run out of descriptors answers as the kernel does: then this process
  /// can still have some. What the probe itself held is closed again by now, so that one would not
  /// prove it.
  fileprivate func isShortageOfOurs() -> Bool {
    guard self == .tooManyOpen || self == .tableOverflow else { return self == .noMemory }
    var spare: [Int32] = []
    defer { for descriptor in spare { close(descriptor) } }
    while spare.count < 16 {
      let descriptor = clinux_eventfd()
      guard descriptor >= 0 else { return true }
      spare.append(descriptor)
    }
    return false
  }
}

extension [UInt8] {
  /// Without line feeds and carriage returns at the end.
  fileprivate var droppingLineEnd: ArraySlice<UInt8> {
    self[..<(lastIndex { $0 != 0x0A && $0 != 0x0D }.map { $0 + 1 } ?? 0)]
  }
}

extension UInt64 {
  fileprivate func multipliedClamping(by other: UInt64) -> UInt64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
