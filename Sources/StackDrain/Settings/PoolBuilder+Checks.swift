import MountHealthCore
import TimeText

extension PoolBuilder {
  /// What is wrong, or deserves a word, with all of it together.
  mutating func check(_ settings: PoolSettings, _ file: ConfigurationReader.Section) {
    checkProjects(settings, file)
    let isEmpty =
      settings.engine == nil && settings.clients.isEmpty && settings.portableProjects.isEmpty
      && settings.fullProjects.isEmpty
    if isEmpty {
      reader.warn(file.origin, "there is no engine and no client: the pool is watched and no more")
    }
    if secrets, let source = input.file, source.isReadableByOthers {
      reader.warn(
        source.name,
        "secrets stand in it, and others may read it: chmod 0600, or give apiKeyFile, passwordFile "
          + "or authorizationFile")
    }
    for client in settings.clients {
      guard let container = client.container else { continue }
      let place = "\(file.origin): client \(client.name.quotedExcerpt)"
      if settings.engine == nil {
        reader.warn(place, "its container counts for nothing without an engine")
      } else if settings.engine?.exceptions.contains(container) == true {
        reader.warn(
          place, "its container \(container.quotedExcerpt) is an exception, and is never stopped")
      }
    }
    if settings.policy.drainAfter.lost > .seconds(30) {
      reader.warn(
        "\(file.origin): drainAfter.lost",
        "for \(settings.policy.drainAfter.lost.text) after the pool is gone, what is written goes to "
          + "the disk below it")
    }
    if settings.policy.drainAfter.unresponsive == nil {
      reader.warn(
        "\(file.origin): drainAfter.unresponsive", "a pool that hangs never has the stack drained")
    }
    if settings.pool.branches.isEmpty {
      reader.warn(
        file.place(of: PoolKeys.branches), "none are given: a drive that is gone is not noticed")
    }
  }

  private mutating func checkProjects(
    _ settings: PoolSettings, _ file: ConfigurationReader.Section
  ) {
    var seen: [String: String] = [:]
    let lists = [
      (PoolKeys.portableProjects, settings.portableProjects),
      (PoolKeys.fullProjects, settings.fullProjects),
    ]
    for (key, projects) in lists {
      for project in projects {
        let place = "\(file.origin): \(key.name)"
        if let first = seen.updateValue(key.name, forKey: project.name) {
          reader.fault(
            place,
            first == key.name
              ? "\(project.name.quotedExcerpt) is there twice"
              : "\(project.name.quotedExcerpt) is among \(first) as well: it would be started when "
                + "the pool is gone, and count as back when it is not")
        }
        if settings.engine == nil {
          reader.fault(
            place,
            "\(project.name.quotedExcerpt) needs an engine: whether it runs is read from its "
              + "containers")
        }
        if key == PoolKeys.portableProjects,
          settings.engine?.projects.contains(project.name) == true
        {
          reader.fault(
            place,
            "\(project.name.quotedExcerpt) is among engine.projects as well: it would be stopped as "
              + "soon as it was started")
        }
      }
    }
  }
}
