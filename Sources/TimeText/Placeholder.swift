extension Duration {
  public func text(roundedTo: Duration) -> String { "\(self)" }
}
