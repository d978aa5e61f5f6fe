import Testing

@Suite struct `A room` {
  @Test func `builds`() {}
}
