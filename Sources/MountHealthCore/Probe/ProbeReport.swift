/// What one probe saw, as the prober reports it: facts, no judgement.
public struct ProbeReport: Hashable, Sendable {
  /// What came of the probe.
  public var finding: ProbeFinding
  /// Where the path led, if the probe got that far.
  public var sighting: MountSighting?
  /// How long the probe took, from its first system call to its last.
  public var latency: Duration
  /// What was wished for beside; `nil` where nothing was.
  public var details: ProbeDetails?

  /// A report.
  public init(
    finding: ProbeFinding, sighting: MountSighting? = nil, latency: Duration = .zero,
    details: ProbeDetails? = nil
  ) {
    self.finding = finding
    self.sighting = sighting
    self.latency = latency
    self.details = details
  }
}

/// Where a mount's path led when the probe followed it.
public struct MountSighting: Hashable, Sendable {
  /// The path without links, as the kernel names the directory that was opened.
  public var path: String
  /// The number of the mount that the directory is on; 0 where the kernel does not tell.
  public var mountID: UInt64

  /// A sighting.
  public init(path: String, mountID: UInt64) {
    self.path = path
    self.mountID = mountID
  }
}

/// What came of a probe.
public enum ProbeFinding: Hashable, Sendable {
  /// Everything that was asked for was seen. The canary's bytes read, where there was one.
  case seen(bytes: Int)
  /// A system call failed, with this errno.
  case failed(ProbeStep, ErrorNumber)
  /// The canary is not a regular file.
  case wrongKind(FileKind)
  /// The canary is a link that leads out of the mount.
  case escapes
  /// Reading gave fewer bytes than the file's size promises.
  case short(read: Int, size: UInt64)
  /// The canary does not hold what is expected; the first bytes of what it holds.
  case unexpected(String)
  /// The directory has fewer entries than asked for.
  case fewEntries(Int)
  /// Less free space than asked for, in bytes.
  case lowSpace(free: UInt64, total: UInt64)
  /// The prober itself could not look (no thread, no descriptor, no memory, no worker): this says
  /// nothing of the mount.
  case unable(String)
}

/// The kinds of file that a directory entry can be: inode(7).
public enum FileKind: UInt8, Hashable, Sendable, CaseIterable {
  /// A regular file.
  case regular = 1
  /// A directory.
  case directory
  /// A symbolic link.
  case link
  /// A named pipe.
  case fifo
  /// A socket.
  case socket
  /// A character or block device.
  case device
  /// Something this library does not know.
  case other

  /// The kind that the type bits of a mode (`S_IFMT`) name.
  public init(mode: UInt32) {
    self =
      switch mode & 0o170000 {
      case 0o100000: .regular
      case 0o040000: .directory
      case 0o120000: .link
      case 0o010000: .fifo
      case 0o140000: .socket
      case 0o020000, 0o060000: .device
      default: .other
      }
  }

  /// With its article, for a sentence.
  public var description: String {
    switch self {
    case .regular: "a regular file"
    case .directory: "a directory"
    case .link: "a symbolic link"
    case .fifo: "a named pipe"
    case .socket: "a socket"
    case .device: "a device"
    case .other: "no kind of file that is known"
    }
  }
}
