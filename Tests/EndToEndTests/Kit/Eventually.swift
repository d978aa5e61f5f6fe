/// Asks until the answer is yes, the time is up or the task is cancelled; returns the last answer.
func eventually(
  within limit: Duration, _ condition: () async throws -> Bool
) async rethrows -> Bool {
  let deadline = ContinuousClock.now + limit
  while ContinuousClock.now < deadline {
    if try await condition() { return true }
    do { try await Task.sleep(for: .milliseconds(5)) } catch { break }
  }
  return try await condition()
}
