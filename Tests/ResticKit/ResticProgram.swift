/// The restic that is installed.
public enum ResticProgram {
  /// Where it is.
  public static let path = "/usr/bin/restic"
}
