/// How an object is asked for, by the Accept header.
enum AcceptedForm: Hashable {
  case whole
  case metadata
  case table

  /// - Returns: `nil` where the server has nothing that is accepted.
  init?(accept: String?) {
    guard let accept, !accept.isEmpty else {
      self = .whole
      return
    }
    for range in accept.split(separator: ",") {
      let parts = range.split(separator: ";").map {
        $0.filter { !$0.isWhitespace }
      }
      guard let type = parts.first,
        ["application/json", "application/*", "*/*"].contains(type)
      else { continue }
      let form = parts.first { $0.hasPrefix("as=") }?.dropFirst(3)
      switch form {
      case nil:
        self = .whole
        return
      case "PartialObjectMetadata", "PartialObjectMetadataList":
        self = .metadata
        return
      case "Table":
        self = .table
        return
      default: continue
      }
    }
    return nil
  }
}
