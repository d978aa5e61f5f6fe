/// What the kit itself could not do.
package struct KitFault: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// Asks until the answer is yes or the time is up; the last answer.
package func holds(
  within limit: Duration = .seconds(30), _ condition: () async throws -> Bool
) async rethrows -> Bool {
  let deadline = ContinuousClock.now + limit
  while ContinuousClock.now < deadline {
    if try await condition() { return true }
    do { try await Task.sleep(for: .milliseconds(20)) } catch { break }
  }
  return try await condition()
}
