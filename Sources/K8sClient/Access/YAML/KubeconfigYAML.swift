import JSONValue

#if Kubeconfig
  import Yams

  /// Reads a kubeconfig in YAML as the JSON that it stands for.
  enum KubeconfigYAML {
    /// The most values in a document, counted with what aliases repeat.
    static let maximumValues = 100_000
    /// The most aliases. Few enough that even aliases of aliases stay within reach of counting.
    static let maximumAliases = 16

    static func document(_ bytes: [UInt8]) throws(Refusal) -> JSONValue {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw Refusal("is not UTF-8")
      }
      guard aliases(in: bytes) <= maximumAliases else {
        throw Refusal("has more than \(maximumAliases) aliases (*name): write them out")
      }
      let node: Yams.Node?
      do {
        node = try Yams.compose(yaml: text)
      } catch {
        throw Refusal(words(for: error))
      }
      guard let node else { return .null }
      var count = 0
      return try value(node, depth: 0, &count)
    }

    private static func value(
      _ node: Yams.Node, depth: Int, _ count: inout Int
    ) throws(Refusal) -> JSONValue {
      count += 1
      guard count <= maximumValues else { throw Refusal("has more than \(maximumValues) values") }
      guard depth <= Kubeconfig.maximumDepth else {
        throw Refusal("is nested deeper than \(Kubeconfig.maximumDepth)")
      }
      switch node {
      case .scalar(let scalar):
        return self.scalar(scalar)
      case .sequence(let sequence):
        var elements: [JSONValue] = []
        for element in sequence {
          elements.append(try value(element, depth: depth + 1, &count))
        }
        return .array(elements)
      case .mapping(let mapping):
        var object = JSONObject()
        for (key, element) in mapping {
          guard case .scalar(let name) = key else {
            throw Refusal("has a key that is no string\(place(key))")
          }
          guard name.string != "<<" || name.style != .plain else {
            throw Refusal("has a merge key (<<)\(place(key)): write its fields out")
          }
          object[name.string] = try value(element, depth: depth + 1, &count)
        }
        return .object(object)
      case .alias:
        throw Refusal("has an alias that leads nowhere")
      }
    }

    /// The scalars of YAML's core schema; numbers only as JSON has them, anything else is text.
    private static func scalar(_ scalar: Yams.Node.Scalar) -> JSONValue {
      guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
      switch scalar.string {
      case "true", "True", "TRUE": return .bool(true)
      case "false", "False", "FALSE": return .bool(false)
      case "null", "Null", "NULL", "~", "": return .null
      default:
        let text = scalar.string
        guard let first = text.utf8.first, first == 0x2D || (0x30...0x39).contains(first),
          let number = try? JSONValue(parsing: text), number.kind == .number
        else { return .string(text) }
        return number
      }
    }

    private static func place(_ node: Yams.Node) -> String {
      node.mark.map { " in line \($0.line), column \($0.column)" } ?? ""
    }

    /// Stars that can begin an alias: more than there are, never fewer.
    private static func aliases(in bytes: [UInt8]) -> Int {
      var count = 0
      var before: UInt8 = 0x0A
      for byte in bytes {
        if byte == UInt8(ascii: "*"), before <= 0x20 || "[]{},:-?&".utf8.contains(before) {
          count += 1
        }
        before = byte
      }
      return count
    }

    /// What is wrong and where. The library's own text quotes the line, which may hold a secret.
    private static func words(for error: any Error) -> String {
      guard let error = error as? YamlError else { return "is not YAML" }
      switch error {
      case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        return "line \(mark.line), column \(mark.column): \(Shown.text(problem))"
      case .reader(let problem, _, _, _):
        return "is not YAML: \(Shown.text(problem))"
      case .duplicatedKeysInMapping(let keys, let context):
        let names = keys.prefix(4).map { Shown.quoted($0) }.joined(separator: ", ")
        return "line \(context.mark.line): has the same key twice: \(names)"
      default:
        return "is not YAML"
      }
    }
  }
#else
  /// Stands in for YAML, which this program was built without.
  enum KubeconfigYAML {
    static func document(_ bytes: [UInt8]) throws(Refusal) -> JSONValue {
      throw Refusal(
        "is not JSON, and this program was built without YAML; convert it: "
          + "kubectl config view --raw -o json > config.json")
    }
  }
#endif
