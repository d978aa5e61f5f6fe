import MountHealthCore
import Pacing

/// What a look at all containers found.
struct ContainerSurvey: Hashable, Sendable {
  /// All of them, those that do not run as well.
  var containers: [ContainerSnapshot]
  /// What could not be seen, for people.
  var complaints: [String] = []
  /// Whether users of the pool may have been overlooked.
  var mayMissUsers = false
  /// Running containers whose binds of the pool could not be looked at, though asked.
  var uninspected: Set<String> = []
}

extension ContainerEngine {
  /// Looks at all containers.
  ///
  /// - Parameters:
  ///   - inspects: Whether to look for binds that show a mount which is no more; that takes a call
  ///     for each container that runs and mounts the pool.
  ///   - deadline: When an answer is of no use any more.
  /// - Returns: What was found.
  /// - Throws: ``EngineFault`` where there is no list. Whatever else is missing is a complaint.
  func survey(
    inspects: Bool, until deadline: Tick
  ) async throws(EngineFault) -> ContainerSurvey {
    async let asked = devices(until: deadline)
    let listing = try await list(until: deadline)
    let (devices, complaint) = await asked
    var found = ContainerSurvey(containers: [])
    let hasVolumes = listing.contains { $0.mounts.contains { $0.volume != nil } }
    if let complaint, hasVolumes {
      found.complaints.append(complaint)
      found.mayMissUsers = true
    }
    var containers = listing.map { devices.resolving($0) }
    let hostPlaces = await findUsers(among: &containers, &found, searches: inspects)
    if inspects { await inspect(&containers, on: hostPlaces, until: deadline, &found) }
    found.containers = containers.map(\.snapshot)
    return found
  }

  /// All containers, with what the list alone says.
  func list(until deadline: Tick) async throws(EngineFault) -> [ListedContainer] {
    let body = try await send(.list, until: deadline)
    do {
      let containers = try ContainerListing(parsing: body).containers
      remember(containers)
      return containers
    } catch {
      throw EngineFault(
        .strange,
        "list containers: what the container engine at \(socket) answers cannot be read: "
          + error.words)
    }
  }

  private func devices(until deadline: Tick) async -> (VolumeDevices, complaint: String?) {
    let half = Tick.now() + (deadline - Tick.now()) * 0.5
    do {
      let body = try await send(.volumes, until: half)
      return (try VolumeDevices(parsing: body), nil)
    } catch {
      let words = (error as? EngineTextFault)?.words ?? "\(error)"
      return (VolumeDevices(), "volumes that are folders of the pool may be overlooked: \(words)")
    }
  }

  private func inspect(
    _ containers: inout [ListedContainer], on hostPlaces: [HostPlace], until deadline: Tick,
    _ survey: inout ContainerSurvey
  ) async {
    let places = hostPlaces.compactMap { try? MountPath($0.real) }
    let chosen = containers.indices.filter { index in
      containers[index].snapshot.state == .running
        && containers[index].mounts.contains { mount in
          places.contains { BindView.Pair(mount, $0.description) != nil }
        }
    }
    var complaints: [String] = []
    var details: [Int: ContainerDetails] = [:]
    // By number: a name may belong to another one a moment later.
    let ids = chosen.map { (index: $0, id: containers[$0].id, name: containers[$0].snapshot.name) }
    await withTaskGroup(of: (Int, Result<ContainerDetails, EngineFault>).self) { group in
      for (index, id, name) in ids {
        group.addTask {
          // Not returned from within the `do`: Swift 6.3 loses the index then, where it optimizes.
          let result: Result<ContainerDetails, EngineFault>
          do throws(EngineFault) {
            result = .success(try await self.details(id, called: name, until: deadline))
          } catch {
            result = .failure(error)
          }
          return (index, result)
        }
      }
      for await (index, result) in group {
        switch result {
        case .success(let found): details[index] = found
        // It ended meanwhile.
        case .failure(let fault) where fault.kind == .gone: break
        case .failure(let fault):
          complaints.append(fault.description)
          survey.uninspected.insert(containers[index].snapshot.name)
        }
      }
    }
    let tables = await processes.mountTables(details.values.compactMap(\.pid))
    guard let own = tables.own else {
      if !chosen.isEmpty { complaints.append("/proc/self/mountinfo cannot be read") }
      survey.uninspected.formUnion(chosen.map { containers[$0].snapshot.name })
      survey.complaints += complaints.sorted()
      return
    }
    let shared = Self.sharedVolumes(containers)
    for (index, found) in details {
      containers[index].snapshot.startedAt = found.startedAt
      let mounts = containers[index].mounts.filter { !found.shallowBinds.contains($0.destination) }
      let table = found.pid.flatMap { tables.byPID[$0] }
      if found.pid != nil, table == nil {
        survey.uninspected.insert(containers[index].snapshot.name)
      }
      func verdict(_ mounts: [EngineMount]) -> BindView.Verdict {
        BindView.verdict(of: mounts, on: places, host: own, container: table)
      }
      let single = verdict(mounts.filter { $0.volume.map { !shared.contains($0) } ?? true })
      containers[index].snapshot.showsDeadMount = single.showsDeadMount
      containers[index].snapshot.deadMountReason = single.words
      let common = verdict(mounts.filter { $0.volume.map { shared.contains($0) } ?? false })
      if single.showsDeadMount != true, let words = common.words {
        complaints.append(
          "container \(containers[index].snapshot.name): \(words), in a volume that other "
            + "containers hold as well: stop all of them, then start them")
      }
    }
    survey.complaints += complaints.sorted()
  }

  /// Volumes that several running containers use: the engine keeps such a one mounted until the last
  /// of them has stopped, so that a restart of one mends nothing.
  private static func sharedVolumes(_ containers: [ListedContainer]) -> Set<String> {
    var users: [String: Int] = [:]
    for container in containers where container.snapshot.state.isUp {
      for volume in Set(container.mounts.compactMap(\.volume)) { users[volume, default: 0] += 1 }
    }
    return Set(users.filter { $0.value > 1 }.keys)
  }
}
