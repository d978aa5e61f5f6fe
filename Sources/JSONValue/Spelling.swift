// Two strings are spelled alike when their UTF-8 is the same, byte for byte. `String` compares by
// canonical equivalence instead, which for JSON is wrong (RFC 8259, section 8.3) and, for hashing,
// dangerous: the permutations of a few combining marks are as many equal strings as an attacker
// likes, all in one bucket.
extension String {
  func isSpelled(like other: String) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    let isEqual = utf8.withContiguousStorageIfAvailable { bytes in
      other.utf8.withContiguousStorageIfAvailable { bytes.elementsEqual($0) }
    }
    if case .some(.some(let isEqual)) = isEqual { return isEqual }
    return utf8.elementsEqual(other.utf8)
  }

  func isSpelledBefore(_ other: String) -> Bool {
    utf8.lexicographicallyPrecedes(other.utf8)
  }

  func hashSpelling(into hasher: inout Hasher) {
    let isHashed: Void? = utf8.withContiguousStorageIfAvailable { bytes in
      hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
    }
    if isHashed == nil {
      for byte in utf8 { hasher.combine(byte) }
    }
    // Closes the string, so that "ab" + "c" and "a" + "bc" in a row are not the same feed.
    hasher.combine(UInt8(0xFF))
  }
}
