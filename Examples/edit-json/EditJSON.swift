// Changes one field of a JSON document and leaves the rest as it was: the order of keys, the digits
// of numbers, fields that this program has never heard of. And says where a document is wrong.
//
//   swift run edit-json

import JSONValue

struct Share: Decodable {
  var name: String
  var path: String
}

@main
struct EditJSON {
  static func main() throws {
    var document = try JSONValue(
      parsing: """
        {"version": 1.10, "shares": [{"name": "movies", "path": "/mnt/movies", "colour": "blue"}]}
        """)

    // Keys and indices lead into it; what is not there is nil, and no error.
    document["shares"]?[0]?["path"] = "/srv/movies"
    document["checked"] = true
    print(document.text())

    // A part of it as a type of one's own.
    let share = try document[["shares", 0]]?.decode(Share.self)
    print(share?.name ?? "no share", "is at", share?.path ?? "no path")

    // A fault is said with its line and column, or with the path to the value.
    do throws(JSONError) {
      _ = try JSONValue(parsing: "{\n  \"shares\": [1, 2,]\n}")
    } catch {
      print("refused:", error)
    }
    do {
      _ = try document["shares"]?.decode([Int].self)
    } catch let error as DecodingError {
      print("refused:", error.message)
    }
  }
}
