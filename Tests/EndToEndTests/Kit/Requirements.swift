import Testing

extension Trait where Self == ConditionTrait {
  /// For suites that mount file systems: they fail where that is impossible, unless the one who
  /// runs them allowed them to be missing.
  static var needsMounts: Self {
    .enabled(
      if: FaultFileSystem.isWanted, "MOUNTMON_ALLOW_MISSING=1, and no root or no /dev/fuse here")
  }
}

/// Fails a test early, and says why, where it cannot mount.
func requireMounts() throws {
  if let missing = FaultFileSystem.missing {
    throw KitError("\(missing); MOUNTMON_ALLOW_MISSING=1 skips the tests that need it")
  }
}
