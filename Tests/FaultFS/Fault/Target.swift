/// Which requests a rule is about: `READ`, `*`, `READ:/.health-check` or `*:/library/*`.
struct Target: Hashable {
  /// Nil means every operation that takes faults.
  var operation: Operation?
  /// Nil means everywhere.
  var place: Place?

  /// One path, or all that is below one.
  enum Place: Hashable {
    case exactly(FilePath)
    case below(FilePath)
  }

  func matches(_ operation: Operation, at paths: [FilePath]) -> Bool {
    guard operation.takesFaults, self.operation == nil || self.operation == operation else {
      return false
    }
    guard let place else { return true }
    return paths.contains { place.covers(.exactly($0)) }
  }

  /// Whether every request that matches `other` matches this one too.
  func covers(_ other: Target) -> Bool {
    guard operation == nil || operation == other.operation else { return false }
    guard let place else { return true }
    return other.place.map(place.covers) ?? false
  }

  /// Whether some request may match both.
  func overlaps(_ other: Target) -> Bool {
    guard operation == nil || other.operation == nil || operation == other.operation else {
      return false
    }
    guard let place, let otherPlace = other.place else { return true }
    return place.covers(otherPlace) || otherPlace.covers(place)
  }
}

extension Target.Place {
  func covers(_ other: Target.Place) -> Bool {
    switch (self, other) {
    case (.exactly(let path), .exactly(let otherPath)): path == otherPath
    case (.exactly, .below): false
    case (.below(let path), .exactly(let otherPath)): otherPath.isBelow(path)
    case (.below(let path), .below(let otherPath)): otherPath == path || otherPath.isBelow(path)
    }
  }

  init(text: Substring) throws(CommandError) {
    let isBelow = text.hasSuffix("/*")
    guard let path = FilePath(text: isBelow ? text.dropLast() : text) else {
      throw CommandError("\(text) is not a path from the root of the mount, such as /library/*")
    }
    self = isBelow ? .below(path) : .exactly(path)
  }
}

extension Target {
  init(text: Substring) throws(CommandError) {
    let colon = text.firstIndex(of: ":")
    let name = text[..<(colon ?? text.endIndex)]
    if name != "*" {
      guard let named = Operation(name: String(name)) else {
        throw CommandError("\(name) is no FUSE operation; READ, GETATTR, STATFS and * are some")
      }
      guard named.takesFaults else {
        throw CommandError("\(named.name) carries the protocol itself and is never held back")
      }
      operation = named
    }
    if let colon { place = try Place(text: text[text.index(after: colon)...]) }
  }
}
