import MountHealthCore

/// Whether what a container shows at a bind is what the host has there now.
///
/// A bind keeps to the mount that was there when the container was started. After a remount it shows
/// the dead one, and only a restart mends that. Mount tables tell, and nothing is touched.
enum BindView: Hashable, Sendable {
  /// It shows what the host has there.
  case present
  /// It shows something else; what, in words.
  case past(String)
  /// Nobody can tell: the pool is not mounted, or the container's table does not show the bind.
  case unknown

  /// All binds of a container together.
  struct Verdict: Hashable, Sendable {
    /// Whether one of them shows a mount that is no more; `nil` where that cannot be told.
    var showsDeadMount: Bool?
    /// What they show instead.
    var words: String?
  }

  /// Compares all binds of a container that have to do with the pool.
  ///
  /// - Parameters:
  ///   - mounts: What the container mounts.
  ///   - places: The paths of the pool and its branches.
  ///   - host: The mounts of the host.
  ///   - container: The mounts of the container's first process; `nil` where they cannot be read.
  /// - Returns: What they show.
  static func verdict(
    of mounts: [EngineMount], on places: [MountPath], host: MountTable, container: MountTable?
  ) -> Verdict {
    var isKnown = true
    var isConcerned = false
    var found: [String] = []
    for place in places {
      for mount in mounts {
        guard let pair = Pair(mount, place.description) else { continue }
        isConcerned = true
        guard let container else { return Verdict() }
        switch judge(pair, host: host, container: container) {
        case .present: break
        case .unknown: isKnown = false
        case .past(let words): if !found.contains(words) { found.append(words) }
        }
      }
    }
    if !found.isEmpty {
      return Verdict(showsDeadMount: true, words: found.joined(separator: "; "))
    }
    return Verdict(showsDeadMount: isConcerned && isKnown ? false : nil)
  }

  /// The same place seen from both sides.
  struct Pair: Hashable {
    /// What is bound, or the place itself where a folder above it is bound.
    let onHost: String
    let inContainer: String
    let place: String
    /// Whether a folder above the place is bound.
    let isAbove: Bool

    /// `nil` where the mount has nothing to do with the place.
    init?(_ mount: EngineMount, _ place: String) {
      let source = mount.source.withoutTrailingSlashes
      let destination = mount.destination.withoutTrailingSlashes
      self.place = place
      if source.lies(atOrBelow: place) {
        isAbove = false
        onHost = source
        inContainer = destination
      } else if place.lies(atOrBelow: source), source != "/" {
        isAbove = true
        onHost = place
        let rest = String(decoding: place.utf8.dropFirst(source.utf8.count), as: UTF8.self)
        inContainer = destination == "/" ? rest : destination + rest
      } else {
        return nil
      }
    }
  }

  static func judge(_ pair: Pair, host: MountTable, container: MountTable) -> BindView {
    // While nothing is mounted there, there is nothing that it should show instead.
    guard let present = host.mount(at: pair.place) else { return .unknown }
    let shown = shown(pair, in: container)
    guard let top = shown.last else {
      // Where the destination is a link, the bind is found elsewhere.
      return fallback(pair, present, in: container)
    }
    // What is mounted below the pool is right as well: a bind may be of that, or older than it.
    let nested = host.entries.filter {
      $0.mountPoint != pair.place && $0.mountPoint.lies(atOrBelow: pair.place)
        && pair.onHost.lies(atOrBelow: $0.mountPoint)
    }
    // A container may have put mounts of its own on top.
    for entry in shown where ([present] + nested).contains(where: { $0.hasSameDevice(as: entry) }) {
      return .present
    }
    if let below = host.entry(id: present.parentID), below.hasSameDevice(as: top) {
      return .past(
        "\(pair.inContainer) shows the folder below \(pair.place), which was not mounted when the "
          + "container was started")
    }
    return top.fsType.utf8.elementsEqual(present.fsType.utf8)
      ? .past("\(pair.inContainer) shows an earlier mount of \(pair.place)")
      : .past("\(pair.inContainer) shows \(top.identity), not \(pair.place)")
  }

  /// What the container has at its end of a bind, the topmost last.
  private static func shown(_ pair: Pair, in container: MountTable) -> [MountEntry] {
    guard pair.isAbove else {
      guard let top = container.mount(at: pair.inContainer) else { return [] }
      let all = container.entries.filter {
        $0.mountPoint.utf8.elementsEqual(pair.inContainer.utf8) && $0.id != top.id
      }
      return all + [top]
    }
    guard let top = container.mount(containing: pair.inContainer), top.mountPoint != "/"
    else { return [] }
    return [top]
  }

  private static func fallback(
    _ pair: Pair, _ present: MountEntry, in container: MountTable
  ) -> BindView {
    if container.entries.contains(where: { $0.hasSameDevice(as: present) }) { return .present }
    let past = container.entries.first { $0.isSameThing(as: present) }
    return past.map { .past("\($0.mountPoint) shows an earlier mount of \(pair.place)") }
      ?? .unknown
  }
}

extension MountEntry {
  fileprivate func hasSameDevice(as other: MountEntry) -> Bool {
    deviceMajor == other.deviceMajor && deviceMinor == other.deviceMinor
  }

  /// Whether both are mounts of the same thing, whatever folder of it they show.
  fileprivate func isSameThing(as other: MountEntry) -> Bool {
    fsType.utf8.elementsEqual(other.fsType.utf8) && source.utf8.elementsEqual(other.source.utf8)
  }
}
