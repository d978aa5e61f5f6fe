import MountHealthCore
import Testing

@Suite struct `An answer of somebody else` {
  @Test(arguments: [
    (200, true), (204, true), (301, true), (401, true), (404, true), (499, true), (429, false),
    (500, false), (503, false), (599, false),
  ])
  func `says whether the provider is up`(status: Int, isUp: Bool) {
    #expect(WatchdogSettings.Upstream.isUp(status: status) == isUp)
  }

  @Test(arguments: [
    (199, false), (200, true), (204, true), (299, true), (300, false), (401, false), (500, false),
  ])
  func `says whether a repair was carried out`(status: Int, isDone: Bool) {
    #expect(WatchdogSettings.Repair.isDone(status: status) == isDone)
  }

  @Test func `is believed of a program only where its exit code is 0`() {
    #expect(WatchdogSettings.Repair.isDone(exitCode: 0))
    #expect(!WatchdogSettings.Repair.isDone(exitCode: 1))
    #expect(!WatchdogSettings.Repair.isDone(exitCode: -1))
  }
}
