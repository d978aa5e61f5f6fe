/// A pattern in the form in which it is matched: steps, of which any number can be stood on at once.
struct PatternProgram: Hashable, Sendable {
  /// One step.
  enum Step: Hashable, Sendable {
    /// Takes a character of a set, and goes on to the next step.
    case take(Int)
    /// Goes on to both.
    case fork(Int, Int)
    /// Goes on to the next step where this holds.
    case place(PatternNode.Place)
    /// It has matched.
    case match
  }

  private(set) var steps: [Step] = []
  private(set) var sets: [CharacterSet] = []

  /// The most steps that one pattern may have.
  static let longest = 1000

  /// `nil` where it would be too long.
  init?(_ node: PatternNode) {
    guard add(node) else { return nil }
    steps.append(.match)
  }

  private mutating func add(_ node: PatternNode) -> Bool {
    guard steps.count < Self.longest else { return false }
    switch node {
    case .empty: return true
    case .one(let set):
      let index = sets.firstIndex(of: set) ?? sets.count
      if index == sets.count { sets.append(set) }
      steps.append(.take(index))
      return true
    case .place(let place):
      steps.append(.place(place))
      return true
    case .row(let nodes):
      for node in nodes { guard add(node) else { return false } }
      return true
    case .choice(let nodes): return add(choice: nodes)
    case .often(let node, let least, let most):
      return add(node, least: least, most: most)
    }
  }

  private mutating func add(choice nodes: [PatternNode]) -> Bool {
    var jumps: [Int] = []
    for (index, node) in nodes.enumerated() {
      guard index < nodes.count - 1 else { guard add(node) else { return false }; break }
      let fork = steps.count
      steps.append(.match)
      guard add(node) else { return false }
      jumps.append(steps.count)
      steps.append(.match)
      steps[fork] = .fork(fork + 1, steps.count)
    }
    for jump in jumps { steps[jump] = .fork(steps.count, steps.count) }
    return true
  }

  private mutating func add(_ node: PatternNode, least: Int, most: Int?) -> Bool {
    for _ in 0..<least {
      let count = steps.count
      guard add(node) else { return false }
      // Nothing, however often, is nothing.
      if steps.count == count { return true }
    }
    guard let most else {
      let fork = steps.count
      steps.append(.match)
      guard add(node) else { return false }
      steps.append(.fork(fork, fork))
      steps[fork] = .fork(fork + 1, steps.count)
      return true
    }
    var forks: [Int] = []
    for _ in 0..<max(0, most - least) {
      forks.append(steps.count)
      steps.append(.match)
      guard add(node) else { return false }
    }
    for fork in forks { steps[fork] = .fork(fork + 1, steps.count) }
    return true
  }
}
