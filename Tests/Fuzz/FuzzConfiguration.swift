// sources: Sources/MountHealthCore/Configuration Sources/MountHealthCore/Mount
// sources: Sources/MountHealthCore/Probe Sources/MountHealthCore/Health
// sources:
// modules: Sources/JSONValue Sources/TimeText Sources/Pacing

/// Whatever the file: it is refused with lines that can be shown, or what is read keeps the rules.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfiguration(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(ConfigurationFaults) {
    let (configuration, warnings) = try Configuration.read(
      ConfigurationInput(file: .init(name: "f", bytes: input), workingDirectory: "/work"))
    check(warnings)
    precondition((1...ConfigurationKey.maximumMounts).contains(configuration.mounts.count))
    precondition((1...65535).contains(configuration.httpPort))
    var paths: Set<MountPath> = []
    for mount in configuration.mounts {
      precondition(paths.insert(mount.path).inserted, "a path is there twice")
      precondition(
        !mount.path.description.utf8.split(separator: 0x2F).contains { $0.elementsEqual("..".utf8) }
      )
      precondition(mount.interval >= .seconds(1) && mount.timeout >= .milliseconds(100))
      precondition(mount.timeout < mount.interval && mount.slowAfter ?? .zero < mount.timeout)
      precondition((1...1000).contains(mount.policy.failureThreshold))
      precondition((1...1000).contains(mount.policy.successThreshold))
      precondition((1...1_048_576).contains(mount.probe.maximumBytes))
      precondition((0...100).contains(mount.probe.minimumFreePercent))
    }
  } catch {
    precondition(!error.lines.isEmpty && error.lines.count <= ConfigurationFaults.maximumLines + 1)
    check(error.lines)
  }
  return 0
}

/// Lines for a log: short, and one line each.
private func check(_ lines: [String]) {
  for line in lines {
    precondition(!line.hasControlCharacters, "a line holds a control character")
    precondition(line.utf8.count < 6000, "a line is too long")
  }
}

/// Keys are made once and kept; the sanitizer cannot follow pointers with an enum's tag in them.
@_cdecl("__lsan_default_suppressions")
public func leaksThatAreNone() -> UnsafePointer<UInt8> {
  let text: StaticString = "leak:once_slow\n"
  return text.utf8Start
}
