import Glibc

/// The programs that stand in for what a mover's image has.
package enum ResticProgram {
  /// Where restic is.
  package static let path = "/usr/bin/restic"

  /// What this machine lacks for containers with restic in them, if anything.
  package static var missing: String? {
    if geteuid() != 0 { return "namespaces and mounts need root" }
    for program in [path, "/usr/bin/unshare", "/usr/bin/openssl", "/bin/bash"]
    where access(program, X_OK) != 0 { return "\(program) is missing: scripts/setup.sh" }
    return nil
  }
}
