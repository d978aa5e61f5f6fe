import Foundation

/// `docs/log.schema.json`, asked by Python's jsonschema.
enum LogSchema {
  private static let program = """
    import json, sys
    import jsonschema
    schema = json.load(open(sys.argv[1]))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for line in open(sys.argv[2]):
        for fault in validator.iter_errors(json.loads(line)):
            print(fault.message, "in", line.strip())
    """

  /// Holds every line of logs against it. A last line that is not whole yet does not count.
  ///
  /// - Returns: The lines.
  /// - Throws: ``KitError`` with the lines that are not as it says.
  @discardableResult
  static func check(_ logs: String...) async throws -> [String] {
    let lines = logs.flatMap { log in
      log.prefix(upTo: log.lastIndex(of: "\n") ?? log.startIndex).split(separator: "\n").map(
        String.init)
    }
    guard !lines.isEmpty else { throw KitError("there are no lines") }
    try await TemporaryFolder.with { folder in
      let file = try folder.write("lines", lines.joined(separator: "\n") + "\n")
      let schema = BuiltProgram.package + "/docs/log.schema.json"
      let found = try await run("python3", "-c", program, schema, file)
      guard found.isEmpty else {
        throw KitError("lines not as docs/log.schema.json says:\n\(found)")
      }
    }
    return lines
  }
}
