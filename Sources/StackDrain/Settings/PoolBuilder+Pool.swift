import JSONValue
import MountHealthCore
import TimeText

extension PoolBuilder {
  mutating func readPool(
    _ file: ConfigurationReader.Section, _ top: LayeredSection
  ) -> PoolDescription? {
    let branches = readBranches(file)
    let requirement = top[PoolKeys.requireMount]?.asRequirement ?? .mountPoint
    switch requirement {
    case .mountPoint, .matching: break
    case .none, .remembered:
      reader.refuse(
        file.place(of: PoolKeys.requireMount), requirement == .none ? "false" : "\"auto\"",
        "true, or an object with \"fsType\", \"source\" or both: the folder that is left when the "
          + "pool is unmounted must never count as the pool")
    }
    let minimum = top[PoolKeys.minBranches]?.asInteger
    // Those that were refused as well: one fault is enough for each.
    let count = file.values[PoolKeys.branches.name]?.arrayValue?.count ?? 0
    if let minimum, minimum > count {
      reader.refuse(
        file.place(of: PoolKeys.minBranches), "\(minimum)",
        count == 0
          ? "no such key, as there are no branches"
          : "at most the number of branches (\(count))")
    }
    guard let text = top[PoolKeys.path]?.asText, let path = try? MountPath(text) else {
      if file.values[PoolKeys.path.name] == nil || file.values[PoolKeys.path.name] == .null {
        reader.fault(file.place(of: PoolKeys.path), "is missing, expected the path of the pool")
      }
      return nil
    }
    if path.description == "/" {
      reader.refuse(
        file.place(of: PoolKeys.path), "\"/\"", "the path of a pool, not that of the root disk")
    }
    for (index, branch) in branches.enumerated() where branch.path == path {
      reader.refuse(
        "\(file.origin): branches[\(index)].path", text.quotedExcerpt,
        "a path of its own: the pool has this one")
    }
    return PoolDescription(
      path: path, requirement: requirement, branches: branches,
      minimumBranches: minimum
        ?? min(PoolDescription.defaultMinimumBranches, max(branches.count, 1)),
      minimumFreeBytes: top[PoolKeys.minFreeBytes]?.asBytes ?? 0,
      toleratesMisdirection: top[PoolKeys.allowMisdirected]?.asFlag ?? false)
  }

  private mutating func readBranches(
    _ file: ConfigurationReader.Section
  ) -> [BranchDescription] {
    var file = file
    if let elements = file.values[PoolKeys.branches.name]?.arrayValue {
      file.values[PoolKeys.branches.name] = .array(
        elements.enumerated().map { index, element in
          guard case .string = element else { return element }
          return [PoolKeys.branchPath.name: element]
        })
    }
    var branches: [BranchDescription] = []
    var labels: [String: String] = [:]
    var paths: [MountPath: String] = [:]
    for section in elements(of: PoolKeys.branches, PoolKeys.branchKeys, in: file) {
      let label = reader.value(PoolKeys.branchLabel, in: section)?.asText
      guard let text = reader.value(PoolKeys.branchPath, in: section)?.asText,
        let path = try? MountPath(text)
      else {
        refuseMissing(PoolKeys.branchPath, in: section, "where the drive is mounted")
        continue
      }
      guard path.description != "/" else {
        reader.refuse(
          section.place(of: PoolKeys.branchPath), "\"/\"",
          "the path of a drive of the pool, not that of the root disk")
        continue
      }
      if let first = paths.updateValue(section.path, forKey: path) {
        reader.refuse(
          section.place(of: PoolKeys.branchPath), text.quotedExcerpt,
          "a path of its own: \(first) has this one")
      }
      let slash = path.description.utf8.lastIndex(of: UInt8(ascii: "/"))
      let last = slash.map { path.description.utf8[$0...].dropFirst() }
      let name = label ?? last.map { String(Substring($0)) } ?? path.description
      if let first = labels.updateValue(section.path, forKey: name) {
        reader.refuse(
          section.place(of: PoolKeys.branchLabel), name.quotedExcerpt,
          "a label of its own: \(first) has this one")
      }
      branches.append(BranchDescription(label: name, path: path))
    }
    return branches
  }

