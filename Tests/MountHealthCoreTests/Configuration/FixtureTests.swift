import Testing

@testable import MountHealthCore

@Suite struct `A configuration file` {
  @Test(arguments: ConfigurationFixture.all("valid"))
  func `that is valid is read without a word`(fixture: ConfigurationFixture) throws {
    let result = try Configuration.reading(bytes: fixture.bytes)
    #expect(result.warnings.isEmpty)
    #expect(!result.configuration.mounts.isEmpty)
  }

  @Test(arguments: ConfigurationFixture.all("tolerated"))
  func `from before is read, with a word where it deserves one`(
    fixture: ConfigurationFixture
  ) throws {
    let result = try Configuration.reading(bytes: fixture.bytes)
    #expect(result.warnings == fixture.lines)
    // Nothing of these files says anything but the defaults, or the keys' own names.
    #expect(result.configuration.mounts.map(\.path.description) == ["/a"])
    #expect(result.configuration.mounts.first?.policy == HealthPolicy())
    #expect(result.configuration.logLevel == .info)
  }

  @Test(arguments: ConfigurationFixture.all("invalid"))
  func `that is invalid is refused with the line beside it`(fixture: ConfigurationFixture) {
    #expect(Configuration.faults(of: fixture.bytes) == fixture.lines)
  }

  @Test func `has its fixtures`() {
    #expect(ConfigurationFixture.all("valid").count >= 10)
    #expect(ConfigurationFixture.all("tolerated").count >= 4)
    let invalid = ConfigurationFixture.all("invalid")
    #expect(invalid.count >= 60)
    for fixture in invalid { #expect(fixture.lines.count == 1, "\(fixture)") }
  }
}
