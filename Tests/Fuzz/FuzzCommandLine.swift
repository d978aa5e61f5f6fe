// sources: Sources/mountmon/CommandLine Sources/mountmon/Output/BuildIdentity.swift Sources/mountmon/Output/MetricFamily.swift Sources/mountmon/Output/Version.swift
// modules: Sources/JSONValue Sources/TimeText Sources/Pacing
// built: CBuildInfo
// module: MountHealthCore Sources/MountHealthCore/Configuration Sources/MountHealthCore/Mount Sources/MountHealthCore/Probe Sources/MountHealthCore/Health Sources/MountHealthCore/Engine/LatencyHistogram.swift

/// Whatever the arguments, which the input holds with zeros between them: there is a command, a text to
/// show, or lines that say what is wrong and fit for a terminal.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCommandLine(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let arguments = input.split(separator: 0, omittingEmptySubsequences: false)
    .prefix(64).map { String(decoding: $0, as: UTF8.self) }
  let parser = CommandParser(
    root: MountmonCommands.root, version: "0", style: .plain)
  switch parser.decide(arguments) {
  case .run(let command):
    precondition(!command.path.isEmpty)
    precondition(command.arguments.allSatisfy(arguments.contains), "an argument of nobody")
  case .show(let text):
    precondition(text.utf8.last == 0x0A)
  case .usage(let faults):
    precondition(!faults.faults.isEmpty && faults.exitCode != 0)
    for line in faults.faults {
      precondition(!line.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a control character")
    }
  }
  return 0
}
