/// What may be done about a mount that is confirmed bad.
public enum Remedy: String, Hashable, Sendable {
  /// Nothing: what is wrong would still be wrong afterwards.
  case none
  /// Have the mount made anew: repair it, or replace the pod that uses it.
  case renew
}

extension Verdict {
  /// What may be done about a mount that stays like this.
  public var remedy: Remedy {
    switch weight {
    case .good, .limited: .none
    case .bad: .renew
    }
  }
}
