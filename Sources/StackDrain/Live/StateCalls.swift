import CLinux
import Glibc
import MountHealthCore

/// A call that changes something in the folder, as it is about to be made.
enum StateCall: Hashable, Sendable, CustomStringConvertible {
  case create(String)
  case allocate(String)
  case write(String)
  case cut(String)
  case sync(String)
  case link(String, String)
  case rename(String, String)
  case remove(String)
  case syncFolder

  var description: String {
    switch self {
    case .create(let name): "create \(name)"
    case .allocate(let name): "allocate \(name)"
    case .write(let name): "write \(name)"
    case .cut(let name): "cut \(name)"
    case .sync(let name): "sync \(name)"
    case .link(let old, let new): "link \(old) \(new)"
    case .rename(let old, let new): "rename \(old) \(new)"
    case .remove(let name): "remove \(name)"
    case .syncFolder: "sync folder"
    }
  }
}

/// The system calls on the files of one folder, by its descriptor: wherever its path leads later,
/// these files are meant. No link is followed.
///
/// All of them may block for as long as the disk below does.
struct StateCalls: Sendable {
  let folder: Int32
  /// Asked before each call that changes something; an errno other than 0 is its result, and the
  /// call is not made. For tests.
  var gate: (@Sendable (StateCall) -> Int32)?

  private func pass(_ call: StateCall) throws(ErrorNumber) {
    guard let gate else { return }
    let error = gate(call)
    guard error == 0 else { throw ErrorNumber(rawValue: error) }
  }

  private static func check(_ result: Int32) throws(ErrorNumber) {
    guard result == 0 else { throw ErrorNumber(rawValue: errno) }
  }

  /// A file's attributes; `nil` where there is none.
  func status(of name: String) throws(ErrorNumber) -> stat? {
    var status = stat()
    guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      guard errno == ENOENT else { throw ErrorNumber(rawValue: errno) }
      return nil
    }
    return status
  }

  /// Whether there is such a file, or may be.
  func has(_ name: String) -> Bool {
    do throws(ErrorNumber) {
      return try status(of: name) != nil
    } catch {
      return true
    }
  }

  /// Makes a new file; whatever has its name goes.
  func create(_ name: String, mode: UInt32) throws(ErrorNumber) -> StateFile {
    try remove(name)
    try pass(.create(name))
    return try StateFile(
      clinux_open_at(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode))
  }

  /// Opens an ordinary file. A pipe is not waited for.
  func open(_ name: String, _ flags: Int32, mode: UInt32 = 0) throws(ErrorNumber) -> StateFile {
    if flags & O_CREAT != 0 { try pass(.create(name)) }
    return try StateFile(clinux_open_at(folder, name, flags | O_NOFOLLOW | O_NONBLOCK, mode))
  }

  func allocate(_ file: borrowing StateFile, _ name: String, _ count: Int) throws(ErrorNumber) {
    try pass(.allocate(name))
    let error = posix_fallocate(file.descriptor, 0, count)
    guard error == 0 else { throw ErrorNumber(rawValue: error) }
  }

  func write(
    _ bytes: [UInt8], to file: borrowing StateFile, _ name: String
  ) throws(ErrorNumber) {
    try pass(.write(name))
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file.descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw ErrorNumber(rawValue: errno) }
      rest = rest.dropFirst(count)
    }
  }

  func cut(_ file: borrowing StateFile, _ name: String, to size: Int) throws(ErrorNumber) {
    try pass(.cut(name))
    try Self.check(ftruncate(file.descriptor, size))
  }

  func sync(_ file: borrowing StateFile, _ name: String) throws(ErrorNumber) {
    try pass(.sync(name))
    try Self.check(fsync(file.descriptor))
  }

  func link(_ old: String, _ new: String) throws(ErrorNumber) {
    try pass(.link(old, new))
    try Self.check(linkat(folder, old, folder, new, 0))
  }

  func rename(_ old: String, _ new: String) throws(ErrorNumber) {
    try pass(.rename(old, new))
    try Self.check(renameat(folder, old, folder, new))
  }

  /// Removes a file; that there is none is no fault.
  func remove(_ name: String) throws(ErrorNumber) {
    guard try status(of: name) != nil else { return }
    try pass(.remove(name))
    guard clinux_unlink(folder, name) == 0 || errno == ENOENT else {
      throw ErrorNumber(rawValue: errno)
    }
  }

  func syncFolder() throws(ErrorNumber) {
    try pass(.syncFolder)
    try Self.check(fsync(folder))
  }
}

/// An open file that is closed when its owner ends.
struct StateFile: ~Copyable {
  let descriptor: Int32

  init(_ result: Int32) throws(ErrorNumber) {
    guard result >= 0 else { throw ErrorNumber(rawValue: errno) }
    descriptor = result
  }

  deinit {
    close(descriptor)
  }

  func status() throws(ErrorNumber) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw ErrorNumber(rawValue: errno) }
    return status
  }

  /// Reads it whole, up to `limit` bytes and one more: who gets that many knows that it is too long.
  func read(limit: Int) throws(ErrorNumber) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(limit + 1, 1 << 16))
    while bytes.count <= limit {
      let room = min(chunk.count, limit + 1 - bytes.count)
      let count = chunk.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress, room)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw ErrorNumber(rawValue: errno) }
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return bytes
  }

  /// Gives the number away; whoever takes it closes it.
  consuming func release() -> Int32 {
    let descriptor = descriptor
    discard self
    return descriptor
  }
}

extension stat {
  var isFile: Bool { st_mode & S_IFMT == S_IFREG }

  /// When its content was changed, in nanoseconds since 1970; before that and after 2262, one of the
  /// two.
  var changed: Int {
    min(max(Int(st_mtim.tv_sec), 0), 9_000_000_000) * 1_000_000_000 + Int(st_mtim.tv_nsec)
  }

  /// What makes it unsafe to believe; `nil` where only root or this user could have changed it.
  var unsafety: String? {
    if st_uid != geteuid(), st_uid != 0 {
      return "belongs to user \(st_uid), expected root or user \(geteuid())"
    }
    guard st_mode & (S_IWGRP | S_IWOTH) == 0 else {
      return "others may write to it (mode \(String(st_mode & 0o7777, radix: 8)))"
    }
    return nil
  }
}
