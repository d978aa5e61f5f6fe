/// An errno of Linux, with the name and the words that errno(3) gives it.
///
/// The numbers are those of x86-64 and arm64 (asm-generic/errno.h).
public struct ErrorNumber: Hashable, Sendable, CustomStringConvertible {
  /// The number.
  public let rawValue: Int32

  /// The errno with this number; unknown ones are allowed.
  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// `Transport endpoint is not connected (ENOTCONN)`; `error 999` for an unknown one.
  public var description: String {
    guard let known = Self.known[rawValue] else { return "error \(rawValue)" }
    return "\(known.text) (\(known.name))"
  }

  /// `ENOTCONN`, or `errno 999` for an unknown one.
  public var name: String { Self.known[rawValue]?.name ?? "errno \(rawValue)" }

  private static let known: [Int32: (name: String, text: String)] = [
    1: ("EPERM", "Operation not permitted"),
    2: ("ENOENT", "No such file or directory"),
    4: ("EINTR", "Interrupted system call"),
    5: ("EIO", "Input/output error"),
    6: ("ENXIO", "No such device or address"),
    9: ("EBADF", "Bad file descriptor"),
    11: ("EAGAIN", "Resource temporarily unavailable"),
    12: ("ENOMEM", "Cannot allocate memory"),
    13: ("EACCES", "Permission denied"),
    16: ("EBUSY", "Device or resource busy"),
    17: ("EEXIST", "File exists"),
    18: ("EXDEV", "Invalid cross-device link"),
    19: ("ENODEV", "No such device"),
    20: ("ENOTDIR", "Not a directory"),
    21: ("EISDIR", "Is a directory"),
    22: ("EINVAL", "Invalid argument"),
    23: ("ENFILE", "Too many open files in system"),
    24: ("EMFILE", "Too many open files"),
    27: ("EFBIG", "File too large"),
    28: ("ENOSPC", "No space left on device"),
    30: ("EROFS", "Read-only file system"),
    32: ("EPIPE", "Broken pipe"),
    34: ("ERANGE", "Numerical result out of range"),
    36: ("ENAMETOOLONG", "File name too long"),
    38: ("ENOSYS", "Function not implemented"),
    40: ("ELOOP", "Too many levels of symbolic links"),
    61: ("ENODATA", "No data available"),
    71: ("EPROTO", "Protocol error"),
    95: ("EOPNOTSUPP", "Operation not supported"),
    99: ("EADDRNOTAVAIL", "Cannot assign requested address"),
    100: ("ENETDOWN", "Network is down"),
    101: ("ENETUNREACH", "Network is unreachable"),
    103: ("ECONNABORTED", "Software caused connection abort"),
    104: ("ECONNRESET", "Connection reset by peer"),
    107: ("ENOTCONN", "Transport endpoint is not connected"),
    108: ("ESHUTDOWN", "Cannot send after transport endpoint shutdown"),
    110: ("ETIMEDOUT", "Connection timed out"),
    111: ("ECONNREFUSED", "Connection refused"),
    112: ("EHOSTDOWN", "Host is down"),
    113: ("EHOSTUNREACH", "No route to host"),
    116: ("ESTALE", "Stale file handle"),
    117: ("EUCLEAN", "Structure needs cleaning"),
    121: ("EREMOTEIO", "Remote I/O error"),
    122: ("EDQUOT", "Disk quota exceeded"),
    123: ("ENOMEDIUM", "No medium found"),
    126: ("ENOKEY", "Required key not available"),
  ]
}

extension ErrorNumber {
  static let notPermitted = ErrorNumber(rawValue: 1)
  static let noEntry = ErrorNumber(rawValue: 2)
  static let inputOutput = ErrorNumber(rawValue: 5)
  static let accessDenied = ErrorNumber(rawValue: 13)
  static let noMemory = ErrorNumber(rawValue: 12)
  static let crossDevice = ErrorNumber(rawValue: 18)
  static let notDirectory = ErrorNumber(rawValue: 20)
  static let tableOverflow = ErrorNumber(rawValue: 23)
  static let tooManyOpen = ErrorNumber(rawValue: 24)
  static let noSpace = ErrorNumber(rawValue: 28)
  static let readOnlySystem = ErrorNumber(rawValue: 30)
  static let nameTooLong = ErrorNumber(rawValue: 36)
  static let tooManyLinks = ErrorNumber(rawValue: 40)
  static let notConnected = ErrorNumber(rawValue: 107)
  static let stale = ErrorNumber(rawValue: 116)
  static let quotaExceeded = ErrorNumber(rawValue: 122)
}
