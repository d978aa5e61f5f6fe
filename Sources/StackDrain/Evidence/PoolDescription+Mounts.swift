import MountHealthCore

extension PoolDescription {
  /// Where mergerfs tells what it is made of.
  private static let control = (file: ".mergerfs", attribute: "user.mergerfs.branches")

  /// What a mount monitor has to watch for this pool: the pool first, then its branches.
  ///
  /// What has to be mounted where is judged from the mount table alone, so that the probes only say
  /// what answers at the path.
  ///
  /// - Parameter probing: How to look.
  /// - Returns: The mounts; of two at one path a monitor takes the first.
  func mounts(_ probing: ProbingSettings) -> [Mount] {
    var probe = Probe(probing.canary.map { .canary($0) } ?? .directory)
    probe.expectation = probing.canary == nil ? nil : probing.expectation
    if probing.canary == nil { probe.minimumEntries = 1 }
    probe.writes = probing.writes
    probe.wishes.space = true
    if let file = try? CanaryPath(Self.control.file) {
      probe.wishes.attribute = FileAttribute(Self.control.attribute, of: file)
    }
    return [mount(at: path, probe, probing)]
      + branches.map { branch in
        mount(
          at: branch.path,
          Probe(
            probing.branchCanary.map { .canary($0) } ?? .directory,
            wishes: ProbeWishes(seal: true)), probing)
      }
  }

  private func mount(at path: MountPath, _ probe: Probe, _ probing: ProbingSettings) -> Mount {
    var mount = Mount(
      path: path, probe: probe, requirement: .none, interval: probing.interval,
      timeout: probing.timeout, slowAfter: probing.slowAfter)
    // The threads of a union over a drive that is gone can hang for ever, and its probe with them: the
    // pool that is mounted in its place is to be seen all the same.
    mount.abandonsProbes = true
    return mount
  }
}
