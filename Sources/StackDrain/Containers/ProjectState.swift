/// A compose project, as its containers show it.
enum ProjectState {
  /// What runs of a project.
  ///
  /// A service is a unit. All that run are told, whoever started them; of those that do not run, only
  /// the ones that should for the project to count as started.
  ///
  /// - Parameters:
  ///   - project: What is configured of it.
  ///   - containers: All containers of the engine.
  /// - Returns: Its state.
  static func state(
    of project: ProjectSettings, among containers: [ContainerSnapshot]
  ) -> TargetState {
    var running: Set<String> = []
    var down: Set<String> = []
    for container in containers where container.project == project.name {
      let name = container.service ?? container.name
      let unit = TargetState.isUnit(name) ? name : EngineText.line(name, limit: 200)
      if container.state.isUp {
        running.insert(unit)
      } else if container.labels["com.docker.compose.oneoff"]?.lowercased() != "true" {
        down.insert(unit)
      }
    }
    let wanted = project.services.isEmpty ? down : project.services
    let idle = wanted.subtracting(running)
    let missing = idle.sorted().prefix(10).joined(separator: ", ")
    return TargetState(
      running: running, idle: running.isEmpty && idle.isEmpty ? [TargetState.whole] : idle,
      note: idle.isEmpty ? nil : "does not run: \(missing)")
  }
}
