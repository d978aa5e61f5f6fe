import Glibc

/// An error number as the kernel wants it in a reply: positive, and below 512 because the kernel
/// takes nothing else from a FUSE daemon.
struct Errno: Error, Hashable {
  let code: Int32

  init(_ code: Int32) {
    self.code = code
  }

  /// Reads `EIO`, `eio` or `5`.
  init?(text: String) {
    if let number = Int32(text) {
      guard (1..<512).contains(number) else { return nil }
      code = number
    } else {
      guard let known = Self.named.first(where: { $0.name == text.uppercased() }) else {
        return nil
      }
      code = known.code
    }
  }

  /// The one that the last failed call of this thread left.
  static var last: Errno { Errno(errno) }
}

extension Errno: CustomStringConvertible {
  var description: String {
    let name = Self.named.first { $0.code == code }?.name ?? "errno \(code)"
    guard let text = strerror(code) else { return name }
    return "\(String(cString: text)) (\(name))"
  }
}

extension Errno {
  static let busy = Errno(EBUSY)
  static let corrupt = Errno(EIO)
  static let exists = Errno(EEXIST)
  static let interrupted = Errno(EINTR)
  static let invalid = Errno(EINVAL)
  static let isDirectory = Errno(EISDIR)
  static let nameTooLong = Errno(ENAMETOOLONG)
  static let noEntry = Errno(ENOENT)
  static let notDirectory = Errno(ENOTDIR)
  static let notEmpty = Errno(ENOTEMPTY)
  static let notPermitted = Errno(EPERM)
  static let readOnly = Errno(EROFS)
  static let stale = Errno(ESTALE)
  static let tooBig = Errno(EFBIG)
  static let unsupported = Errno(ENOSYS)

  /// The names that an `error` command may use: whatever a storage mount has been seen to answer.
  private static let named: [(name: String, code: Int32)] = [
    ("EPERM", EPERM), ("ENOENT", ENOENT), ("EINTR", EINTR), ("EIO", EIO), ("ENXIO", ENXIO),
    ("EBADF", EBADF), ("EAGAIN", EAGAIN), ("ENOMEM", ENOMEM), ("EACCES", EACCES),
    ("EFAULT", EFAULT), ("EBUSY", EBUSY), ("EEXIST", EEXIST), ("EXDEV", EXDEV),
    ("ENODEV", ENODEV), ("ENOTDIR", ENOTDIR), ("EISDIR", EISDIR), ("EINVAL", EINVAL),
    ("ENFILE", ENFILE), ("EMFILE", EMFILE), ("ETXTBSY", ETXTBSY), ("EFBIG", EFBIG),
    ("ENOSPC", ENOSPC), ("ESPIPE", ESPIPE), ("EROFS", EROFS), ("EMLINK", EMLINK),
    ("EPIPE", EPIPE), ("ERANGE", ERANGE), ("EDEADLK", EDEADLK), ("ENAMETOOLONG", ENAMETOOLONG),
    ("ENOLCK", ENOLCK), ("ENOSYS", ENOSYS), ("ENOTEMPTY", ENOTEMPTY), ("ELOOP", ELOOP),
    ("ENODATA", ENODATA), ("ETIME", ETIME), ("ENOLINK", ENOLINK), ("EPROTO", EPROTO),
    ("EBADMSG", EBADMSG), ("EOVERFLOW", EOVERFLOW), ("EILSEQ", EILSEQ), ("EUSERS", EUSERS),
    ("EOPNOTSUPP", EOPNOTSUPP), ("ENETDOWN", ENETDOWN), ("ENETUNREACH", ENETUNREACH),
    ("ECONNABORTED", ECONNABORTED), ("ECONNRESET", ECONNRESET), ("ENOBUFS", ENOBUFS),
    ("ENOTCONN", ENOTCONN), ("ESHUTDOWN", ESHUTDOWN), ("ETIMEDOUT", ETIMEDOUT),
    ("ECONNREFUSED", ECONNREFUSED), ("EHOSTDOWN", EHOSTDOWN), ("EHOSTUNREACH", EHOSTUNREACH),
    ("ESTALE", ESTALE), ("EREMOTEIO", EREMOTEIO), ("EDQUOT", EDQUOT), ("ENOMEDIUM", ENOMEDIUM),
    ("ECANCELED", ECANCELED), ("ENOKEY", ENOKEY), ("EKEYEXPIRED", EKEYEXPIRED),
  ]
}
