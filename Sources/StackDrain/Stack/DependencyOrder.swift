/// Who needs whom among some containers, told by name.
struct DependencyOrder {
  private(set) var needs: [String: Set<String>]

  /// The order of these containers. A dependency is a service of the same project, or the name of a
  /// container; those that are not among them count for nothing, and a circle is cut open where it
  /// is met first, so that nothing waits for itself.
  init(_ containers: [ContainerSnapshot]) {
    var byService: [String: [String]] = [:]
    for container in containers {
      guard let project = container.project, let service = container.service else { continue }
      byService["\(project)/\(service)", default: []].append(container.name)
    }
    let names = Set(containers.map(\.name))
    var needs: [String: Set<String>] = [:]
    for container in containers {
      var found: Set<String> = []
      for dependency in container.dependencies {
        if let project = container.project, let members = byService["\(project)/\(dependency)"] {
          found.formUnion(members)
        } else if names.contains(dependency) {
          found.insert(dependency)
        }
      }
      found.remove(container.name)
      needs[container.name] = found
    }
    self.needs = needs
    cutCircles()
  }

  /// Who needs this one.
  func dependents(of name: String) -> Set<String> {
    Set(needs.filter { $0.value.contains(name) }.keys)
  }

  private mutating func cutCircles() {
    var done: Set<String> = []
    for name in needs.keys.sorted() where !done.contains(name) {
      visit(name, &done)
    }
  }

  /// Depth first, without recursion: labels are from strangers, and a chain may be long.
  private mutating func visit(_ start: String, _ done: inout Set<String>) {
    var path: [(name: String, rest: [String])] = [(start, (needs[start] ?? []).sorted())]
    var onPath: Set<String> = [start]
    while let last = path.last {
      guard let next = last.rest.first else {
        onPath.remove(last.name)
        done.insert(last.name)
        path.removeLast()
        continue
      }
      path[path.count - 1].rest.removeFirst()
      if onPath.contains(next) {
        needs[last.name]?.remove(next)
      } else if !done.contains(next) {
        onPath.insert(next)
        path.append((next, (needs[next] ?? []).sorted()))
      }
    }
  }
}
