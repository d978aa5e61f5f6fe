/// What users say the log of a mover has when a lock is the trouble, beside what is built in.
public struct LockPatterns: Hashable, Sendable {
  /// The most patterns there may be.
  public static let maximumCount = 50
  /// The most steps that all of them may have together: what matching a log's tail costs follows it.
  public static let maximumCost = 4000

  /// Those that are matched, in their order.
  public private(set) var patterns: [Pattern] = []
  /// Those that are not, with the reason; the others go on without them.
  public private(set) var faults: [Fault] = []

  /// A pattern that is left out.
  public struct Fault: Hashable, Sendable, CustomStringConvertible {
    /// Its place in the list, from 0.
    public let index: Int
    /// What is wrong.
    public let reason: String

    /// All of it in one line: `lockErrorPatterns[2]: pattern "a(b", at byte 1: …`.
    public var description: String { "lockErrorPatterns[\(index)]: \(reason)" }
  }

  /// No patterns.
  public init() {}

  /// Compiles patterns, each once.
  ///
  /// - Parameter texts: Regular expressions. Those that older controllers came with are taken for
  ///   what is built in, which knows words from parts of words.
  public init(_ texts: [String]) {
    var cost = 0
    for (index, text) in texts.enumerated() {
      guard index < Self.maximumCount else {
        faults.append(
          Fault(index: index, reason: "there are more than \(Self.maximumCount) patterns"))
        return
      }
      guard !text.isEmpty else {
        faults.append(Fault(index: index, reason: "it is empty, and would match every line"))
        continue
      }
      guard !LockWords.known.contains(text) else { continue }
      do throws(PatternError) {
        let pattern = try Pattern(text)
        guard cost + pattern.cost <= Self.maximumCost else {
          let reason = "the patterns up to here take more than \(Self.maximumCost) steps"
          faults.append(Fault(index: index, reason: reason))
          continue
        }
        guard !pattern.matches([]) else {
          let reason = "it matches an empty line, and so every line"
          faults.append(Fault(index: index, reason: reason))
          continue
        }
        cost += pattern.cost
        patterns.append(pattern)
      } catch {
        faults.append(Fault(index: index, reason: error.description))
      }
    }
  }
}
