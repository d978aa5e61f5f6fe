import K8sClient
import MountHealthCore

extension WatchdogDoors {
  /// The doors to the world as it is.
  ///
  /// - Parameters:
  ///   - access: Where the API server is, where options say so.
  ///   - exit: Ends the process with a code.
  ///   - log: Where warnings go.
  /// - Returns: The doors.
  static func live(
    _ access: AccessChoice?, _ exit: @escaping @Sendable (Int32) -> Void, _ log: Log
  ) -> WatchdogDoors {
    let surroundings = Surroundings.live()
    let link = ClusterLink(access, in: surroundings, log)
    let remote = RemoteCheck(surroundings: surroundings)
    return WatchdogDoors(
      identify: { await link.identify() },
      carryOut: { call, settings, mounts in
        await carryOut(call, settings, mounts, by: link, remote)
      },
      announce: { link.announce($0) }, exit: exit, droppedEvents: { link.droppedEvents },
      close: { await link.close() })
  }

  private static func carryOut(
    _ call: RestartCall, _ settings: WatchdogSettings, _ mounts: [Mount], by link: ClusterLink,
    _ remote: RemoteCheck
  ) async -> RestartAnswer {
    switch call {
    case .checkUpstream:
      guard let upstream = settings.upstream else {
        return .upstream(isUp: true, detail: "none is configured any more")
      }
      return await remote.isUp(upstream)
    case .repair(let path, _):
      guard let mount = mounts.first(where: { $0.path == path }),
        let repair = mount.repair ?? settings.repair
      else { return .repaired(false, detail: "no repair is configured any more") }
      return await remote.repair(mount, by: repair)
    case .reviewAccess, .readPod, .readRecord, .writeRecord, .evict, .delete:
      guard let calls = link.calls else {
        return .failed(CallFault(.transient, "it is not known yet which pod this is"))
      }
      let answer = await calls.carryOut(call)
      if case .pod(let facts?) = answer { link.noteOwner(facts) }
      return answer
    }
  }
}

extension RestartCalls {
  fileprivate func carryOut(_ call: RestartCall) async -> RestartAnswer {
    switch call {
    case .reviewAccess(let permissions): await reviewAccess(permissions)
    case .readPod(let name): await readPod(name)
    case .readRecord(let name): await readRecord(name)
    case .writeRecord(let name, let record, let version):
      await writeRecord(name, record, over: version)
    case .evict(let name, let uid): await evict(name, uid: uid)
    case .delete(let name, let uid): await delete(name, uid: uid)
    case .checkUpstream, .repair:
      .failed(CallFault(.rejected, "it is no call of the API server"))
    }
  }
}
