import HTTPTransport
import JSONValue

/// An answer that has been read.
struct ClientAnswer: Hashable, Sendable {
  var status: Int
  var headers: HTTPHeaders = [:]
  var body: [UInt8] = []

  /// The most bytes of a body.
  static let bodyLimit = 8 << 20
  /// Answers of programs are flat; what is deeper is not one.
  static let depthLimit = 32

  var isSuccess: Bool { (200..<300).contains(status) }

  /// Its beginning as one line for people.
  var excerpt: String { String(decoding: body.prefix(400), as: UTF8.self).asOneLine }

  /// Its JSON text.
  ///
  /// - Throws: That it is none: another program listens there, or the answer was cut.
  func json(of program: String) throws(ClientFault) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(
        parsing: body,
        options: JSONParser.Options(
          maximumBytes: Self.bodyLimit, maximumDepth: Self.depthLimit))
    } catch {
      throw ClientFault(
        "what listens there is not \(program): it answered with status \(status) and no JSON"
          + " (\(error.message), offset \(error.offset)): check the URL")
    }
  }

  /// Why an answer of this status is none at all; `nil` for 2xx.
  func refusal(of program: String) -> ClientFault? {
    switch status {
    case 200..<300:
      return nil
    case 300..<400:
      let target = (headers["Location"] ?? "").asOneLine
      return ClientFault(
        "\(program) redirects to '\(target)' with status \(status): give that URL, redirects are not"
          + " followed")
    case 404:
      return ClientFault(
        "\(program) is not at that path: status 404; add its prefix, if it has one, to the URL")
    default:
      let words = excerpt
      return ClientFault(
        "\(program) answered with status \(status)" + (words.isEmpty ? "" : ": \(words)"))
    }
  }
}
