import MountHealthCore

extension PoolEyes {
  /// Measures what is on its way to the pool, from `/proc/diskstats`: no drive is touched, and nothing
  /// is synced.
  ///
  /// - Parameter window: How long to measure: from 100 ms on.
  /// - Returns: The traffic of the branches' devices together; unseen where no device of the pool is
  ///   known, or none of them is there any more.
  public func measureTraffic(over window: Duration = .seconds(1)) async -> Seen<PoolTraffic> {
    let devices = devices
    guard !devices.isEmpty else {
      return .unseen("measure traffic of \(pool.path): no drive behind it is known")
    }
    do {
      let earlier = try Self.readDiskStats()
      let start = ContinuousClock.now
      try await Task.sleep(for: max(window, .milliseconds(100)))
      let later = try Self.readDiskStats()
      return PoolTraffic(
        from: earlier, to: later, over: ContinuousClock.now - start, of: devices
      ).map { .seen($0) }
        ?? .unseen("measure traffic of \(pool.path): none of its drives is in /proc/diskstats")
    } catch {
      return .unseen("measure traffic of \(pool.path): \(error)")
    }
  }

  private static func readDiskStats() throws(ErrorNumber) -> DiskStats {
    DiskStats(parsing: try readKernelFile("/proc/diskstats", limit: DiskStats.maximumBytes))
  }
}
