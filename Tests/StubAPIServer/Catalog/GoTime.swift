import TimeText

/// Times as Go's `time.Parse` reads them, with its words for what it refuses.
enum GoTime {
  /// A `Time`: any RFC 3339 text; written in whole seconds.
  static func second(_ text: String) throws(ShapeFault) -> String {
    do throws(TimestampError) {
      return try Timestamp(rfc3339: text).rfc3339()
    } catch {
      throw ShapeFault(complaint(text, layout: "2006-01-02T15:04:05Z07:00", at: text, as: "2006"))
    }
  }

  /// A `MicroTime`: six digits after the point, no more and no fewer.
  static func micro(_ text: String) throws(ShapeFault) -> String {
    let layout = "2006-01-02T15:04:05.000000Z07:00"
    let elements: [(Int, String)] = [
      (4, "2006"), (1, "-"), (2, "01"), (1, "-"), (2, "02"), (1, "T"), (2, "15"), (1, ":"),
      (2, "04"), (1, ":"), (2, "05"),
    ]
    var rest = text[...]
    for (count, element) in elements {
      let piece = rest.prefix(count)
      let isGood =
        element.first?.isNumber == true
        ? piece.count == count && piece.allSatisfy(\.isNumber) : piece == element
      guard isGood else {
        throw ShapeFault(complaint(text, layout: layout, at: String(rest), as: element))
      }
      rest = rest.dropFirst(count)
    }
    let fraction = rest.prefix(7)
    guard fraction.count == 7, fraction.first == ".",
      fraction.dropFirst().allSatisfy(\.isNumber)
    else { throw ShapeFault(complaint(text, layout: layout, at: String(rest), as: ".000000")) }
    rest = rest.dropFirst(7)
    guard rest == "Z" || (rest.count == 6 && "+-".contains(rest.first ?? " ")) else {
      throw ShapeFault(complaint(text, layout: layout, at: String(rest), as: "Z07:00"))
    }
    do throws(TimestampError) {
      return try Timestamp(rfc3339: text).rfc3339(fractionDigits: 6)
    } catch {
      throw ShapeFault("parsing time \"\(text)\": day out of range")
    }
  }

  private static func complaint(
    _ text: String, layout: String, at rest: String, as element: String
  ) -> String {
    "parsing time \"\(text)\" as \"\(layout)\": cannot parse \"\(rest)\" as \"\(element)\""
  }
}
