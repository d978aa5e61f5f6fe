// sources: Sources/StackDrain/Containers/ContainerListing.swift
// sources: Sources/StackDrain/Containers/ContainerDetails.swift
// sources: Sources/StackDrain/Containers/EngineText.swift
// sources: Sources/StackDrain/Containers/EngineMount.swift
// sources: Sources/StackDrain/Containers/EngineVersion.swift
// sources: Sources/StackDrain/Containers/ProjectState.swift
// sources: Sources/StackDrain/Containers/StuckTask.swift
// sources: Sources/StackDrain/Settings/EngineSettings.swift
// sources: Sources/StackDrain/Stack/Target.swift Sources/StackDrain/Stack/ContainerSnapshot.swift
// modules: Sources/JSONValue

/// Of the roles, the one that a container can name.
enum ClientRole: String { case producer }

/// Whatever an engine or the kernel says: it is refused with words, or every name of it can be shown.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzContainers(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let message = EngineText.message(of: input)
  precondition(message.utf8.count <= EngineText.messageLimit + 3)
  precondition(message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
  let versions = EngineVersion.bounds(parsing: input)
  if let newest = versions.newest {
    let agreed = EngineVersion.agreed(with: newest, oldest: versions.oldest)
    precondition(agreed.map { $0 >= .minimum && $0 <= newest } ?? (newest < .minimum))
  }
  let volumes = (try? VolumeDevices(parsing: input)) ?? VolumeDevices()
  if let listing = try? ContainerListing(parsing: input) {
    let containers = listing.containers.map { volumes.resolving($0).snapshot }
    for container in containers { _ = container.dependencies }
    let project = ProjectSettings(name: containers.first?.project ?? "a", start: [], stop: [])
    let state = ProjectState.state(of: project, among: containers)
    precondition(state.running.isDisjoint(with: state.idle))
    precondition(state.running.union(state.idle).allSatisfy(TargetState.isUnit))
  }
  if let details = try? ContainerDetails(parsing: input) {
    precondition(details.pid.map { $0 > 0 } ?? true)
    precondition((details.targetState.instance ?? "").utf8.count <= 67)
  }
  if let stat = TaskText.stat(input) { precondition(stat.name.utf8.count <= 67) }
  precondition(TaskText.wchan(input).utf8.count <= 64)
  precondition(TaskText.stack(input).count <= 32)
  _ = TaskText.cgroup(input, isOf: "5ff1b07f0fb28cbe")
  return 0
}
