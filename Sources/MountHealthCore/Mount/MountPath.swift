/// An absolute, tidied path of a watched mount.
///
/// It is text only: making one touches no file. Repeated slashes, `.` and a trailing slash are
/// taken out; `..` is refused, because without asking the file system nobody knows where it leads.
public struct MountPath: Hashable, Sendable, CustomStringConvertible {
  /// The path: begins with a slash, does not end with one (but for `/` itself).
  public let description: String

  /// The most bytes that Linux takes in a path (PATH_MAX, with its terminating zero: limits.h).
  public static let maximumLength = 4095

  /// Takes a path.
  ///
  /// - Parameters:
  ///   - text: An absolute path, or a relative one where a working directory is given.
  ///   - workingDirectory: What relative paths begin at.
  /// - Throws: `MountPathError`: empty, too long, with a NUL or a `..` in it, or relative without a
  ///   working directory.
  public init(_ text: String, workingDirectory: String? = nil) throws(MountPathError) {
    guard !text.isEmpty else { throw .empty }
    guard !text.utf8.contains(0) else { throw .nul }
    var whole = text
    if !text.utf8.starts(with: [UInt8(ascii: "/")]) {
      guard let workingDirectory else { throw .relative }
      whole = workingDirectory + "/" + text
    }
    // Byte by byte, as Linux reads paths: to Swift, a slash and an accent are one character.
    var parts: [Substring] = []
    for part in whole.utf8.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
      guard !part.elementsEqual("..".utf8) else { throw .parent }
      parts.append(Substring(part))
    }
    description = "/" + parts.joined(separator: "/")
    guard description.utf8.count <= Self.maximumLength else { throw .tooLong }
  }

  /// The path of `relative` below this one.
  package func appending(_ relative: String) -> String {
    description == "/" ? "/" + relative : description + "/" + relative
  }
}

extension MountPath {
  /// Whether both have the same bytes: `é` in one code point and in two are two names to Linux.
  public static func == (left: MountPath, right: MountPath) -> Bool {
    left.description.hasSameBytes(as: right.description)
  }

  /// Feeds the bytes to `hasher`.
  public func hash(into hasher: inout Hasher) {
    for byte in description.utf8 { hasher.combine(byte) }
  }
}

extension String {
  /// Whether both are the same to Linux; `==` takes composed and decomposed characters for equal.
  func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

/// Why a text is no `MountPath`.
public enum MountPathError: Error, Hashable, Sendable {
  /// Nothing was given.
  case empty
  /// A NUL byte, which no path can have.
  case nul
  /// A relative path, with nothing for it to be relative to.
  case relative
  /// A `..` component.
  case parent
  /// More than `MountPath.maximumLength` bytes.
  case tooLong
}

/// The path of a canary file below its mount: relative, and never out of it.
public struct CanaryPath: Hashable, Sendable, CustomStringConvertible {
  /// The relative path, tidied: no leading slash, no `.`, no `..`.
  public let description: String

  /// Takes a path; a leading slash is dropped, as the canary is always below its mount.
  ///
  /// - Throws: `MountPathError.parent` for a path that leaves the mount by `..`, and the others as
  ///   `MountPath` does. Links that lead out are refused by the probe, which can see them.
  public init(_ text: String) throws(MountPathError) {
    let path = try MountPath("/" + text)
    description = String(path.description.dropFirst())
    guard !description.isEmpty else { throw .empty }
  }
}
