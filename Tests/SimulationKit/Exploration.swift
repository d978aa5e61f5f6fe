/// Visits every state that a small world can come to, breadth first.
///
/// A state is visited once: those with the same key are taken for one. Whatever is left out of the
/// key only makes the search less complete; every state that it visits can truly be reached.
package struct Exploration<State, Key: Hashable> {
  /// How many different states were met, and how many steps between them were taken.
  package private(set) var states = 0
  package private(set) var transitions = 0
  package private(set) var depth = 0

  package init() {}

  /// Goes on from `start` until there is nothing new, or something is wrong.
  ///
  /// - Parameters:
  ///   - start: Where it begins.
  ///   - depth: The most steps from the beginning.
  ///   - limit: Where to stop at the latest, in states.
  ///   - key: What tells states apart.
  ///   - steps: All states that can follow, or what was wrong on the way to one.
  /// - Returns: What was wrong first, with `nil` for nothing.
  package mutating func run(
    from start: State, depth: Int, limit: Int = .max, key: (State) -> Key,
    steps: (State) -> [(state: State, fault: String?)]
  ) -> String? {
    var seen: Set<Key> = [key(start)]
    var layer = [start]
    states = 1
    while !layer.isEmpty, self.depth < depth, states < limit {
      self.depth += 1
      var next: [State] = []
      for state in layer {
        for (state, fault) in steps(state) {
          transitions += 1
          if let fault { return fault }
          if seen.insert(key(state)).inserted { next.append(state) }
        }
        if seen.count >= limit { break }
      }
      layer = next
      states = seen.count
    }
    return nil
  }

  package var text: String { "\(states) states, \(transitions) transitions, depth \(depth)" }
}
