import TimeText

/// What is known of a repository's locks, by logs and lists, and when each file was seen.
struct LockKnowledge: Hashable {
  /// The locks.
  private(set) var locks: [KnownLock] = []
  /// Whether these are all of them.
  private(set) var isListed = false
  /// Failures whose logs are taken in.
  private var taken: Set<String> = []
  /// Locks that were seen, also such as are not among the present ones.
  private var sightings: [String: KnownLock] = [:]

  /// Takes in what movers met since.
  mutating func take(_ failures: [LockFailure]) {
    // The oldest first, so that the latest has the last word.
    for failure in failures.reversed() where !taken.contains(failure.key) {
      taken.insert(failure.key)
      guard let lock = failure.sign.lock else {
        forget()
        continue
      }
      var known = KnownLock(lock, ended: failure.ended, seen: failure.seen)
      see(&known)
      if isListed, let index = locks.firstIndex(where: { $0.isSame(as: known) }) {
        known.add(locks[index])
        locks[index] = known
      } else {
        locks = [known]
        isListed = false
      }
    }
    taken.formIntersection(failures.map(\.key))
  }

  /// Takes in a list.
  mutating func take(_ listed: [ListedLock], newcomers: [String], seen: Timestamp) {
    locks = listed.map { lock in
      // Of one that came while the list was made, nothing but its name is known.
      var known = KnownLock(lock, seen: seen)
      if newcomers.contains(lock.id) { known.isReadable = true }
      see(&known)
      return known
    }
    isListed = true
    for id in sightings.keys where !locks.contains(where: { $0.id?.prefix(8) == id[...] }) {
      sightings[id] = nil
    }
  }

  /// Which locks there are is not known any more.
  mutating func forget() {
    isListed = false
    locks = []
  }

  private mutating func see(_ lock: inout KnownLock) {
    guard let id = lock.id.map({ String($0.prefix(8)) }) else { return }
    if let earlier = sightings[id] { lock.add(earlier) }
    sightings[id] = lock
    guard sightings.count > 2 * UnlockRecord.limit,
      let oldest = sightings.min(by: { $0.value.lastSeen < $1.value.lastSeen })
    else { return }
    sightings[oldest.key] = nil
  }

  /// Takes in what was written down by another life.
  mutating func take(_ remembered: [UnlockRecord.Sighting]) {
    for sighting in remembered {
      var lock = KnownLock(seen: sighting.first)
      lock.id = sighting.id
      lock.lastSeen = sighting.last
      if var known = sightings[sighting.id] {
        known.add(lock)
        sightings[sighting.id] = known
      } else {
        sightings[sighting.id] = lock
      }
    }
    for index in locks.indices {
      guard let id = locks[index].id.map({ String($0.prefix(8)) }), let seen = sightings[id] else {
        continue
      }
      locks[index].add(seen)
    }
  }

  /// What is to be written down.
  var remembered: [UnlockRecord.Sighting] {
    sightings.filter { $0.key.utf8.count == 8 }.map { id, lock in
      UnlockRecord.Sighting(id: id, first: lock.firstSeen, last: lock.lastSeen)
    }.sorted { ($0.last, $0.id) < ($1.last, $1.id) }.suffix(UnlockRecord.limit)
  }
}
