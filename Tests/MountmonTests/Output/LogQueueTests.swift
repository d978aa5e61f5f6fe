import Testing

@testable import mountmon

@Suite struct `The queue of log lines` {
  private func add(_ text: String, to queue: inout LogQueue) {
    queue.add(Array("\(text)\n".utf8)) { Array("dropped \($0)\n".utf8) }
  }

  private func take(_ queue: inout LogQueue) -> String {
    String(decoding: queue.takeBatch(), as: UTF8.self)
  }

  @Test func `drops what it has no room for, and tells before the next line`() {
    var queue = LogQueue(capacity: .init(bytes: 6, lines: 100))
    for text in ["aa", "bb", "cc", "dd"] { add(text, to: &queue) }
    #expect(queue.dropped == 2)
    #expect(take(&queue) == "aa\nbb\n")
    add("ee", to: &queue)
    #expect(queue.dropped == 3, "the batch counts until it is written")
    queue.finishBatch(lost: 0)
    add("ff", to: &queue)
    #expect(take(&queue) == "dropped 3\nff\n")
    #expect(queue.dropped == 0)
  }

  @Test func `has a limit of lines, too`() {
    var queue = LogQueue(capacity: .init(bytes: 1000, lines: 2))
    for text in ["a", "b", "c"] { add(text, to: &queue) }
    #expect(queue.dropped == 1)
    #expect(take(&queue) == "a\nb\n")
  }

  @Test func `counts lines that could not be written as dropped`() {
    var queue = LogQueue(capacity: .standard)
    add("a", to: &queue)
    _ = queue.takeBatch()
    queue.finishBatch(lost: 1)
    #expect(queue.finished == queue.accepted)
    add("b", to: &queue)
    #expect(take(&queue) == "dropped 1\nb\n")
  }

  @Test func `forgets no count when the notice of it is lost`() {
    var queue = LogQueue(capacity: .init(bytes: 12, lines: 2))
    for text in ["a", "b", "c", "d"] { add(text, to: &queue) }
    _ = queue.takeBatch()
    queue.finishBatch(lost: 0)
    add("e", to: &queue)
    #expect(take(&queue) == "dropped 2\ne\n")
    queue.finishBatch(lost: 2)
    #expect(queue.dropped == 3)
    add("f", to: &queue)
    _ = queue.takeBatch()
    queue.finishBatch(lost: 1)
    #expect(queue.dropped == 1, "the notice got through, the line did not")
  }

  @Test func `can tell of dropped lines without a further line`() {
    var queue = LogQueue(capacity: .init(bytes: 0, lines: 0))
    add("a", to: &queue)
    queue.addNotice { Array("dropped \($0)\n".utf8) }
    #expect(take(&queue) == "dropped 1\n")
  }
}
