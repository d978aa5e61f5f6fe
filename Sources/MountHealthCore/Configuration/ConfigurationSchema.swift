public import JSONValue
import TimeText

/// The configuration file as a JSON Schema (draft 2020-12), made from the keys.
///
/// It says all that a schema can: names, kinds, ranges of numbers, the form of durations. Ranges of
/// durations, and rules between keys, stand in the descriptions; `mountmon` holds them all.
public enum ConfigurationSchema {
  /// The schema.
  public static var document: JSONValue {
    var schema: JSONObject = [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "mountmon configuration",
    ]
    for (name, value) in object(of: ConfigurationKey.topKeys, required: ["mounts"]) {
      schema[name] = value
    }
    return .object(schema)
  }

  fileprivate static func object(of keys: [ConfigurationKey], required: [String]) -> JSONObject {
    var properties = JSONObject()
    for key in keys {
      var property = key.kind.schema
      var summary = key.summary
      if case .duration = key.kind { summary += " Expected: \(key.kind.expectation)." }
      property["description"] = .string(summary)
      if let text = key.defaultText {
        property["default"] = (try? JSONValue(parsing: text)) ?? .string(text)
      }
      properties[key.name] = .object(property)
    }
    var object: JSONObject = ["type": "object", "properties": .object(properties)]
    if !required.isEmpty { object["required"] = .array(required.map { .string($0) }) }
    object["additionalProperties"] = false
    return object
  }
}

extension ConfigurationKey.Kind {
  fileprivate var schema: JSONObject {
    switch self {
    case .duration:
      let number = "[0-9]+(\\.[0-9]*)?|\\.[0-9]+"
      return [
        "type": "string", "pattern": .string("^\\+?(0|((\(number))(ns|us|µs|μs|ms|s|m|h))+)$"),
      ]
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
      return [
        "type": "array", "minItems": .number(JSONNumber(count.lowerBound)),
        "maxItems": .number(JSONNumber(count.upperBound)),
        "items": ["type": "string", "maxLength": 4096],
      ]
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
          .object(ConfigurationSchema.object(of: keys, required: [key.name])),
        ]
      ]
    case .object(let keys):
      return ConfigurationSchema.object(of: keys, required: [])
    case .objects(let keys, let count):
      return [
        "type": "array", "minItems": .number(JSONNumber(count.lowerBound)),
        "maxItems": .number(JSONNumber(count.upperBound)),
        "items": .object(ConfigurationSchema.object(of: keys, required: ["path"])),
      ]
    }
  }
}
