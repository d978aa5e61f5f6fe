import JSONValue
import TimeText

/// What a credential plugin wrote: who we are, and for how long.
struct ExecCredential: Hashable, Sendable {
  var credential: ClientCredential
  var expiry: Timestamp?

  /// Reads the plugin's output.
  ///
  /// - Throws: `Refusal` that shows nothing of the output but keys and versions.
  init(parsing output: [UInt8], apiVersion: String) throws(Refusal) {
    let options = JSONParser.Options(
      maximumBytes: ExecPlugin.outputLimit, maximumDepth: 32, maximumNumberLength: 64)
    guard let json = try? JSONValue(parsing: output, options: options), json.kind == .object else {
      throw Refusal("wrote no JSON object to its standard output")
    }
    let kind = json["kind"]?.stringValue ?? ""
    guard kind == "ExecCredential" else {
      throw Refusal("wrote the kind \(Shown.quoted(kind)), not ExecCredential")
    }
    let version = json["apiVersion"]?.stringValue ?? ""
    guard version == apiVersion else {
      throw Refusal("speaks \(Shown.quoted(version)), and the kubeconfig says \(apiVersion)")
    }
    guard let status = json["status"], status.kind == .object else {
      throw Refusal("wrote no status")
    }
    func string(_ key: String) throws(Refusal) -> String? {
      guard let value = status[key], !value.isNull else { return nil }
      guard let text = value.stringValue else {
        throw Refusal("wrote \(value.kind) as status.\(key), not a string")
      }
      return text.isEmpty ? nil : text
    }
    var credential = ClientCredential()
    if let token = try string("token") {
      do throws(Refusal) {
        credential.token = try BearerToken.read(Array(token.utf8))
      } catch {
        throw Refusal("wrote a status.token that \(error.reason)")
      }
    }
    let chain = try string("clientCertificateData")
    let key = try string("clientKeyData")
    guard (chain == nil) == (key == nil) else {
      throw Refusal("wrote one of status.clientCertificateData and clientKeyData without the other")
    }
    if let chain, let key {
      do throws(Refusal) {
        credential.certificate = ClientCertificate(
          chain: try PEM.certificates(Array(chain.utf8)), key: try PEM.key(Array(key.utf8)))
      } catch {
        throw Refusal("wrote a client certificate or key that \(error.reason)")
      }
    }
    guard credential != ClientCredential() else {
      throw Refusal("wrote neither a token nor a client certificate")
    }
    self.credential = credential
    if let text = try string("expirationTimestamp") {
      guard let expiry = try? Timestamp(rfc3339: text) else {
        throw Refusal("wrote an expirationTimestamp that is no time: \(Shown.quoted(text))")
      }
      self.expiry = expiry
    }
  }
}
