/// What becomes of a request instead of its answer.
enum Fault: Hashable {
  /// It waits this long, counted from its arrival.
  case delay(Duration)
  /// The kernel takes ENOSYS for good: it does not ask for such an operation again.
  case error(Errno)
  /// It waits until a later rule says otherwise.
  case hang
  /// A read finds nothing, whatever size the file is said to have.
  case short
}

/// The faults that stand. The last rule that matches a request wins.
struct FaultRules: Hashable {
  private(set) var rules: [Rule] = []

  /// No fault: requests of this target are exempt from the rules before it.
  struct Rule: Hashable {
    var fault: Fault?
    var target: Target
  }

  /// Nil: it is answered as usual.
  func fault(on operation: Operation, at paths: [FilePath]) -> Fault? {
    rules.last { $0.target.matches(operation, at: paths) }?.fault
  }

  mutating func add(_ rule: Rule) {
    // What the new rule covers could never win again.
    rules.removeAll { rule.target.covers($0.target) }
    rules.append(rule)
  }

  /// From now on requests of this target are served, also where a wider rule stands: after `hang *`
  /// and `clear READ`, all but reads hang.
  mutating func clear(_ target: Target) {
    add(Rule(fault: nil, target: target))
    let others = rules.dropLast()
    if !others.contains(where: { $0.target.overlaps(target) }) { rules.removeLast() }
  }

  mutating func clear() {
    rules.removeAll()
  }
}
