extension String {
  /// The candidate that this was probably meant to be: another case, or at most two slips away.
  package func closest(among candidates: [String]) -> String? {
    let own = Array(lowercased().utf8)
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let distance = own.editDistance(to: Array(candidate.lowercased().utf8))
      // A name must not be edited into a wholly different one: `-x` is not a misspelt `-c`.
      guard distance <= 2, distance * 2 < candidate.utf8.count else { continue }
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }
}

extension [UInt8] {
  /// Insertions, deletions, substitutions and swaps of neighbours that lead from one to the other.
  fileprivate func editDistance(to other: [UInt8]) -> Int {
    // No name is as long as that; a hostile one is not worth the time.
    guard count <= 64, other.count <= 64 else { return .max }
    var rows = [(0...other.count).map { $0 }]
    for row in 0..<count {
      var line = [row + 1]
      for column in 0..<other.count {
        let substitution = rows[row][column] + (self[row] == other[column] ? 0 : 1)
        var best = Swift.min(substitution, line[column] + 1, rows[row][column + 1] + 1)
        if row > 0, column > 0, self[row] == other[column - 1], self[row - 1] == other[column] {
          best = Swift.min(best, rows[row - 1][column - 1] + 1)
        }
        line.append(best)
      }
      rows.append(line)
    }
    return rows[count][other.count]
  }
}
