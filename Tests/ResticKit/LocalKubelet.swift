package import JSONValue
import StackKit

/// Runs a container of a pod on this machine: with a host name, a process table and a tree of files of
/// its own, with the programs of this machine, and with its network.
///
/// `runAsUser`, capabilities, resources, init containers and the other containers of the pod are left
/// out; `readOnlyRootFilesystem` and `readOnly` are not. The token of a service account is an empty
/// folder.
package struct LocalKubelet: Sendable {
  /// `namespace/name` and what is in it.
  package var secrets: [String: [String: String]]
  /// `namespace/name` and what is in it.
  package var configMaps: [String: [String: String]] = [:]
  /// What is at `/mover-restic/entry.sh`.
  package var entry: MoverEntry
  /// The folder that a volume (`nfs`, `persistentVolumeClaim`, `hostPath`, …) of a namespace is.
  package var folder: @Sendable (_ volume: JSONValue, _ namespace: String) throws -> String?

  package init(
    secrets: [String: [String: String]] = [:], entry: MoverEntry = MoverEntry(),
    folder: @escaping @Sendable (_ volume: JSONValue, _ namespace: String) throws -> String?
  ) {
    self.secrets = secrets
    self.entry = entry
    self.folder = folder
  }

  /// Starts a container.
  ///
  /// - Parameters:
  ///   - pod: A pod, or anything with its `metadata` and `spec`.
  ///   - container: Its name; `nil`: the one called `restic` or `unlock`, else the first.
  /// - Returns: The container, which has been started, and may have ended.
  /// - Throws: ``KitFault`` where a kubelet would not start it: a Secret is missing.
  package func start(_ pod: JSONValue, container: String? = nil) async throws -> ContainerRun {
    if let missing = ResticProgram.missing { throw KitFault(missing) }
    return try await ContainerRun(
      ContainerSpec(pod, container: container, by: self), entry: entry)
  }

  /// Runs a container to its end.
  ///
  /// - Returns: Its exit code and what it wrote.
  package func run(
    _ pod: JSONValue, container: String? = nil, within limit: Duration = .seconds(120)
  ) async throws -> (code: Int32, output: String) {
    let run = try await start(pod, container: container)
    guard let code = await run.wait(within: limit) else {
      let output = run.output
      await run.remove()
      throw KitFault("container \(run.name) did not end within \(limit): \(output)")
    }
    let output = run.output
    await run.remove()
    return (code, output)
  }

  func values(
    _ reference: JSONValue, isSecret: Bool, _ namespace: String
  ) throws -> [String: String] {
    let name = reference["name"]?.stringValue ?? ""
    if let found = (isSecret ? secrets : configMaps)["\(namespace)/\(name)"] { return found }
    guard reference["optional"]?.boolValue == true else {
      throw KitFault("\(isSecret ? "secret" : "configmap") \"\(name)\" not found in \(namespace)")
    }
    return [:]
  }
}
