import MountHealthCore

/// The pool or a branch, as configured and as the host has it.
struct HostPlace: Hashable, Sendable {
  /// The path that is configured.
  var configured: String
  /// The same without links.
  var real: String
  /// What is mounted there, or was last.
  var mount: MountEntry?
}

/// Which containers use the pool by another way than the text of its path.
enum PlaceUse {
  /// What a mount of a container is in the words of the configuration: `/mnt/pool/tv` where the engine
  /// says `/var/mnt/pool/tv`, and the place itself where a folder above it is mounted.
  ///
  /// - Parameters:
  ///   - source: What is mounted, without links.
  ///   - places: The pool and its branches.
  /// - Returns: The paths; none where it has nothing to do with them.
  static func configured(_ source: String, on places: [HostPlace]) -> [String] {
    places.compactMap { place in
      if source.lies(atOrBelow: place.real) {
        return place.configured
          + String(decoding: source.utf8.dropFirst(place.real.utf8.count), as: UTF8.self)
      }
      return source != "/" && place.real.lies(atOrBelow: source) ? place.configured : nil
    }
  }

  /// The places that a container shows, whatever its mounts are called: by device and folder.
  ///
  /// What came along with a bind of `/`, and what the engine itself puts into each container, does not
  /// make it a user.
  ///
  /// - Parameters:
  ///   - mounts: What the container mounts, as the engine tells it.
  ///   - table: The mounts of its processes.
  ///   - places: The pool and its branches.
  /// - Returns: The configured paths of those that it shows.
  static func shown(
    by mounts: [EngineMount], in table: MountTable, of places: [HostPlace]
  ) -> [String] {
    places.filter { place in
      guard let present = place.mount else { return false }
      return table.entries.contains { entry in
        entry.deviceMajor == present.deviceMajor && entry.deviceMinor == present.deviceMinor
          && entry.fsType.utf8.elementsEqual(present.fsType.utf8)
          && entry.root.lies(atOrBelow: present.root) && isAskedFor(entry, by: mounts)
      }
    }.map(\.configured)
  }

  private static func isAskedFor(_ entry: MountEntry, by mounts: [EngineMount]) -> Bool {
    let above = mounts.filter {
      entry.mountPoint.lies(atOrBelow: $0.destination.withoutTrailingSlashes)
    }
    let nearest = above.max {
      $0.destination.withoutTrailingSlashes.utf8.count
        < $1.destination.withoutTrailingSlashes.utf8.count
    }
    return nearest.map { $0.source.withoutTrailingSlashes != "/" } ?? false
  }
}
