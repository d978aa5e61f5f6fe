import JSONValue
import K8sClient
import MountHealthCore
import ResticUnlock

/// What `mountmon volsync` was asked to do, checked.
struct VolSyncSetting: Sendable {
  /// Who this is among replicas; another one in each process.
  var identity: String
  /// Where its Leases are.
  var home: Namespace
  /// The namespaces that are read; none: all.
  var namespaces: [Namespace]
  /// The monitors of a file; `nil`: they are objects of the cluster.
  var monitors: [VolSyncMonitor]?
  /// Whether nothing may be changed.
  var isDryRun: Bool

  /// Who a process is among replicas: the pod's name, and something that no other process has.
  static func identity(_ environment: [String: String]) -> String {
    let name = environment["POD_NAME"].flatMap { $0.isEmpty ? nil : $0 } ?? "mountmon"
    return
      "\(Substring(name.utf8.prefix(200)))_\(String(UInt32.random(in: .min ... .max), radix: 16))"
  }

  /// The most monitors of a file.
  static let maximumMonitors = 100

  /// Reads monitors from JSON: one object, or a List of them.
  ///
  /// - Parameters:
  ///   - bytes: The content of the file.
  ///   - path: Its path, for what is said.
  /// - Returns: The monitors, whose settings can be read.
  /// - Throws: All that is wrong, a line each.
  static func monitors(
    in bytes: [UInt8], at path: String
  ) throws(ConfigurationFaults) -> [VolSyncMonitor] {
    let json: JSONValue
    do {
      json = try JSONValue(
        parsing: bytes, options: JSONParser.Options(maximumBytes: 1 << 20, maximumDepth: 32))
    } catch {
      throw ConfigurationFaults(["\(path): \(error)"])
    }
    let items = json["items"]?.arrayValue
    guard (items?.count ?? 1) <= maximumMonitors else {
      throw ConfigurationFaults(["\(path): more than \(maximumMonitors) monitors"])
    }
    var faults: [String] = []
    var monitors: [VolSyncMonitor] = []
    var names: Set<String> = []
    for (index, item) in (items ?? [json]).enumerated() {
      let place = items == nil ? path : "\(path): items[\(index)]"
      if let kind = item["kind"], kind.stringValue != VolSyncMonitor.type.kind {
        faults.append("\(place): kind: found \(kind.text()), expected \"VolSyncMonitor\"")
        continue
      }
      do throws(SettingsError) {
        _ = try MonitorSettings(reading: item)
        let name = item["metadata"]?["name"]?.stringValue ?? "default"
        if !names.insert(name).inserted {
          faults.append("\(place): metadata.name: \(name) is the name of another one, too")
        }
        monitors.append(VolSyncMonitor(json: item))
      } catch {
        faults += error.faults.map { "\(place): \($0)" }
      }
    }
    if !faults.isEmpty { throw ConfigurationFaults(faults) }
    guard !monitors.isEmpty else {
      throw ConfigurationFaults(["\(path): no VolSyncMonitor is in it"])
    }
    return monitors
  }
}
