// sources: Sources/StackDrain/Settings Sources/StackDrain/Pool Sources/StackDrain/Plan
// sources: Sources/StackDrain/Stack Sources/StackDrain/Ledger
// modules: Sources/JSONValue Sources/TimeText Sources/Pacing
// module: MountHealthCore Sources/MountHealthCore/Configuration Sources/MountHealthCore/Mount Sources/MountHealthCore/Probe Sources/MountHealthCore/Health

import MountHealthCore

/// Whatever the file: it is refused with lines that can be shown, or what is read keeps the rules.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPoolConfiguration(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(ConfigurationFaults) {
    let read = try PoolConfiguration(
      reading: ConfigurationInput(file: .init(name: "f", bytes: input, isReadableByOthers: true)))
    check(read.warnings)
    let settings = read.settings
    precondition((1...65535).contains(read.httpPort))
    precondition(settings.probing.timeout < settings.probing.interval)
    precondition(settings.probing.slowAfter ?? .zero < settings.probing.timeout)
    precondition(settings.pool.minimumBranches <= max(settings.pool.branches.count, 1))
    precondition(settings.policy.lookAgainAtMost >= settings.policy.lookAgainAfter)
    let stack = settings.stack([])
    for path in stack.users.paths {
      precondition(path.description != "/")
      precondition(!settings.stateFolder.lies(atOrBelow: path.description))
    }
    precondition(Set(settings.clients.map(\.name)).count == settings.clients.count)
    precondition(Set(settings.pool.branches.map(\.path)).count == settings.pool.branches.count)
    precondition(stack.portableProjects.count == settings.portableProjects.count)
    precondition(Set(stack.portableProjects).isDisjoint(with: stack.fullProjects))
  } catch {
    precondition(!error.lines.isEmpty && error.lines.count <= ConfigurationFaults.maximumLines + 1)
    check(error.lines)
  }
  return 0
}

/// Lines for a log: short, and one line each.
private func check(_ lines: [String]) {
  for line in lines {
    precondition(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
    precondition(line.utf8.count < 6000, "a line is too long")
  }
}

/// Keys are made once and kept; the sanitizer cannot follow pointers with an enum's tag in them.
@_cdecl("__lsan_default_suppressions")
public func leaksThatAreNone() -> UnsafePointer<UInt8> {
  let text: StaticString = "leak:once_slow\n"
  return text.utf8Start
}
