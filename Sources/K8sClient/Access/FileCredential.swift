/// Credentials of which some are in files, which others may replace at any time.
final class FileCredential: CredentialSource {
  private let token: FollowedMaterial<Secret>?
  private let chain: FollowedMaterial<[UInt8]>?
  private let key: FollowedMaterial<Secret>?

  init(token: Material?, certificate: CertificateMaterial?, in surroundings: Surroundings) {
    self.token = token.map {
      FollowedMaterial($0, limit: BearerToken.maximumBytes, in: surroundings) {
        bytes throws(Refusal) in try BearerToken.read(bytes)
      }
    }
    chain = (certificate?.chain).map {
      FollowedMaterial($0, limit: PEM.maximumBytes, in: surroundings) {
        bytes throws(Refusal) in try PEM.certificates(bytes)
      }
    }
    key = (certificate?.key).map {
      FollowedMaterial($0, limit: PEM.maximumBytes, in: surroundings) {
        bytes throws(Refusal) in try PEM.key(bytes)
      }
    }
  }

  func credential() async throws(AccessError) -> ClientCredential {
    var credential = ClientCredential()
    do throws(Refusal) {
      credential.token = try token?.value()
      if let chain = try chain?.value(), let key = try key?.value() {
        credential.certificate = ClientCertificate(chain: chain, key: key)
      }
    } catch {
      throw AccessError("read the credentials", error.reason)
    }
    return credential
  }

  func refused(_ credential: ClientCredential) async {
    guard let current = try? await self.credential(), current == credential else { return }
    token?.doubt()
    chain?.doubt()
    key?.doubt()
  }
}

/// Content that is given once and for all, or that of a file that is followed.
enum FollowedMaterial<Value: Hashable & Sendable>: Sendable {
  case given(Result<Value, Refusal>)
  case file(FollowedFile<Value>)

  init(
    _ material: Material, limit: Int, in surroundings: Surroundings,
    take: @escaping @Sendable ([UInt8]) throws(Refusal) -> Value
  ) {
    switch material {
    case .given(let secret):
      self = .given(
        Result { () throws(Refusal) in try take(Array(secret.exposed.utf8)) })
    case .file(let path):
      self = .file(FollowedFile(path, limit: limit, in: surroundings, take: take))
    }
  }

  func value() throws(Refusal) -> Value {
    switch self {
    case .given(let result): try result.get()
    case .file(let file): try file.value()
    }
  }

  func doubt() {
    switch self {
    case .given: break
    case .file(let file): file.doubt()
    }
  }
}
