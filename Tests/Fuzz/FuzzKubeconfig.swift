// sources: Sources/K8sClient/Access Sources/K8sClient/Errors/PlainText.swift
// sources: Sources/K8sClient/Request/NameRule.swift Sources/K8sClient/Request/Namespace.swift
// sources: Sources/K8sClient/Request/ObjectName.swift Sources/K8sClient/Request/UID.swift
// sources: Sources/K8sClient/Request/ValueError.swift
// modules: Sources/JSONValue Sources/TimeText Sources/Pacing
// module: ChildProcess Sources/ChildProcess/ChildCommand.swift Sources/ChildProcess/ChildResult.swift

import JSONValue
import Pacing
import TimeText

/// Whatever a kubeconfig, a token, a plugin's output or a mount table holds: access has what it needs
/// and keeps the rules, or there is an error whose lines can be shown.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzKubeconfig(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  readKubeconfig(input)
  readToken(input)
  if let uid = PodIdentity.uid(inMountInfo: input) {
    precondition(UUIDText.isValid(uid), "no uid")
  }
  let text = String(decoding: input, as: UTF8.self)
  if let server = try? ServerEndpoint(url: text) {
    precondition((try? ServerEndpoint(url: server.description)) == server, "read back otherwise")
    precondition(!server.description.utf8.contains { $0 <= 0x20 || $0 >= 0x7F })
    precondition(server.scheme == .https || server.isLoopback)
  }
  if let credential = try? ExecCredential(parsing: input, apiVersion: ExecPlugin.apiVersions[0]) {
    check(credential.credential.token)
  }
  return 0
}

private func readKubeconfig(_ input: [UInt8]) {
  let surroundings = Surroundings(
    environment: ["PATH": "/bin"],
    files: Files(
      read: { path, limit throws(FileError) in
        if path == "/k/f" { return input }
        throw .absent
      },
      stamp: { _ in nil }, isExecutable: { _ in true }),
    now: { .zero }, wallTime: { .epoch }, run: { _ in .timedOut })
  do throws(AccessError) {
    let kubeconfig = try Kubeconfig.read("/k/f", in: surroundings)
    for context in kubeconfig.contexts {
      do throws(AccessError) {
        let access = try kubeconfig.access(context: context, in: surroundings)
        check(lines: access.warnings + [access.description])
        if case .presented(.given(let token)?, _) = access.credentials {
          check(try? BearerToken.read(Array(token.exposed.utf8)))
        }
        if case .plugin(let plugin) = access.credentials {
          precondition(ExecPlugin.apiVersions.contains(plugin.apiVersion))
        }
      } catch {
        check(lines: error.faults)
      }
    }
  } catch {
    check(lines: error.faults)
  }
}

private func readToken(_ input: [UInt8]) {
  guard let token = try? BearerToken.read(input) else { return }
  check(token)
  guard let claims = TokenClaims.read(token) else { return }
  do throws(AccessError) {
    let pod = try PodIdentity.find(environment: [:], claims: claims, mountInfo: [])
    precondition(!pod.name.description.utf8.contains(UInt8(ascii: "/")), "a name that is a path")
  } catch {
    check(lines: error.faults)
  }
}

private func check(_ token: Secret?) {
  guard let token else { return }
  precondition(token.exposed.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "no token")
}

/// Lines for a log: there are some, and each is one line of limited length.
private func check(lines: [String]) {
  precondition(!lines.isEmpty)
  for line in lines {
    precondition(
      !line.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a line holds a control character")
    precondition(line.utf8.count < 20_000, "a line is too long")
  }
}
