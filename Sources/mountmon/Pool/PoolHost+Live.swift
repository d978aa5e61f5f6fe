import MountHealthCore

extension PoolHost {
  /// The host as it is.
  static let live = PoolHost(
    load: { _, _ throws(ConfigurationFaults) in
      throw ConfigurationFaults(["this build reads no configuration of a pool"])
    },
    open: { _, _ throws(PoolFault) in throw PoolFault("this build has no doors to a pool") })
}
