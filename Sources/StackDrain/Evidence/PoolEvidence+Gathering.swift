import MountHealthCore

/// What is known of each label's device: `.seen(nil)` where no device has it.
typealias LabelReading = [String: Seen<DeviceNumber?>]

extension PoolEvidence {
  /// Puts together what is known of a pool.
  ///
  /// - Parameters:
  ///   - pool: Which one.
  ///   - statuses: What a monitor knows of its mounts.
  ///   - tableFault: Why the mount table says nothing now; `nil` where it does.
  ///   - labels: The devices of the branches' labels.
  init(
    of pool: PoolDescription, statuses: [MountStatus], tableFault: String?, labels: LabelReading
  ) {
    var byPath: [MountPath: MountStatus] = [:]
    for status in statuses { byPath[status.mount.path] = status }
    self.init()
    if let status = byPath[pool.path] {
      mount = status.mounted(tableFault)
      probe = status.outcome(on: mount)
      listedBranches = status.listedBranches(on: mount)
      if let space = status.details?.space { freeBytes = .seen(space.free) }
    }
    for branch in pool.branches {
      var evidence = BranchEvidence()
      if let device = labels[branch.label] { evidence.device = device }
      if let status = byPath[branch.path] {
        evidence.mount = status.mounted(tableFault)
        evidence.probe = status.outcome(on: evidence.mount)
        evidence.isSealed = status.isSealedBelow
      }
      // btrfs and others show a number of their own for their files: it proves nothing of the drive.
      if case .seen(.some) = evidence.device, let entry = evidence.mount.value.flatMap({ $0 }),
        entry.deviceMajor == 0
      {
        evidence.device = .seen(entry.device)
      }
      branches[branch.label] = evidence
    }
  }
}

extension MountStatus {
  /// What the mount table has at the path.
  fileprivate func mounted(_ tableFault: String?) -> Seen<MountEntry?> {
    if let tableFault { return .unseen(tableFault) }
    switch (entry, isMountPoint) {
    case (let entry?, true): return .seen(entry)
    case (_, false): return .seen(nil)
    case (_, _):
      // No probe has followed the path yet. Its text alone proves nothing: it may be a link.
      return verdict == .absent
        ? .seen(nil) : .unseen("\(mount.path): nobody knows yet where the path leads")
    }
  }

  /// The freshest outcome, as far as it is one of what is mounted now.
  fileprivate func outcome(on mounted: Seen<MountEntry?>) -> Seen<Outcome> {
    guard let verdict else { return .unseen(lastError ?? "\(mount.path): not looked at yet") }
    guard isOf(mounted) else {
      return .unseen("\(mount.path): not looked at since it was mounted")
    }
    return .seen(Outcome(verdict, lastError, latency: latency))
  }

  fileprivate func listedBranches(on mounted: Seen<MountEntry?>) -> Seen<[ListedBranch]> {
    let subject = "the union's own list at \(mount.path)"
    guard isOf(mounted), let attribute = details?.attribute else {
      return .unseen("\(subject) was not read")
    }
    switch attribute {
    case .unreadable(let error):
      return .unseen("\(subject) cannot be read: \(error)")
    case .value(let bytes):
      return ListedBranch.list(reading: String(decoding: bytes, as: UTF8.self)).map { .seen($0) }
        ?? .unseen("\(subject) makes no sense")
    }
  }

  /// Whether what was seen last was seen on this mount.
  private func isOf(_ mounted: Seen<MountEntry?>) -> Bool {
    guard let seenOn, case .seen(let entry?) = mounted else { return true }
    return seenOn == entry.id
  }

  /// Whether the folder at the path, with nothing mounted there, takes no files.
  fileprivate var isSealedBelow: Bool {
    isMountPoint == false && seenOn != nil && seenOn == entry?.id && details?.isSealed == true
  }
}

extension PoolDevices {
  /// The devices of a pool's branches, and its own where it has one.
  init(statuses: [MountStatus], labels: LabelReading) {
    for label in labels.values {
      if case .seen(let device?) = label { numbers.insert(device) }
    }
    for status in statuses where status.isMountPoint == true {
      guard let entry = status.entry else { continue }
      if entry.deviceMajor != 0 {
        numbers.insert(entry.device)
      } else if entry.source.utf8.starts(with: "/dev/".utf8) {
        names.insert(String(entry.source.dropFirst("/dev/".count)))
      }
    }
  }
}
