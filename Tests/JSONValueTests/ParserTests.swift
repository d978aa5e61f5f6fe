import JSONValue
import Testing

@Suite struct `A parser` {
  static let accepted: [(text: String, compact: String)] = [
    ("null", "null"), (" \t\r\n true \n", "true"), ("false", "false"),
    ("0", "0"), ("-0", "-0"), ("1.10", "1.10"), ("1e400", "1e400"), ("1E+5", "1E+5"),
    ("12345678901234567890", "12345678901234567890"), ("-0.0e-0", "-0.0e-0"),
    (#""""#, #""""#), (#""a\/b""#, #""a/b""#), (#""\u00e9""#, #""é""#),
    (#""\uD83D\uDE00""#, #""😀""#), (#""\u0000\u001f""#, #""\u0000\u001f""#),
    (#""\b\f\n\r\t\"\\""#, #""\b\f\n\r\t\"\\""#), ("\"\u{2028}\u{7F}\"", "\"\u{2028}\u{7F}\""),
    (
      #""plain text, long enough for words\tof eight""#,
      #""plain text, long enough for words\tof eight""#
    ),
    ("[]", "[]"), ("[ ]", "[]"), ("{}", "{}"), ("{\n}", "{}"), ("[[],[[]],{}]", "[[],[[]],{}]"),
    (#"{"b":1,"a":[null , {"":-1}]}"#, #"{"b":1,"a":[null,{"":-1}]}"#),
    ("{\"\u{E9}\":1,\"e\u{301}\":2}", "{\"\u{E9}\":1,\"e\u{301}\":2}"),
  ]

  @Test(arguments: accepted)
  func `accepts what the grammar allows`(text: String, compact: String) throws {
    #expect(try JSONValue(parsing: text).text() == compact)
    #expect(try JSONValue(parsing: Array(text.utf8)).text() == compact)
  }

  static let refused: [(text: String, error: String, code: JSONError.Code)] = [
    ("", "line 1, column 1: expected a value, but the text ends", .unexpectedEnd),
    (" \n ", "line 2, column 2: expected a value, but the text ends", .unexpectedEnd),
    (
      "\u{FEFF}{}",
      "line 1, column 1: the text begins with a byte order mark (EF BB BF); "
        + "save it as UTF-8 without one", .byteOrderMark
    ),
    (
      "{\n  \"a\": 1\n  \"b\": 2\n}",
      "line 3, column 3, at a: expected ',' or '}' after a value, found '\"'",
      .unexpectedCharacter
    ),
    (
      "{\"mounts\":[{},{\"failureThreshold\":x}]}",
      "line 1, column 35, at mounts[1].failureThreshold: expected a value after ':', found 'x'",
      .unexpectedCharacter
    ),
    (
      "[1,2}",
      "line 1, column 5, at [1]: expected ',' or ']' after a value, found '}'",
      .unexpectedCharacter
    ),
    (
      "[1,]", "line 1, column 4, at [1]: expected a value after ',', found ']'",
      .unexpectedCharacter
    ),
    (
      "[,1]", "line 1, column 2, at [0]: expected a value or ']' after '[', found ','",
      .unexpectedCharacter
    ),
    (
      #"{"a":1,}"#, "line 1, column 8: expected a key in double quotes after ',', found '}'",
      .unexpectedCharacter
    ),
    (
      "{a:1}", "line 1, column 2: expected a key in double quotes or '}', found 'a'",
      .unexpectedCharacter
    ),
    (
      #"{"a" 1}"#, "line 1, column 6, at a: expected ':' after a key, found '1'",
      .unexpectedCharacter
    ),
    (
      #"{"a":"#, "line 1, column 6, at a: expected a value after ':', but the text ends",
      .unexpectedEnd
    ),
    (
      "[1", "line 1, column 3, at [0]: expected ',' or ']' after a value, but the text ends",
      .unexpectedEnd
    ),
    (
      #"["é", "abc"#,
      "line 1, column 11, at [1]: expected '\"' at the end of a string, but the text ends",
      .unexpectedEnd
    ),
    ("1 2", "line 1, column 3: expected the end after the document, found '2'", .trailingData),
    ("{}}", "line 1, column 3: expected the end after the document, found '}'", .trailingData),
    ("nul", "line 1, column 1: expected a value, found 'nul'", .unexpectedCharacter),
    (
      "[True]",
      "line 1, column 2, at [0]: expected a value or ']' after '[', found 'True', "
        + "but JSON writes true", .unexpectedCharacter
    ),
    (
      "NaN", "line 1, column 1: expected a value, found 'NaN', but JSON has finite numbers only",
      .unexpectedCharacter
    ),
    (
      "// hi", "line 1, column 1: expected a value, found '/', but JSON has no comments",
      .unexpectedCharacter
    ),
    (
      "'a'", "line 1, column 1: expected a value, found ''', but strings stand in double quotes",
      .unexpectedCharacter
    ),
    ("é", "line 1, column 1: expected a value, found 'é' (U+00E9)", .unexpectedCharacter),
    (
      "\u{202E}", "line 1, column 1: expected a value, found the character U+202E",
      .unexpectedCharacter
    ),
    (
      "\u{1}", "line 1, column 1: expected a value, found the control character U+0001",
      .unexpectedCharacter
    ),
    ("01", "line 1, column 2: a number must not begin with a zero", .unexpectedCharacter),
    ("-", "line 1, column 2: expected a digit after '-', but the text ends", .unexpectedEnd),
    ("-a", "line 1, column 2: expected a digit after '-', found 'a'", .unexpectedCharacter),
    (
      "+1",
      "line 1, column 1: expected a value, found '+', but a number begins with a digit or '-'",
      .unexpectedCharacter
    ),
    ("1.", "line 1, column 3: expected a digit after '.', but the text ends", .unexpectedEnd),
    ("1.e1", "line 1, column 3: expected a digit after '.', found 'e'", .unexpectedCharacter),
    (
      "1e+", "line 1, column 4: expected a digit in the exponent, but the text ends",
      .unexpectedEnd
    ),
    ("0x1", "line 1, column 2: expected the end after the document, found 'x'", .trailingData),
    (
      "\"a\nb\"",
      "line 1, column 3: the control character U+000A in a string must be written \\n",
      .controlCharacter
    ),
    (
      #""\x""#,
      "line 1, column 2: expected one of \" \\ / b f n r t u after '\\' in a string, found 'x'",
      .invalidEscape
    ),
    (
      #""\u12g4""#,
      "line 1, column 6: expected four hexadecimal digits after '\\u', found 'g'",
      .invalidEscape
    ),
    (
      #""\u12"#,
      "line 1, column 6: expected four hexadecimal digits after '\\u', but the text ends",
      .unexpectedEnd
    ),
    (
      #""\"#, "line 1, column 3: expected a character after '\\' in a string, but the text ends",
      .unexpectedEnd
    ),
    (
      #"["\uDC00"]"#,
      "line 1, column 3, at [0]: \\uDC00 is half of a surrogate pair without the other half",
      .loneSurrogate
    ),
    (
      #""\uD800\u0041""#,
      "line 1, column 2: \\uD800 is half of a surrogate pair without the other half",
      .loneSurrogate
    ),
    (
      #""\uD800x""#,
      "line 1, column 2: \\uD800 is half of a surrogate pair without the other half",
      .loneSurrogate
    ),
    (
      #"{"x":{"a b":1,"a b":2}}"#,
      #"line 1, column 15, at x["a b"]: the key "a b" is already in this object"#,
      .duplicateKey
    ),
  ]

  @Test(arguments: refused)
  func `refuses anything else, telling where and why`(
    text: String, description: String, code: JSONError.Code
  ) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    #expect(error?.description == description)
    #expect(error?.code == code)
  }

  static let invalid: [(bytes: [UInt8], offset: Int, message: String)] = [
    ([0x22, 0x61, 0xC0, 0xAF, 0x22], 2, "the byte 0xC0, which is not UTF-8 here in a string"),
    ([0x22, 0xE0, 0x80, 0xAF, 0x22], 1, "the byte 0xE0, which is not UTF-8 here in a string"),
    ([0x22, 0xED, 0xA0, 0x80, 0x22], 1, "the byte 0xED, which is not UTF-8 here in a string"),
    (
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1, "the byte 0xF4, which is not UTF-8 here in a string"
    ),
    ([0x22, 0x5C, 0x6E, 0xFF, 0x22], 3, "the byte 0xFF, which is not UTF-8 here in a string"),
    ([0x22, 0x80, 0x22], 1, "the byte 0x80, which is not UTF-8 here in a string"),
    ([0x22, 0xE2, 0x82, 0x22], 1, "the byte 0xE2, which is not UTF-8 here in a string"),
    ([0xE5], 0, "expected a value, found the byte 0xE5, which is not UTF-8 here"),
    (
      [0xFF, 0xFE, 0x5B, 0], 0, "the text is UTF-16, as its byte order mark tells; save it as UTF-8"
    ),
  ]

  @Test(arguments: invalid)
  func `refuses bytes that are not UTF-8`(bytes: [UInt8], offset: Int, message: String) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    #expect(error?.offset == offset)
    #expect(error?.message == message)
  }

  @Test func `counts columns in scalars and offsets in bytes`() {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "[\n\"é😀\" x]") }
    #expect(error?.line == 2)
    #expect(error?.column == 6)
    #expect(error?.offset == 11)
    #expect(error?.path == [0])
  }

  @Test func `reads any sequence of bytes`() throws {
    let text = #"{"a":[1,2]}"#
    let expected: JSONValue = ["a": [1, 2]]
    #expect(try JSONValue(parsing: AnySequence(text.utf8)) == expected)
    #expect(try JSONValue(parsing: Array(text.utf8)[...]) == expected)
    let buffer = try Array(text.utf8).withUnsafeBufferPointer { try JSONValue(parsing: $0) }
    #expect(buffer == expected)
    let raw = try Array(text.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
    #expect(raw == expected)
  }
}
