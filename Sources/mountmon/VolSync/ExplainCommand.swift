import JSONValue
import K8sClient
import MountHealthCore
import ResticUnlock

/// `mountmon volsync explain`: how one backup or restore stands, in words.
struct ExplainCommand {
  private let program: VolSyncProgram

  /// How long the cluster may take.
  static let patience = Duration.seconds(60)

  init(_ program: VolSyncProgram) { self.program = program }

  /// Runs to the end.
  ///
  /// - Returns: The exit code.
  func run() throws(VolSyncProgram.Exit) -> Int32 {
    let command = program.command
    let words = (command.arguments.first ?? "").split(
      separator: "/", omittingEmptySubsequences: false)
    guard words.count == 2, let namespace = try? Namespace(String(words[0])),
      let name = try? ObjectName(String(words[1]))
    else {
      throw VolSyncProgram.Exit(
        lines: ["\(command.arguments.first ?? ""): expected NAMESPACE/NAME"],
        code: VolSyncProgram.misused)
    }
    let log = program.quietLog()
    let place = try program.place(log, isDryRun: true)
    let found = try find(namespace, name, by: place)
    guard found.source != nil || found.destination != nil else {
      throw VolSyncProgram.Exit(
        lines: [
          "\(namespace)/\(name): no ReplicationSource or ReplicationDestination of that name"
        ],
        code: VolSyncProgram.failed)
    }
    let picture = try program.settle(
      place, log, atMost: command.duration("--timeout") ?? Self.patience)
    let explanation = VolSyncExplanation(
      namespace: namespace.description, name: name.description, source: found.source,
      destination: found.destination, picture: picture)
    let text =
      command.value("--output") == "json"
      ? explanation.json.text(.pretty) + "\n"
      : explanation.text(width: Terminal.columns, isColored: program.isColored)
    var code: Int32 = explanation.repositories.contains { $0.state.isInTheWay } ? 1 : 0
    if !picture.isSynced { code = VolSyncProgram.failed }
    return Terminal.answer(text, code, orElse: VolSyncProgram.failed)
  }

  private struct Found: Sendable {
    var source: ReplicationSource?
    var destination: ReplicationDestination?
  }

  private func find(
    _ namespace: Namespace, _ name: ObjectName, by place: VolSyncPlace
  ) throws(VolSyncProgram.Exit) -> Found {
    let cluster = place.cluster
    let result: Result<Found, KubernetesError>
    do {
      result = try Blocking.wait {
        do {
          let scope = Scope.namespace(namespace)
          let source = try await cluster.resource(ReplicationSource.self, in: scope).find(name)
          let destination = try await cluster.resource(
            ReplicationDestination.self, in: scope
          ).find(name)
          return .success(Found(source: source, destination: destination))
        } catch let error as KubernetesError {
          return .failure(error)
        } catch {
          return .failure(
            KubernetesError(.invalid, "find \(namespace)/\(name)", detail: "\(error)"))
        }
      }
    } catch {
      throw VolSyncProgram.Exit(lines: ["cannot start: \(error)"], code: VolSyncProgram.failed)
    }
    switch result {
    case .success(let found): return found
    case .failure(let error):
      throw VolSyncProgram.Exit(lines: ["\(error)"], code: VolSyncProgram.failed)
    }
  }
}