  mutating func readProbing(
    _ file: ConfigurationReader.Section, _ top: LayeredSection
  ) -> ProbingSettings {
    var probing = ProbingSettings()
    if let value = top[PoolKeys.pollInterval]?.asDuration { probing.interval = value }
    probing.timeout =
      top[PoolKeys.readTimeout]?.asDuration ?? min(.seconds(5), probing.interval / 2)
    if probing.timeout >= probing.interval {
      reader.refuse(
        file.place(of: PoolKeys.readTimeout), probing.timeout.text,
        "less than pollInterval (\(probing.interval.text))")
    }
    probing.slowAfter = top[PoolKeys.slowAfter]?.asDuration
    if let slow = probing.slowAfter, slow >= probing.timeout {
      reader.refuse(
        file.place(of: PoolKeys.slowAfter), slow.text,
        "less than readTimeout (\(probing.timeout.text))")
    }
    probing.canary = top[PoolKeys.canaryFile]?.asText.flatMap { try? CanaryPath($0) }
    probing.expectation = top[PoolKeys.expect]?.asText
    if probing.expectation != nil, probing.canary == nil {
      reader.fault(file.place(of: PoolKeys.expect), "needs a canary, and there is no canaryFile")
    }
    probing.writes = top[PoolKeys.write]?.asFlag ?? false
    probing.branchCanary = top[PoolKeys.branchCanaryFile]?.asText.flatMap { try? CanaryPath($0) }
    if let value = top[PoolKeys.labelDirectory]?.asText { probing.labelFolder = value }
    return probing
  }

  mutating func readPolicy(
    _ file: ConfigurationReader.Section, _ top: LayeredSection
  ) -> PoolPolicy {
    var policy = PoolPolicy()
    policy.drainAfter = readDelays(file)
    if let value = top[PoolKeys.upgradeAfter]?.asDuration { policy.upgradeAfter = value }
    if let value = top[PoolKeys.upgradeCoolDown]?.asDuration { policy.coolDown = value }
    if let value = top[PoolKeys.upgradesPerHour]?.asInteger { policy.upgradesPerHour = value }
    if let value = top[PoolKeys.autoUpgrade]?.asFlag { policy.upgradesByItself = value }
    if let value = top[PoolKeys.lookAgainAfter]?.asDuration { policy.lookAgainAfter = value }
    if let value = top[PoolKeys.lookAgainMax]?.asDuration {
      policy.lookAgainAtMost = value
    } else {
      policy.lookAgainAtMost = max(policy.lookAgainAtMost, policy.lookAgainAfter)
    }
    if policy.lookAgainAtMost < policy.lookAgainAfter {
      reader.refuse(
        file.place(of: PoolKeys.lookAgainMax), policy.lookAgainAtMost.text,
        "at least lookAgainAfter (\(policy.lookAgainAfter.text))")
    }
    return policy
  }

  private mutating func readDelays(_ file: ConfigurationReader.Section) -> DrainDelays {
    let values = layers(PoolKeys.drainAfter, PoolKeys.drainKeys, in: file).values
    var delays = DrainDelays()
    if let value = values[PoolKeys.drainLost]?.asDuration { delays.lost = value }
    if let value = values[PoolKeys.drainUnresponsive] { delays.unresponsive = value.asDuration }
    if let value = values[PoolKeys.drainScarce] { delays.scarce = value.asDuration }
    if let value = values[PoolKeys.drainSlow] { delays.slow = value.asDuration }
    if let value = values[PoolKeys.drainLimited] { delays.limited = value.asDuration }
    return delays
  }

  mutating func readDeadlines(_ file: ConfigurationReader.Section) -> PlanPolicy {
    let values = layers(PoolKeys.deadlines, PoolKeys.deadlineKeys, in: file).values
    var policy = PlanPolicy()
    if let value = values[PoolKeys.clientDeadline]?.asDuration { policy.clientDeadline = value }
    if let value = values[PoolKeys.fenceDeadline]?.asDuration { policy.fenceDeadline = value }
    if let value = values[PoolKeys.returnDeadline]?.asDuration { policy.returnDeadline = value }
    if let value = values[PoolKeys.settleDeadline]?.asDuration { policy.settleDeadline = value }
    if let value = values[PoolKeys.lookDeadline]?.asDuration { policy.lookDeadline = value }
    if let value = values[PoolKeys.stopGrace]?.asDuration { policy.stopGrace = value }
    if let value = values[PoolKeys.fenceGrace]?.asDuration { policy.fenceGrace = value }
    if let value = values[PoolKeys.engineMargin]?.asDuration { policy.engineMargin = value }
    if let value = values[PoolKeys.killDeadline]?.asDuration { policy.killDeadline = value }
    if let value = values[PoolKeys.startDeadline]?.asDuration { policy.startDeadline = value }
    if let value = values[PoolKeys.projectDeadline]?.asDuration { policy.projectDeadline = value }
    return policy
  }

  /// A required key that is not there; one that was refused has its fault already.
  mutating func refuseMissing(
    _ key: ConfigurationKey, in section: ConfigurationReader.Section, _ expected: String
  ) {
    guard section.values[key.name] == nil || section.values[key.name] == .null else { return }
    reader.fault(section.place(of: key), "is missing, expected \(expected)")
  }
}
