/// A difference that is known, and why it is there.
struct ReplayException {
  var scenario: String
  var index: Int
  /// The beginning of the field; `*` for everything.
  var field: String
  var reason: String

  func covers(_ difference: Difference) -> Bool {
    field == "*" || difference.field.hasPrefix(field)
  }
}

enum Exceptions {
  static let all: [ReplayException] =
    [0, 2, 3, 4].map {
      ReplayException(
        scenario: "admission-and-quota", index: $0, field: "*",
        reason: "Pod Security, quotas and admission policies are not imitated")
    } + [
      ReplayException(
        scenario: "admission-and-quota", index: 1, field: "Warning",
        reason: "Pod Security is not imitated"),
      ReplayException(
        scenario: "job-invalid", index: 3, field: "body.message",
        reason: "the real server prints its internal struct as Go does"),
      ReplayException(
        scenario: "job-invalid", index: 3, field: "body.details.causes[0].message",
        reason: "the real server prints its internal struct as Go does"),
      ReplayException(
        scenario: "request-errors", index: 10, field: "*", reason: "YAML is not read"),
      ReplayException(
        scenario: "request-errors", index: 15, field: "body.message",
        reason: "the message quotes the object with its managedFields, which are not kept"),
      ReplayException(
        scenario: "request-errors", index: 15, field: "body.details.causes[0].message",
        reason: "the message quotes the object with its managedFields, which are not kept"),
      ReplayException(
        scenario: "list-selectors", index: 11, field: "*", reason: "Tables are not imitated"),
    ]
}
