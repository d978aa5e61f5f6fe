// A resource of one's own: ten lines make a type of it, and everything that knows types knows it:
// requests, lists, errors. No cluster is needed to see that.
//
//   swift run own-resource

import JSONValue
import K8sClient

struct Backup: Resource {
  static let type = ResourceType(
    group: "example.org", version: "v1", plural: "backups", kind: "Backup")
  static let fields: [FieldRule] = [.text("spec", "schedule"), .integer("status", "failures")]
  var json: JSONValue
  init(json: JSONValue) { self.json = json }

  var schedule: String? {
    get { self[text: "spec", "schedule"] }
    set { self[text: "spec", "schedule"] = newValue }
  }
  var failures: Int { self[integer: "status", "failures"] ?? 0 }
}

@main
struct OwnResource {
  static func main() throws {
    // What would be sent.
    let backups = try CollectionPath(Backup.self, in: .namespace("media"))
    let list = APIRequest.list(
      backups, ListOptions(labels: try .label("tier", in: ["hot", "warm"]), limit: 50))
    print("\(list.operation): \(list.method) \(list.target)")

    // What would come back. Fields that nobody named are kept, in their order.
    let answer = try JSONValue(
      parsing: """
        {"kind": "BackupList", "metadata": {"resourceVersion": "7"}, "items": [
          {"metadata": {"name": "plex", "namespace": "media", "uid": "u-1"},
           "spec": {"schedule": "@daily", "colour": "blue"}, "status": {"failures": 2}}]}
        """)
    var plex = try ObjectList<Backup>(checking: answer).items[0]
    print("\(plex.title) runs \(plex.schedule ?? "never"), failed \(plex.failures) times")
    plex.schedule = "@hourly"
    print("changed: \(plex.json["spec"] ?? .null)")

    // Deleting is tied to that object: one of the same name that came later is left alone.
    let delete = APIRequest.delete(
      try plex.path(), DeleteOptions(onlyIf: plex.metadata.uid.map { .uid($0) }))
    print("\(delete.operation): \(delete.method) \(delete.target) \(delete.body ?? .null)")

    // What is not as it should be is said by name.
    do throws(MalformedObject) {
      let odd: JSONValue = ["metadata": ["name": "odd"], "spec": ["schedule": 5]]
      _ = try Backup(checking: odd)
    } catch {
      print("refused: \(error)")
    }
  }
}
