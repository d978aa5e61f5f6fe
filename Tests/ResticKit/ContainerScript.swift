import Foundation
import StackKit

/// The scripts that put a container together.
enum ContainerScript {
  /// Starts the second script and waits for its end. Whoever holds the standard input keeps the
  /// container: when that ends, all of it dies.
  static let supervisor = #"""
    exec 3<&0 </dev/null
    folder=$1
    unshare --mount --uts -- /bin/bash "$folder/build.sh" &
    child=$!
    exec >/dev/null 2>&1
    echo $child > "$folder/pid.new"
    mv "$folder/pid.new" "$folder/pid"
    (
      trap '' TERM
      read -r _ <&3
      for inner in $(cat "/proc/$child/task/$child/children"); do kill -KILL $inner; done
      kill -KILL $child
    ) &
    watch=$!
    wait $child
    code=$?
    echo $code > "$folder/code"
    kill -KILL $watch
    exit $code
    """#

  /// Builds the tree of files, which nobody outside sees, and becomes the container.
  static func build(_ spec: ContainerSpec, in folder: KitFolder) throws -> String {
    var lines = [
      "set -e", "root=\(quoted(folder.path))/root",
      "echo \(quoted(spec.host)) > /proc/sys/kernel/hostname",
      "mount -t tmpfs -o mode=755 tmpfs \"$root\"", "cd /",
      // What a program needs of this machine, which cannot be changed from in there.
      "for name in bin sbin lib lib32 lib64 libx32; do",
      "  if [ -L $name ]; then cp -P $name \"$root/$name\"; bound=; else bound=$name; fi",
      "  if [ -n \"$bound\" ] && [ -d \"$bound\" ]; then mkdir \"$root/$bound\"; "
        + "mount --bind \"/$bound\" \"$root/$bound\"; fi",
      "done",
      "for name in usr etc; do mkdir \"$root/$name\"; mount --bind /$name \"$root/$name\"; "
        + "mount -o remount,bind,ro \"$root/$name\"; done",
      "mkdir \"$root/dev\" \"$root/proc\" \"$root/mover-restic\"",
      "mount --rbind /dev \"$root/dev\"",
      "cp \(quoted(folder.path))/entry.sh \"$root/mover-restic/entry.sh\"",
      "chmod 755 \"$root/mover-restic/entry.sh\"",
      spec.hasReadOnlyRoot ? "" : "mkdir -m 1777 \"$root/tmp\"",
    ]
    for (index, mount) in spec.mounts.enumerated() {
      let isOfThisMachine = ["/usr", "/etc", "/dev", "/proc", "/bin", "/lib"].contains {
        mount.path == $0 || mount.path.hasPrefix($0 + "/")
      }
      if isOfThisMachine { throw KitFault("nothing can be mounted at \(mount.path) here") }
      lines += try script(mount, index, in: folder)
    }
    // Later mounts show in the root only because it is remounted last.
    if spec.hasReadOnlyRoot { lines.append("mount -o remount,ro \"$root\"") }
    var variables: [(name: String, value: String)] = [
      ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
      ("HOSTNAME", spec.host), ("HOME", "/"),
    ]
    for own in spec.environment {
      variables.removeAll { $0.name == own.name }
      variables.append(own)
    }
    let words =
      ["/usr/bin/env", "-i"] + variables.map { "\($0.name)=\($0.value)" } + spec.words
    lines.append(
      "exec unshare --mount --pid --fork --kill-child=SIGKILL --root=\"$root\" "
        + "--wd=\(quoted(spec.workingFolder)) --mount-proc=/proc -- "
        + words.map(quoted).joined(separator: " "))
    return lines.joined(separator: "\n") + "\n"
  }

  private static func script(
    _ mount: ContainerSpec.Mount, _ index: Int, in folder: KitFolder
  ) throws -> [String] {
    var source = try mount.source ?? folder.folder("volume-\(index)")
    for (name, text) in mount.files { try folder.write("volume-\(index)/\(name)", text) }
    if !mount.subPath.isEmpty {
      source += "/" + mount.subPath
      if access(source, F_OK) != 0 {
        try FileManager.default.createDirectory(
          atPath: source, withIntermediateDirectories: true)
      }
    }
    let target = "\"$root\"\(quoted(mount.path))"
    var lines = [
      "if [ -d \(quoted(source)) ]; then mkdir -p \(target); else "
        + "mkdir -p \"$(dirname \(target))\"; : > \(target); fi",
      "mount --bind \(quoted(source)) \(target)",
    ]
    if mount.isReadOnly { lines.append("mount -o remount,bind,ro \(target)") }
    return lines
  }

  static func quoted(_ text: String) -> String {
    "'" + text.replacingOccurrences(of: "'", with: #"'\''"#) + "'"
  }
}
