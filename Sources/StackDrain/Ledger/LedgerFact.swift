/// One thing that is written down.
public enum LedgerFact: Hashable, Sendable {
  /// A plan is about to be carried out.
  case began(RunRecord)
  /// A step has looked and is about to act. Written before it acts.
  case found(run: Int, Target, Move, TargetState)
  /// A step has ended. `units` are those that are as they should be now, and so are owed no more.
  case settled(run: Int, Target, Move, StepResult, units: Set<String>)
  /// A plan has ended; `words` say what is left over, where something is.
  case ended(run: Int, isComplete: Bool, words: String)
  /// What of the stack is meant to run, and who says so.
  case mode(StackMode, StartMethod)
  /// A person asked for nothing to be done for a time.
  case held(seconds: Int)
  /// The hold is over before its time.
  case released
  /// A person gave up what is owed to a target.
  case forgotten(Target)
}

/// Which plan is carried out, and why.
public struct RunRecord: Hashable, Sendable {
  /// What a plan is for.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// To take the stack off the pool.
    case drain
    /// To bring it back.
    case resume
  }

  /// Its number.
  public var run: Int
  /// What it is for.
  public var kind: Kind
  /// Whether a person asked for it.
  public var isByHand: Bool
  /// Whether it counts towards the upgrades of an hour.
  public var isUpgrade: Bool
  /// Why, for people.
  public var reason: String

  /// A record.
  public init(run: Int, kind: Kind, isByHand: Bool, isUpgrade: Bool, reason: String) {
    self.run = run
    self.kind = kind
    self.isByHand = isByHand
    self.isUpgrade = isUpgrade
    self.reason = reason
  }
}

/// How a step ended.
public struct StepResult: Hashable, Sendable {
  /// The ways in which a step ends.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// It is as planned; that was read back.
    case done
    /// There was nothing to do.
    case nothing
    /// The target is no more: nothing can be undone there.
    case gone
    /// It did not answer a look; nothing was done.
    case unanswered
    /// It was asked, and whether it did so could not be read back.
    case unconfirmed
    /// It refused, or did otherwise.
    case failed
  }

  /// How.
  public var kind: Kind
  /// What there is to say, for people; `nil` for nothing.
  public var words: String?

  /// A result.
  public init(_ kind: Kind, _ words: String? = nil) {
    self.kind = kind
    self.words = words
  }

  /// Whether what was wanted is so.
  public var isGood: Bool {
    switch kind {
    case .done, .nothing, .gone: true
    case .unanswered, .unconfirmed, .failed: false
    }
  }
}
