public import JSONValue
import TimeText

/// The configuration file as a JSON Schema (draft 2020-12), made from the keys.
///
/// It says all that a schema can: names, kinds, ranges of numbers, the form of durations. Ranges of
/// durations, and rules between keys, stand in the descriptions; `mountmon` holds them all.
public enum ConfigurationSchema {
  /// The schema.
  public static var document: JSONValue {
    document(of: ConfigurationKey.topKeys, title: "mountmon configuration")
  }

  /// The schema of a file with these keys.
  package static func document(of keys: [ConfigurationKey], title: String) -> JSONValue {
    var schema: JSONObject = [
      "$schema": "https://json-schema.org/draft/2020-12/schema", "title": .string(title),
    ]
    for (name, value) in object(of: keys) { schema[name] = value }
    return .object(schema)
  }

  fileprivate static func object(of keys: [ConfigurationKey]) -> JSONObject {
    var properties = JSONObject()
    for key in keys {
      var property = key.kind.schema
      var summary = key.summary
      switch key.kind {
      case .duration, .durationOrNever: summary += " Expected: \(key.kind.expectation)."
      default: break
      }
      property["description"] = .string(summary)
      if let text = key.defaultText {
        property["default"] = (try? JSONValue(parsing: text)) ?? .string(text)
      }
      properties[key.name] = .object(property)
    }
    var object: JSONObject = ["type": "object", "properties": .object(properties)]
    let required = keys.filter(\.isRequired).map(\.name)
    if !required.isEmpty { object["required"] = .array(required.map { .string($0) }) }
    object["additionalProperties"] = false
    return object
  }
}

extension ConfigurationKey.Kind {
  fileprivate var schema: JSONObject {
    switch self {
    case .duration:
      return ["type": "string", "pattern": .string("^\(Self.durationPattern)$")]
    case .durationOrNever:
      return ["type": "string", "pattern": .string("^(never|\(Self.durationPattern))$")]
    case .integer(let range):
      return [
        "type": "integer", "minimum": .number(JSONNumber(range.lowerBound)),
        "maximum": .number(JSONNumber(range.upperBound)),
      ]
    case .number(let range):
      return [
        "type": "number", "minimum": JSONNumber(range.lowerBound).map(JSONValue.number) ?? .null,
        "maximum": JSONNumber(range.upperBound).map(JSONValue.number) ?? .null,
      ]
    case .bytes:
      return [
        "oneOf": [
          ["type": "integer", "minimum": 0],
          ["type": "string", "pattern": "^[0-9]+ *(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)?$"],
        ]
      ]
    case .flag:
      return ["type": "boolean"]
    case .text(let maximum):
      return ["type": "string", "maxLength": .number(JSONNumber(maximum))]
    case .name:
      return [
        "type": "string", "maxLength": .number(JSONNumber(MountName.maximumLength)),
        "pattern": "^[^\\u0000-\\u001f\\u007f]*$",
      ]
    case .path:
      return ["type": "string", "minLength": 1, "not": ["pattern": "(^|/)\\.\\.(/|$)"]]
    case .absolutePath:
      return ["type": "string", "pattern": "^/", "not": ["pattern": "(^|/)\\.\\.(/|$)"]]
    case .canary:
      return ["type": "string", "not": ["pattern": "(^|/)\\.\\.(/|$)"]]
    case .choice(let words):
      return ["enum": .array(words.map { .string($0) })]
    case .requirement:
      return [
        "oneOf": [
          ["enum": ["auto", true, false]],
          [
            "type": "object",
            "properties": [
              "fsType": ["type": "string", "minLength": 1],
              "source": ["type": "string", "minLength": 1],
            ],
            "minProperties": 1, "additionalProperties": false,
          ],
        ]
      ]
    case .url(let schemes):
      let names = schemes.map(\.rawValue).joined(separator: "|")
      return ["type": "string", "pattern": .string("^(\(names))://[!-~]+$")]
    case .texts(let count):
      return Self.list(of: ["type": "string", "maxLength": 4096], count)
    case .textsOrObject(let count, let keys):
      return [
        "oneOf": [
          .object(Self.texts(count: count).schema), .object(ConfigurationSchema.object(of: keys)),
        ]
      ]
    case .pathsOrObjects(let keys, let count):
      let object = JSONValue.object(ConfigurationSchema.object(of: keys))
      return Self.list(of: ["oneOf": [.object(Self.absolutePath.schema), object]], count)
    case .fields(let count):
      return [
        "type": "object", "maxProperties": .number(JSONNumber(count.upperBound)),
        "propertyNames": ["pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$"],
        "additionalProperties": [
          "type": "string", "maxLength": 4096, "pattern": "^[^\\u0000-\\u001f\\u007f]*$",
        ],
      ]
    case .textOrObject(let key, let keys):
      return [
        "oneOf": [
          .object(key.kind.schema),
          .object(ConfigurationSchema.object(of: keys)),
        ]
      ]
    case .object(let keys):
      return ConfigurationSchema.object(of: keys)
    case .objects(let keys, let count):
      return Self.list(of: ConfigurationSchema.object(of: keys), count)
    }
  }

  private static let durationPattern: String = {
    let number = "[0-9]+(\\.[0-9]*)?|\\.[0-9]+"
    return "\\+?(0|((\(number))(ns|us|µs|μs|ms|s|m|h))+)"
  }()

  private static func list(of items: JSONObject, _ count: ClosedRange<Int>) -> JSONObject {
    [
      "type": "array", "minItems": .number(JSONNumber(count.lowerBound)),
      "maxItems": .number(JSONNumber(count.upperBound)), "items": .object(items),
    ]
  }
}
