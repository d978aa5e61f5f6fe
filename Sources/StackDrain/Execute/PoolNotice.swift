/// What happened, for the log, the metrics and whoever is told.
public enum PoolNotice: Hashable, Sendable {
  /// The pool's state is another; why.
  case pool(from: PoolState, to: PoolState, reasons: [String])
  /// The pool went and came, or came and went, too quickly to act; how often so far.
  case flapped(count: Int)
  /// A plan has begun.
  case began(RunRecord, plan: [Stage])
  /// A step has ended.
  case ended(Target, Move, StepResult)
  /// A plan has ended; what is left over.
  case finished(RunRecord, isComplete: Bool, words: String)
  /// A plan was given up in the middle; why. What it owed is still owed.
  case abandoned(RunRecord, reason: String)
  /// The mode is another.
  case mode(StackMode, StartMethod)
  /// The stack could not be looked at.
  case blind(String)
  /// The ledger could not be written; nothing is done until it can.
  case unwritable(String)
  /// A command was refused.
  case refused(PoolCommand, String)
}

/// What a person may ask for.
public enum PoolCommand: Hashable, Sendable {
  /// Take the stack off the pool, and leave it off until told otherwise.
  case drain
  /// Bring the stack back now, if the pool is healthy.
  case resume
  /// Do nothing unasked for a time.
  case hold(Duration)
  /// End the hold.
  case release
  /// Forget what is owed to a target.
  case forget(Target)
  /// Say what of the stack is meant to run, and who says so.
  case choose(StackMode, StartMethod)
}
