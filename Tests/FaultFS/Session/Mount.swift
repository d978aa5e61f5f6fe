import CLinux
import Glibc

/// What the daemon could not do to start, and why.
struct MountFailure: Error, CustomStringConvertible {
  let description: String

  init(_ operation: String, _ cause: some CustomStringConvertible) {
    description = "\(operation): \(cause)"
  }
}

/// A FUSE mount with its end of the device. Whoever makes one also ends it.
struct Mount {
  let device: Int32
  let path: String
  private let helper: String?

  /// Root mounts by itself; everyone else through `fusermount3`, which is setuid for this.
  init(_ options: Options) throws(MountFailure) {
    path = try Self.directory(options.mountpoint)
    if geteuid() == 0 {
      helper = nil
      device = try Self.mountDirectly(options, at: path)
    } else {
      (device, helper) = try Self.mountThroughHelper(options, at: path)
    }
    _ = fcntl(device, F_SETFL, O_NONBLOCK)
  }

  /// Dies to the kernel: everybody who waits gets an error, and the mount stays, dead.
  func hangUp() {
    close(device)
  }

  /// Takes the mount out of the tree, also while it is in use. The device is closed first, since
  /// this daemon could not answer what unmounting may ask of it.
  func detach() {
    hangUp()
    if let helper {
      _ = try? MountHelper.run([helper, "-u", "-z", "-q", "--", path]).wait()
    } else {
      umount2(path, Int32(MNT_DETACH))
    }
  }

  private static func directory(_ path: String) throws(MountFailure) -> String {
    guard let resolved = realpath(path, nil) else {
      throw MountFailure("the mountpoint \(path)", Errno.last)
    }
    defer { free(resolved) }
    var information = stat()
    guard stat(resolved, &information) == 0 else {
      throw MountFailure("the mountpoint \(path)", Errno.last)
    }
    guard information.st_mode & S_IFMT == S_IFDIR else {
      throw MountFailure("the mountpoint \(path)", Errno.notDirectory)
    }
    return String(cString: resolved)
  }

  private static func mountDirectly(
    _ options: Options, at path: String
  ) throws(MountFailure) -> Int32 {
    let device = open("/dev/fuse", O_RDWR | O_CLOEXEC)
    guard device >= 0 else { throw MountFailure("opening /dev/fuse", Errno.last) }
    var data = "fd=\(device),rootmode=40000,user_id=\(getuid()),group_id=\(getgid())"
    if options.allowsOthers { data += ",allow_other" }
    var flags = UInt(MS_NOSUID) | UInt(MS_NODEV)
    if options.isReadOnly { flags |= UInt(MS_RDONLY) }
    guard mount(options.source, path, options.fileSystemType, flags, data) == 0 else {
      let cause = Errno.last
      close(device)
      throw MountFailure("mounting at \(path)", cause)
    }
    return device
  }

  private static func mountThroughHelper(
    _ options: Options, at path: String
  ) throws(MountFailure) -> (device: Int32, helper: String) {
    var words = ["fsname=\(escaped(options.source))"]
    if options.fileSystemType.hasPrefix("fuse.") {
      words.append("subtype=\(escaped(String(options.fileSystemType.dropFirst(5))))")
    }
    if options.isReadOnly { words.append("ro") }

    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
      throw MountFailure("making a socket for fusermount3", Errno.last)
    }
    defer { close(ends[0]) }
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    setenv("_FUSE_COMMFD", "\(ends[1])", 1)

    var started: (helper: String, process: MountHelper)?
    for name in ["fusermount3", "fusermount"] where started == nil {
      let arguments = [name, "-o", words.joined(separator: ","), "--", path]
      if let process = try? MountHelper.run(arguments) { started = (name, process) }
    }
    close(ends[1])
    guard let started else {
      throw MountFailure(
        "mounting at \(path)", "only root may mount without fusermount3, which is not installed")
    }
    let device = clinux_receive_descriptor(ends[0])
    let status = started.process.wait()
    guard device >= 0 else {
      throw MountFailure("mounting at \(path)", "\(started.helper) refused (status \(status))")
    }
    return (device, started.helper)
  }

  /// For a mount option: commas separate, so they are escaped.
  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, letter in
      if letter == "," || letter == "\\" { result.append("\\") }
      result.append(letter)
    }
  }
}
