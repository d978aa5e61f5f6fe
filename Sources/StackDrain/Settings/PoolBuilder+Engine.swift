import JSONValue
import MountHealthCore

extension PoolBuilder {
  mutating func readEngine(_ file: ConfigurationReader.Section) -> EngineSettings? {
    let (section, values) = layers(PoolKeys.engine, PoolKeys.engineKeys, in: file)
    var engine = EngineSettings()
    if let socket = values[PoolKeys.engineSocket]?.asText {
      refuseOnPool(
        socket, section.place(of: PoolKeys.engineSocket), "it would hang together with the pool")
      engine.socket = socket
    }
    for text in names(PoolKeys.engineLabels, in: section) {
      let equals = text.utf8.firstIndex(of: UInt8(ascii: "="))
      let key = String(text[..<(equals ?? text.endIndex)])
      if key.isEmpty {
        reader.refuse(
          section.place(of: PoolKeys.engineLabels), text.quotedExcerpt, "key, or key=value")
      }
      engine.labels.updateValue(
        equals.map { String(text[text.utf8.index(after: $0)...]) }, forKey: key)
    }
    engine.projects = Set(names(PoolKeys.engineProjects, in: section))
    engine.exceptions = Set(names(PoolKeys.engineExceptions, in: section))
    return values[PoolKeys.engineEnabled]?.asFlag == false ? nil : engine
  }

  mutating func readProjects(
    _ list: ConfigurationKey, _ file: ConfigurationReader.Section
  ) -> [ProjectSettings] {
    var projects: [ProjectSettings] = []
    for section in elements(of: list, PoolKeys.projectKeys, in: file) {
      let files = reader.value(PoolKeys.projectFiles, in: section)?.asTexts
      let start = command(PoolKeys.projectStart, in: section)
      let stop = command(PoolKeys.projectStop, in: section)
      let folder = reader.value(PoolKeys.projectFolder, in: section)?.asText
      let services = Set(names(PoolKeys.projectServices, in: section))
      if let folder {
        refuseOnPool(
          folder, section.place(of: PoolKeys.projectFolder),
          "a command in it would hang together with the pool")
      }
      guard let name = reader.value(PoolKeys.projectName, in: section)?.asText else {
        refuseMissing(PoolKeys.projectName, in: section, "the name of the project")
        continue
      }
      if files != nil, start != nil || stop != nil {
        reader.fault(
          "\(section.origin): \(section.path)", "has files and commands, expected one of them")
        continue
      }
      if let files {
        guard let project = project(name, files, folder, services, in: section) else { continue }
        projects.append(project)
      } else if let start, let stop {
        projects.append(
          ProjectSettings(
            name: name, start: start, stop: stop, folder: folder ?? "/", services: services))
      } else {
        guard section.values[PoolKeys.projectFiles.name] == nil else { continue }
        for key in [PoolKeys.projectStart, PoolKeys.projectStop] {
          refuseMissing(key, in: section, "a command, or files in place of both")
        }
      }
    }
    return projects
  }

  /// A project by its compose files, with the commands that they stand for.
  private mutating func project(
    _ name: String, _ files: [String], _ folder: String?, _ services: Set<String>,
    in section: ConfigurationReader.Section
  ) -> ProjectSettings? {
    var command = ["docker", "compose", "-p", name]
    var first: String?
    for text in files {
      let whole = text.utf8.first == UInt8(ascii: "/") ? text : folder.map { "\($0)/\(text)" }
      guard let whole, !text.isEmpty, let path = try? MountPath(whole) else {
        reader.refuse(
          section.place(of: PoolKeys.projectFiles), text.quotedExcerpt,
          "absolute paths, or paths below directory, without \"..\"")
        return nil
      }
      refuseOnPool(
        path.description, section.place(of: PoolKeys.projectFiles),
        "it could not be read when the pool is gone, or hang")
      command += ["-f", path.description]
      first = first ?? path.description
    }
    let parent = first.map { file in
      String(file[..<(file.utf8.lastIndex(of: UInt8(ascii: "/")) ?? file.startIndex)])
    }
    let own = parent.flatMap { $0.isEmpty ? nil : $0 }
    return ProjectSettings(
      name: name, start: command + ["up", "-d"], stop: command + ["stop"],
      folder: folder ?? own ?? "/", services: services)
  }

  /// A program and its arguments.
  mutating func command(
    _ key: ConfigurationKey, in section: ConfigurationReader.Section
  ) -> [String]? {
    guard let command = reader.value(key, in: section)?.asTexts else { return nil }
    let program = command.first ?? ""
    guard !program.isEmpty else {
      reader.refuse(section.place(of: key), "an empty text", "a program first")
      return nil
    }
    refuseOnPool(
      program, section.place(of: key), "it could not be run when the pool is gone, or hang")
    return command
  }

  /// Texts that are not empty.
  mutating func names(
    _ key: ConfigurationKey, in section: ConfigurationReader.Section
  ) -> [String] {
    let names = reader.value(key, in: section)?.asTexts ?? []
    if names.contains("") {
      reader.refuse(section.place(of: key), "an empty text", "names")
    }
    return names
  }
}
