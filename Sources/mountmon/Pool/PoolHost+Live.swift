import MountHealthCore
import StackDrain

extension PoolHost {
  /// The host as it is.
  static let live = PoolHost(
    load: { path, flags throws(ConfigurationFaults) in try PoolSetup(path, flags) },
    open: { setup, log throws(PoolFault) in try PoolRoom(setup, log) })
}

extension PoolSetup {
  /// Reads the configuration: the file asked for, or the default one where it is there; the
  /// environment; flags.
  fileprivate init(
    _ path: String?, _ flags: [String: String]
  ) throws(ConfigurationFaults) {
    var input = ConfigurationInput(
      environment: ProcessSetup.environment, flags: flags,
      workingDirectory: ProcessSetup.workingDirectory)
    var warnings: [String] = []
    let file = ConfigurationFile.find(path, or: ["pool.json", PoolConfiguration.defaultFile])
    if let file {
      let content = try file.read()
      input.file = .init(
        name: file.path, bytes: content.bytes, isReadableByOthers: content.isReadableByOthers)
      if let warning = content.warning { warnings.append(warning) }
    }
    let configuration: PoolConfiguration
    do {
      configuration = try PoolConfiguration(reading: input)
    } catch {
      guard file == nil else { throw error }
      throw ConfigurationFaults(
        error.lines + [
          "no file was read: expected --config FILE, pool.json in this directory, or "
            + PoolConfiguration.defaultFile
        ])
    }
    self.init(
      settings: configuration.settings, compatibilityFolder: configuration.compatibilityFolder,
      httpAddress: configuration.httpAddress,
      httpPort: configuration.isHTTPEnabled ? configuration.httpPort : nil,
      logLevel: configuration.logLevel, logFormat: configuration.logFormat,
      warnings: warnings + configuration.warnings)
  }
}

extension PoolRoom {
  /// A room whose doors lead to the world as it is. Nothing is opened yet.
  fileprivate init(_ setup: PoolSetup, _ log: Log) throws(PoolFault) {
    let clock: StateClock
    do {
      clock = try StateClock()
    } catch {
      throw PoolFault(error)
    }
    let world = try PoolWorld(setup.settings, log)
    self.init(
      setup: setup, stack: setup.settings.stack(world.clientDescriptions), doors: world.doors,
      records: .live(setup.settings.stateFolder, compatibility: setup.compatibilityFolder, log),
      boot: clock.boot)
  }
}

extension PoolFault {
  init(_ fault: StateFault) {
    self.init("\(fault)")
    isLockHeld = fault.code == .held
  }
}
