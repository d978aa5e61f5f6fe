import Foundation
import JSONValue
import StackKit

/// The key of a repository, with which files of it can be written that restic itself would not write:
/// a lock of yesterday.
struct RepositorySeal {
  /// Hexadecimal digits: of AES-256, of AES-128, of Poly1305.
  let encryption: String
  let authentication: String
  let mask: String

  /// What `restic cat masterkey` prints.
  init(_ json: JSONValue) throws {
    func digits(_ value: JSONValue?) throws -> String {
      guard let data = value?.stringValue.flatMap({ Data(base64Encoded: $0) }) else {
        throw KitFault("no master key: \(json)")
      }
      return data.map { String(format: "%02x", $0) }.joined()
    }
    encryption = try digits(json["encrypt"])
    authentication = try digits(json["mac"]?["k"])
    mask = try digits(json["mac"]?["r"])
  }

  /// The key that a password and a salt (hexadecimal digits) give.
  init(password: String, salt: String, rounds: Int) async throws {
    let output = try await Program.succeed(
      "openssl", "kdf", "-keylen", "64", "-kdfopt", "pass:\(password)", "-kdfopt",
      "hexsalt:\(salt)", "-kdfopt", "n:\(rounds)", "-kdfopt", "r:8", "-kdfopt", "p:1", "SCRYPT")
    let digits = output.filter(\.isHexDigit)
    guard digits.count == 128 else { throw KitFault("openssl kdf: \(output)") }
    encryption = String(digits.prefix(64))
    authentication = String(digits.dropFirst(64).prefix(32))
    mask = String(digits.suffix(32))
  }

  /// Encrypts a file in place, as restic does: a nonce, AES-256 in counter mode, Poly1305-AES.
  func seal(_ file: String) async throws {
    let script = #"""
      set -e
      nonce=$(openssl rand -hex 16)
      openssl enc -aes-256-ctr -K "$2" -iv "$nonce" -in "$1" -out "$1.body"
      printf "$(printf %s "$nonce" | sed 's/../\\x&/g')" > "$1.nonce"
      pad=$(openssl enc -aes-128-ecb -K "$3" -nopad -in "$1.nonce" | od -An -v -tx1 | tr -d ' \n')
      mac=$(openssl mac -macopt "hexkey:$4$pad" -in "$1.body" Poly1305)
      printf "$(printf %s "$mac" | sed 's/../\\x&/g')" > "$1.mac"
      cat "$1.nonce" "$1.body" "$1.mac" > "$1"
      rm "$1.nonce" "$1.body" "$1.mac"
      """#
    try await Program.succeed("bash", "-c", script, "bash", file, encryption, authentication, mask)
  }
}
