// One HTTP request with every wait limited, and a word for each way in which it can fail.
//
//   swift run fetch-once http://127.0.0.1:8080/healthz/ready
//   swift run fetch-once unix:///var/run/docker.sock /version

import HTTPTransport

@main
struct FetchOnce {
  static func main() async throws {
    let words = CommandLine.arguments.dropFirst()
    guard let url = words.first else { return print("usage: fetch-once URL [PATH]") }
    let location = try HTTPLocation(url)
    let target = words.dropFirst().first ?? location.path

    let client = try HTTPClient(to: location.endpoint)
    let deadlines = HTTPDeadlines(
      connect: .seconds(2), silence: .seconds(5), total: .seconds(10))
    do throws(TransportError) {
      let answer = try await client.exchange(HTTPRequest("GET", target), within: deadlines)
      // An answer of any status is an answer; only silence, or half of one, is an error.
      let body = try await answer.body.collect(upTo: 1_048_576)
      print(answer.status, String(decoding: body, as: UTF8.self))
    } catch {
      print("no answer (\(error.code)): \(error)")
    }
    await client.shutdown()
  }
}
