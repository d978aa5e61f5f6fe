// sources: Sources/StackDrain/Clients/SABnzbdAPI.swift Sources/StackDrain/Clients/SABnzbdLife.swift
// sources: Sources/StackDrain/Clients/TransmissionAPI.swift Sources/StackDrain/Clients/RPCText.swift
// sources: Sources/StackDrain/Clients/QBittorrentAPI.swift Sources/StackDrain/Clients/Aria2API.swift
// sources: Sources/StackDrain/Clients/NZBGetAPI.swift Sources/StackDrain/Clients/TdarrAPI.swift
// sources: Sources/StackDrain/Clients/ClientText.swift Sources/StackDrain/Clients/ClientAnswer.swift
// sources: Sources/StackDrain/Clients/IniText.swift Sources/StackDrain/Clients/UnitText.swift
// sources: Sources/StackDrain/Clients/StackClient.swift Sources/StackDrain/Stack/Target.swift
// modules: Sources/JSONValue Sources/Pacing
// module: HTTPTransport Sources/HTTPTransport/HTTPRequest.swift Sources/HTTPTransport/HTTPHeaders.swift Sources/HTTPTransport/Words.swift

import HTTPTransport
import Pacing

/// Whatever a program answers: it is refused in a few words, or its units can be written down.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzClients(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let kind = input.first else { return 0 }
  // The lower half of the first byte says whose answer it is, the upper one with which status.
  let status = [200, 200, 200, 204, 302, 400, 401, 403, 404, 409, 421, 500][Int(kind >> 4) % 12]
  let rest = Array(input.dropFirst())
  let lines = rest.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
  var headers: HTTPHeaders = [:]
  for name in [
    TransmissionAPI.sessionField, TransmissionAPI.versionField, "Set-Cookie", "Location",
  ] {
    headers[name] = String(decoding: lines.first ?? [], as: UTF8.self)
  }
  let answer = ClientAnswer(
    status: status, headers: headers, body: lines.count > 1 ? Array(lines[1]) : rest)
  do throws(ClientFault) {
    try judge(answer, Int(kind & 15))
  } catch {
    check(error.description)
  }
  return 0
}

private func judge(_ answer: ClientAnswer, _ kind: Int) throws(ClientFault) {
  switch kind {
  case 0: _ = try SABnzbdAPI.queue(answer)
  case 1: try SABnzbdAPI.taken(answer)
  case 2:
    var life = SABnzbdLife()
    _ = life.name(try SABnzbdAPI.life(answer), at: Tick(nanoseconds: .max))
    _ = life.name(try SABnzbdAPI.life(answer), at: Tick(nanoseconds: .min))
  case 3:
    var state = SABnzbdPostState()
    _ = state.look(try SABnzbdAPI.jobs(answer), in: "a", at: .zero)
  case 4, 5:
    var api = TransmissionAPI()
    if kind == 5 { api.dialect = .jsonRPC }
    guard try !api.takesSession(answer) else { return }
    check(try api.torrents(answer))
  case 6:
    guard case .cookie(let cookie) = try QBittorrentAPI.login(answer) else { return }
    precondition(!cookie.utf8.contains { $0 < 0x21 || $0 > 0x7E })
  case 7: _ = try QBittorrentAPI.names(answer)
  case 8: check(QBittorrentAPI.state(try QBittorrentAPI.torrents(answer)))
  case 9:
    var state = TargetState()
    _ = try Aria2API.add(answer, to: &state)
    check(state)
  case 10: try Aria2API.taken(answer)
  case 11: check(try Aria2API.sessionName(answer) ?? "none")
  case 12: check(try NZBGetAPI.state(answer).state)
  case 13: check(TdarrAPI.state(try TdarrAPI.nodes(answer), chosen: []))
  case 14: check(try UnitText.state(answer.body, of: "a.service"))
  default: _ = IniText.value(of: "key", in: "misc", answer.body)
  }
}

private func check(_ state: TargetState) {
  precondition(state.running.isDisjoint(with: state.idle), "a unit is in two states")
  precondition(state.recordingFault == nil || state.running.count + state.idle.count > 50_000)
  if let note = state.note { check(note) }
}

private func check(_ words: String) {
  precondition(!words.isEmpty && words.utf8.count < 3000, "words without end")
  precondition(!words.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "words of several lines")
}
