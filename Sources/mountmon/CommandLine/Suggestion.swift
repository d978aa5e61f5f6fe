/// Guesses what was meant by a name that does not exist.
enum Suggestion {
  /// More edits than this and the guess is more confusing than helpful.
  static let furthest = 2

  /// Returns the candidate nearest to `name`, the first of equals; nil when all are too far.
  static func nearest(to name: String, in candidates: [String]) -> String? {
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      let distance = distance(from: name, to: candidate)
      // A name must not be edited into a wholly different one: `-x` is not a misspelt `-c`.
      guard distance <= furthest, distance * 2 < candidate.count else { continue }
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.candidate
  }

  /// The number of characters inserted, left out, replaced or swapped with their neighbour.
  static func distance(from first: String, to second: String) -> Int {
    let first = Array(first)
    let second = Array(second)
    // Far too long to be a slip of the finger; spares the table.
    guard abs(first.count - second.count) <= furthest else {
      return abs(first.count - second.count)
    }
    var beforeLast: [Int] = []
    var last = Array(0...second.count)
    for row in 0..<first.count {
      var current = [row + 1]
      for column in 0..<second.count {
        let isSame = first[row] == second[column]
        var cost = min(
          last[column + 1] + 1, current[column] + 1, last[column] + (isSame ? 0 : 1))
        if row > 0, column > 0, first[row] == second[column - 1],
          first[row - 1] == second[column]
        {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      (beforeLast, last) = (last, current)
    }
    return last[second.count]
  }
}

extension String {
  /// In double quotes, on one line whatever is in it, for faults that quote what was typed.
  var quoted: String {
    var text = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"", "\\": text += "\\\(scalar)"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case _ where scalar.properties.generalCategory == .control:
        text += "\\u{\(String(scalar.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
