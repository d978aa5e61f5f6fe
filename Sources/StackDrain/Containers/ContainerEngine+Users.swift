import MountHealthCore

extension ContainerEngine {
  /// Finds out which containers mount the pool by another name of it: their mounts get real paths, and
  /// their snapshots those paths that the configuration has for them.
  ///
  /// - Parameters:
  ///   - containers: All of them.
  ///   - survey: Where is said what could not be seen.
  ///   - searches: Whether to look at the mounts of running containers as well.
  /// - Returns: The pool and its branches, as the host has them.
  func findUsers(
    among containers: inout [ListedContainer], _ survey: inout ContainerSurvey, searches: Bool
  ) async -> [HostPlace] {
    let configured = places.map(\.description)
    let sources = Set(containers.flatMap { $0.mounts.map(\.source.withoutTrailingSlashes) })
    let found = await processes.realPaths(configured, sources)
    if found == nil, !sources.isEmpty {
      survey.mayMissUsers = true
      survey.complaints.append(
        "links in the paths that containers mount could not be followed, as the root disk or "
          + "/proc/self/mountinfo does not answer: who mounts the pool by another name of it may be "
          + "overlooked")
    }
    let paths = found ?? RealPaths()
    var places = configured.map { place in
      let real = paths.byPath[place] ?? place
      return HostPlace(configured: place, real: real, mount: paths.table?.mount(at: real))
    }
    remember(&places)
    for index in containers.indices {
      for mount in containers[index].mounts.indices {
        let source = containers[index].mounts[mount].source.withoutTrailingSlashes
        let real = paths.byPath[source] ?? source
        containers[index].mounts[mount].source = real
        let names = PlaceUse.configured(real, on: places)
        containers[index].snapshot.add(names)
      }
    }
    let shown = searches ? await search(containers, places) : [:]
    let known = remember(shown, of: Set(containers.map(\.id)))
    for index in containers.indices {
      containers[index].snapshot.add(known[containers[index].id] ?? [])
    }
    return places
  }

  private func search(
    _ containers: [ListedContainer], _ places: [HostPlace]
  ) async -> [String: [String]] {
    let running = containers.filter { $0.snapshot.state.isUp && !$0.mounts.isEmpty }
    guard !running.isEmpty, places.contains(where: { $0.mount != nil }) else { return [:] }
    let pids = await processes.processes(running.map(\.id))
    let tables = await processes.mountTables(Array(pids.values))
    var shown: [String: [String]] = [:]
    for container in running {
      guard let table = pids[container.id].flatMap({ tables.byPID[$0] }) else { continue }
      let found = PlaceUse.shown(by: container.mounts, in: table, of: places)
      if !found.isEmpty { shown[container.id] = found }
    }
    return shown
  }
}

extension ContainerSnapshot {
  fileprivate mutating func add(_ sources: [String]) {
    for source in sources where !mountSources.contains(source) { mountSources.append(source) }
  }
}
