import Glibc

/// What these tests cannot do without: they fail where it is missing, and never skip.
enum Requirements {
  static var isRoot: Bool { geteuid() == 0 }
}
