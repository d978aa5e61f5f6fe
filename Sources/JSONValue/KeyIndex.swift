/// Where in an ordered list a key stands, found by hash.
///
/// The index holds no keys, only the hashes and positions of those in the list beside it: half the
/// memory of a dictionary, and growing never hashes a string again. Open addressing, linear probing,
/// at most half full.
struct KeyIndex: Sendable {
  /// A hash in the upper half, a position plus one in the lower; zero is a free slot.
  private var slots: [UInt64] = []
  private(set) var count = 0

  /// A hash seeded per process, so that nobody outside can choose keys that collide.
  static func hash(_ key: String) -> UInt32 {
    var hasher = Hasher()
    key.hashSpelling(into: &hasher)
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }

  /// The position that was inserted with `hash` and that `isMatch` confirms.
  func position(hash: UInt32, isMatch: (Int) -> Bool) -> Int? {
    guard !slots.isEmpty else { return nil }
    var slot = home(of: hash)
    while slots[slot] != 0 {
      let entry = slots[slot]
      if UInt32(truncatingIfNeeded: entry >> 32) == hash {
        let position = Int(entry & 0xFFFF_FFFF) - 1
        if isMatch(position) { return position }
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  mutating func insert(hash: UInt32, position: Int) {
    reserve(count + 1)
    place(UInt64(hash) << 32 | UInt64(position + 1))
    count += 1
  }

  /// Makes room for `capacity` entries in all.
  mutating func reserve(_ capacity: Int) {
    guard capacity * 2 > slots.count else { return }
    var size = Swift.max(slots.count, 32)
    while size < capacity * 2 { size *= 2 }
    let entries = slots
    slots = [UInt64](repeating: 0, count: size)
    for entry in entries where entry != 0 { place(entry) }
  }

  /// The most slots any entry's look-up has to visit: what tests hold against a bound.
  var longestProbe: Int {
    var longest = 0
    for (slot, entry) in slots.enumerated() where entry != 0 {
      let home = home(of: UInt32(truncatingIfNeeded: entry >> 32))
      longest = Swift.max(longest, ((slot - home) & (slots.count - 1)) + 1)
    }
    return longest
  }

  private mutating func place(_ entry: UInt64) {
    var slot = home(of: UInt32(truncatingIfNeeded: entry >> 32))
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = entry
  }

  private func home(of hash: UInt32) -> Int { Int(hash) & (slots.count - 1) }
}
