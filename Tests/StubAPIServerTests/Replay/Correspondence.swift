import JSONValue
import StubAPIServer

/// Which value of the stub stands for which recorded one: uids, revisions, names. What was once
/// paired has to stay so.
struct Correspondence {
  private var uids: [String: String] = [:]
  private var uidsBack: [String: String] = [:]
  private var versions: [Int: Int] = [:]
  private var tokens: [String: String] = [:]
  /// Whole texts that stand for others, such as hashes in names.
  private var words: [(recorded: String, own: String)] = []

  mutating func pair(uid recorded: String, with own: String) -> Bool {
    guard uids[recorded] == nil, uidsBack[own] == nil else { return uids[recorded] == own }
    uids[recorded] = own
    uidsBack[own] = recorded
    return true
  }

  /// Revisions keep their order.
  mutating func pair(version recorded: Int, with own: Int) -> Bool {
    if let known = versions[recorded] { return known == own }
    let isInOrder = versions.allSatisfy { other in
      recorded < other.key ? own <= other.value : own >= other.value
    }
    guard isInOrder else { return false }
    versions[recorded] = own
    return true
  }

  mutating func pair(token recorded: String, with own: String) { tokens[recorded] = own }

  mutating func pair(word recorded: String, with own: String) {
    guard recorded != own, !words.contains(where: { $0.recorded == recorded }) else { return }
    words.append((recorded, own))
  }

  func version(_ recorded: Int) -> Int? { versions[recorded] }

  func token(_ recorded: String) -> String? { tokens[recorded] }

  /// A recorded text as the stub would say it.
  func translated(_ text: String) -> String {
    var text = text
    if text.contains("-") {
      for (recorded, own) in uids where text.contains(recorded) {
        text = text.replacing(recorded, with: own)
      }
    }
    for (recorded, own) in words where text.contains(recorded) {
      text = text.replacing(recorded, with: own)
    }
    return text
  }
}
