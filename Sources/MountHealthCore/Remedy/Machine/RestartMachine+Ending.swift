extension RestartMachine {
  /// Whether it was asked to end, and waits for nothing any more.
  public var isAtRest: Bool {
    guard isStopping, flight == nil else { return false }
    switch state {
    case .disabled, .holding, .waitingForPodToGo, .armed, .spent: return true
    case .pending, .acting: return false
    }
  }
}
