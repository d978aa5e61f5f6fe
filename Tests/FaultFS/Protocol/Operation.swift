/// What the kernel can ask of a FUSE daemon; the numbers are those of `linux/fuse.h`.
enum Operation: UInt32, CaseIterable {
  case lookup = 1
  case forget = 2
  case getattr = 3
  case setattr = 4
  case readlink = 5
  case symlink = 6
  case mknod = 8
  case mkdir = 9
  case unlink = 10
  case rmdir = 11
  case rename = 12
  case link = 13
  case open = 14
  case read = 15
  case write = 16
  case statfs = 17
  case release = 18
  case fsync = 20
  case setxattr = 21
  case getxattr = 22
  case listxattr = 23
  case removexattr = 24
  case flush = 25
  case `init` = 26
  case opendir = 27
  case readdir = 28
  case releasedir = 29
  case fsyncdir = 30
  case getlk = 31
  case setlk = 32
  case setlkw = 33
  case access = 34
  case create = 35
  case interrupt = 36
  case bmap = 37
  case destroy = 38
  case ioctl = 39
  case poll = 40
  case notifyReply = 41
  case batchForget = 42
  case fallocate = 43
  case readdirplus = 44
  case rename2 = 45
  case lseek = 46
  case copyFileRange = 47
  case setupmapping = 48
  case removemapping = 49
  case syncfs = 50
  case tmpfile = 51
  case statx = 52
}

extension Operation {
  /// As `linux/fuse.h` spells it, without the prefix: `batchForget` is `BATCH_FORGET`.
  var name: String {
    "\(self)".reduce(into: "") { name, letter in
      if letter.isUppercase { name += "_" }
      name += letter.uppercased()
    }
  }

  init?(name: String) {
    let wanted = name.uppercased()
    guard let found = Self.allCases.first(where: { $0.name == wanted }) else { return nil }
    self = found
  }

  /// Whether a rule may hold it back. The others carry the protocol itself: nobody waits for them,
  /// or, as with `INIT`, everybody does.
  var takesFaults: Bool {
    switch self {
    case .`init`, .destroy, .forget, .batchForget, .interrupt, .notifyReply: false
    default: true
    }
  }
}
