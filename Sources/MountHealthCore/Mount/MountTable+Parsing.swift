extension MountTable {
  /// The most bytes of a mountinfo text that are read: some 100,000 mounts.
  public static let maximumBytes = 16 << 20

  /// Reads the text of `/proc/self/mountinfo`.
  ///
  /// Lines that do not have the form of proc_pid_mountinfo(5) are counted and left out; fields that
  /// a later kernel may add are passed over. Bytes that are not UTF-8 become U+FFFD.
  ///
  /// - Parameter bytes: The text; what lies beyond `maximumBytes` is not read.
  public init(parsing bytes: some Collection<UInt8>) {
    var entries: [MountEntry] = []
    var malformed = 0
    for line in bytes.prefix(Self.maximumBytes).split(separator: 0x0A) {
      if let entry = MountEntry(parsing: Array(line)) {
        entries.append(entry)
      } else {
        malformed += 1
      }
    }
    self.init(entries, malformedLines: malformed)
  }
}

extension MountEntry {
  /// Reads one line of mountinfo.
  init?(parsing line: [UInt8]) {
    let fields = line.split(separator: 0x20, omittingEmptySubsequences: false)
    // Six fields, any number of optional ones, a lone hyphen, three more.
    guard fields.count >= 10,
      let hyphen = fields.dropFirst(6).firstIndex(where: { $0.elementsEqual([0x2D]) }),
      fields.count >= hyphen + 4,
      let id = UInt64(decimal: fields[0]), let parent = UInt64(decimal: fields[1])
    else { return nil }
    let device = fields[2].split(separator: 0x3A, omittingEmptySubsequences: false)
    guard device.count == 2, let major = UInt64(decimal: device[0]),
      let minor = UInt64(decimal: device[1]), major <= UInt32.max, minor <= UInt32.max
    else { return nil }

    self.id = id
    parentID = parent
    deviceMajor = UInt32(major)
    deviceMinor = UInt32(minor)
    let root = String(mountinfo: fields[3])
    isRootDeleted = root.hasSuffix("//deleted")
    self.root = isRootDeleted ? String(root.dropLast("//deleted".count)) : root
    mountPoint = String(mountinfo: fields[4])
    guard mountPoint.utf8.first == UInt8(ascii: "/") else { return nil }
    options = fields[5].split(separator: 0x2C).map { String(mountinfo: $0) }
    propagation = Propagation(optionalFields: fields[6..<hyphen])
    fsType = String(mountinfo: fields[hyphen + 1])
    source = String(mountinfo: fields[hyphen + 2])
    superOptions = fields[hyphen + 3].split(separator: 0x2C).map { String(mountinfo: $0) }
  }
}

extension Propagation {
  /// Reads mountinfo's optional fields: `shared:N`, `master:N`, `propagate_from:N`, `unbindable`.
  init(optionalFields fields: ArraySlice<ArraySlice<UInt8>>) {
    var shared = false
    var receiving = false
    var unbindable = false
    for field in fields {
      if field.starts(with: "shared:".utf8) { shared = true }
      if field.starts(with: "master:".utf8) { receiving = true }
      if field.elementsEqual("unbindable".utf8) { unbindable = true }
    }
    self =
      switch (shared, receiving) {
      case (true, true): .receivingAndShared
      case (true, false): .shared
      case (false, true): .receiving
      case (false, false): unbindable ? .unbindable : .isolated
      }
  }
}

extension UInt64 {
  /// A whole number in decimal digits, nothing else.
  fileprivate init?(decimal digits: ArraySlice<UInt8>) {
    guard !digits.isEmpty, digits.count <= 20 else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = scaled.addingReportingOverflow(UInt64(digit - 0x30))
      guard !overflow, !carried else { return nil }
      value = sum
    }
    self = value
  }
}

extension String {
  /// Undoes the kernel's escapes: a backslash and three octal digits for space, tab, newline,
  /// backslash and `#`.
  fileprivate init(mountinfo field: ArraySlice<UInt8>) {
    guard field.contains(0x5C) else {
      self = String(decoding: field, as: UTF8.self)
      return
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(field.count)
    var index = field.startIndex
    while index < field.endIndex {
      let digits = field[index...].dropFirst().prefix(3)
      if field[index] == 0x5C, digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }),
        let value = UInt8(exactly: digits.reduce(0) { $0 * 8 + Int($1 - 0x30) })
      {
        bytes.append(value)
        index += 4
      } else {
        bytes.append(field[index])
        index += 1
      }
    }
    self = String(decoding: bytes, as: UTF8.self)
  }
}
