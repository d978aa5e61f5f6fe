/// What of the stack is meant to run: the words of the file `stack-mode`.
public enum StackMode: String, Hashable, Sendable, CaseIterable {
  /// Everything.
  case full
  /// What needs no pool.
  case local
  /// Drained, because the pool is away.
  case poolDegraded = "pool-degraded"
  /// Nothing, or nobody has said.
  case none
}

/// Who chose the mode: the words of the file `start-method`.
public enum StartMethod: String, Hashable, Sendable, CaseIterable {
  /// The boot sequence.
  case autostart
  /// A person. What a person chose is not upgraded.
  case manual
  /// The monitor, after the pool came back.
  case autoUpgrade = "auto-upgrade"
}
