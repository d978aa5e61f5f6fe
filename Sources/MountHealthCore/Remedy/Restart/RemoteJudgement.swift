extension WatchdogSettings.Upstream {
  /// Whether a provider that answers with this HTTP status can serve mounts.
  ///
  /// Any answer of its own will do, a refusal included: credentials are the mounts' business. An error
  /// of the server (5xx), or too many requests (429), says that it cannot now.
  ///
  /// - Parameter status: The status: 100 to 599.
  /// - Returns: Whether it is up.
  public static func isUp(status: Int) -> Bool { status < 500 && status != 429 }
}

extension WatchdogSettings.Repair {
  /// Whether a repair by HTTP was carried out: only a 2xx says so; a redirect is not followed.
  ///
  /// - Parameter status: The status: 100 to 599.
  /// - Returns: Whether it was. Whether it helped, the next probes tell.
  public static func isDone(status: Int) -> Bool { (200..<300).contains(status) }

  /// Whether a repair by a program was carried out.
  ///
  /// - Parameter exitCode: What it ended with.
  /// - Returns: Whether it was. Whether it helped, the next probes tell.
  public static func isDone(exitCode: Int32) -> Bool { exitCode == 0 }
}
