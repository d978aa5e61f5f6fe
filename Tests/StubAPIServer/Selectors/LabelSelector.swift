/// A label selector, with the server's words for one that does not parse.
struct LabelSelector: Hashable {
  enum Operator: Hashable { case exists, absent, isIn, isNotIn }

  struct Requirement: Hashable {
    var key: String
    var relation: Operator
    var values: [String]

    func matches(_ labels: [String: String]) -> Bool {
      switch relation {
      case .exists: labels[key] != nil
      case .absent: labels[key] == nil
      case .isIn: labels[key].map(values.contains) ?? false
      case .isNotIn: labels[key].map { !values.contains($0) } ?? true
      }
    }
  }

  var requirements: [Requirement] = []

  func matches(_ labels: [String: String]) -> Bool {
    requirements.allSatisfy { $0.matches(labels) }
  }

  /// All of these labels.
  init(_ labels: [String: String]) {
    requirements = labels.map { Requirement(key: $0.key, relation: .isIn, values: [$0.value]) }
  }

  init(_ text: String) throws(Refusal) {
    var parser = Parser(text)
    requirements = try parser.requirements()
  }

  private struct Parser {
    private var tokens: [String]
    private var place = 0

    init(_ text: String) {
      tokens = []
      var rest = text[...]
      while let character = rest.first {
        if character.isWhitespace {
          rest.removeFirst()
        } else if let symbol = ["!=", "==", "!", "=", "(", ")", ",", ">", "<"].first(
          where: { rest.hasPrefix($0) })
        {
          tokens.append(symbol)
          rest.removeFirst(symbol.count)
        } else {
          let word = rest.prefix { !$0.isWhitespace && !"!=(),<>".contains($0) }
          tokens.append(String(word))
          rest = rest[word.endIndex...]
        }
      }
    }

    private var next: String { place < tokens.count ? tokens[place] : "" }

    private mutating func take() -> String {
      defer { place += 1 }
      return next
    }

    private static func isWord(_ token: String) -> Bool {
      !token.isEmpty && !"!=(),<>".contains(token.first ?? " ")
    }

    mutating func requirements() throws(Refusal) -> [Requirement] {
      var all: [Requirement] = []
      guard !tokens.isEmpty else { return [] }
      while true {
        all.append(try requirement())
        switch take() {
        case "": return all
        case ",":
          guard Self.isWord(next) || next == "!" else {
            throw .badRequest("found '\(next)', expected: identifier after ','")
          }
        case let other: throw .badRequest("found '\(other)', expected: ',' or 'end of string'")
        }
      }
    }

    private mutating func requirement() throws(Refusal) -> Requirement {
      let isNegated = next == "!"
      if isNegated { place += 1 }
      let key = take()
      guard Self.isWord(key) else {
        throw .badRequest("unable to parse requirement: found '\(key)', expected: identifier")
      }
      if isNegated { return Requirement(key: key, relation: .absent, values: []) }
      switch next {
      case "", ",": return Requirement(key: key, relation: .exists, values: [])
      case "=", "==", "!=":
        let relation: Operator = take() == "!=" ? .isNotIn : .isIn
        guard next != "", next != "," else {
          return Requirement(key: key, relation: relation, values: [""])
        }
        let value = take()
        guard Self.isWord(value) else {
          throw .badRequest("unable to parse requirement: found '\(value)', expected: identifier")
        }
        return Requirement(key: key, relation: relation, values: [value])
      case "in", "notin":
        let relation: Operator = take() == "in" ? .isIn : .isNotIn
        return Requirement(key: key, relation: relation, values: try values())
      case let other:
        throw .badRequest(
          "unable to parse requirement: found '\(other)', expected: in, notin, =, ==, !=, gt, lt")
      }
    }

    private mutating func values() throws(Refusal) -> [String] {
      let open = take()
      guard open == "(" else {
        throw .badRequest("unable to parse requirement: found '\(open)' expected: '('")
      }
      var values: [String] = []
      while true {
        let word = take()
        guard Self.isWord(word) else {
          throw .badRequest("unable to parse requirement: found '\(word)', expected: identifier")
        }
        values.append(word)
        switch take() {
        case ",": continue
        case ")": return values
        case let other:
          throw .badRequest("unable to parse requirement: found '\(other)', expected: ',' or ')'")
        }
      }
    }
  }
}
