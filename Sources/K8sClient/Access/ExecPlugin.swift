import ChildProcess
public import JSONValue

/// A program that a kubeconfig names to get credentials from: `aws eks get-token`, `kubelogin`.
public struct ExecPlugin: Hashable, Sendable {
  /// The program, as the kubeconfig names it.
  public var command: String
  /// Its arguments.
  public var arguments: [String]
  /// What its environment has beside that of this program.
  public var environment: [String: String]
  /// The version of `ExecCredential` that it speaks.
  public var apiVersion: String
  /// What it is told of the cluster; `nil` where it is told nothing.
  public var clusterInfo: JSONValue?
  /// What to do where it is not installed, in the words of the kubeconfig.
  public var installHint: String?

  /// The versions that are spoken.
  public static let apiVersions = [
    "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1",
  ]
  /// How long one may take.
  public static let deadline = Duration.seconds(60)
  /// How many bytes it may write.
  public static let outputLimit = 1 << 20

  /// A plugin.
  ///
  /// - Parameters:
  ///   - command: The program: a path, or a name to be looked for in `PATH`.
  ///   - arguments: Its arguments.
  ///   - environment: What its environment has beside that of this program.
  ///   - apiVersion: One of `apiVersions`.
  ///   - clusterInfo: What it is told of the cluster.
  ///   - installHint: What to do where it is not installed.
  public init(
    command: String, arguments: [String] = [], environment: [String: String] = [:],
    apiVersion: String = ExecPlugin.apiVersions[0], clusterInfo: JSONValue? = nil,
    installHint: String? = nil
  ) {
    self.command = command
    self.arguments = arguments
    self.environment = environment
    self.apiVersion = apiVersion
    self.clusterInfo = clusterInfo
    self.installHint = installHint
  }
}

extension ExecPlugin: Discreet {
  /// The program; its arguments and environment may hold secrets.
  public var description: String { Shown.text(command) }
}

extension ExecPlugin {
  /// Reads `users[].user.exec`.
  static func read(_ fields: inout FieldReader, cluster: Kubeconfig.Entry) -> ExecPlugin? {
    guard let command = fields.string("command"), !command.isEmpty else {
      fields.fault("command", "is missing")
      return nil
    }
    var plugin = ExecPlugin(command: command)
    if command.contains("/") { plugin.command = fields.resolve(command) }
    for (index, value) in (fields.array("args") ?? []).enumerated() {
      guard let text = value.stringValue, !text.utf8.contains(0) else {
        fields.fault("args", index, "expected a string, found \(value.kind)")
        continue
      }
      plugin.arguments.append(text)
    }
    for (index, value) in (fields.array("env") ?? []).enumerated() {
      guard let name = value["name"]?.stringValue, let text = value["value"]?.stringValue,
        !name.isEmpty, !(name + text).utf8.contains(0), !name.contains("=")
      else {
        fields.fault("env", index, "expected a name and a value")
        continue
      }
      plugin.environment[name] = text
    }
    let version = fields.string("apiVersion") ?? ""
    plugin.apiVersion = version
    if !apiVersions.contains(version) {
      fields.fault(
        "apiVersion",
        "expected \(apiVersions.joined(separator: " or ")), found \(Shown.quoted(version))")
    }
    if fields.string("interactiveMode") == "Always" {
      fields.fault("interactiveMode", "Always: there is nobody at this program to answer questions")
    }
    if fields.bool("provideClusterInfo") == true { plugin.clusterInfo = info(of: cluster) }
    plugin.installHint = fields.string("installHint")
    return plugin
  }

  /// What `spec.cluster` of the plugin's input holds: the cluster, as the kubeconfig has it, without
  /// what is local to it.
  private static func info(of cluster: Kubeconfig.Entry) -> JSONValue {
    let reader = FieldReader(cluster)
    var info = JSONObject()
    for (key, value) in cluster.json.objectValue ?? [:] where !value.isNull {
      switch key {
      case "server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data":
        info[key] = value
      case "certificate-authority":
        info[key] = value.stringValue.map { .string(reader.resolve($0)) }
      case "extensions":
        let name = "client.authentication.k8s.io/exec"
        let config = value.arrayValue?.first { $0["name"]?.stringValue == name }
        info["config"] = config?["extension"]
      default: break
      }
    }
    return .object(info)
  }

  /// The program's file; `nil` where there is none that may be started.
  func locate(in surroundings: Surroundings) -> String? {
    guard !command.contains("/") else {
      return surroundings.files.isExecutable(command) ? command : nil
    }
    let path = surroundings.variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    return path.split(separator: ":").lazy.filter { $0.hasPrefix("/") }.map { "\($0)/\(command)" }
      .first(where: surroundings.files.isExecutable)
  }

  var notFoundWords: String {
    let hint = installHint.map { "; \(Shown.text($0))" } ?? ""
    let place = command.contains("/") ? "" : " in PATH"
    return "there is no program \(Shown.quoted(command))\(place)\(hint)"
  }

  /// The command to run.
  func invocation(path: String, in surroundings: Surroundings) -> ChildCommand {
    var spec: JSONObject = ["interactive": false]
    spec["cluster"] = clusterInfo
    let info: JSONValue = [
      "kind": "ExecCredential", "apiVersion": .string(apiVersion), "spec": .object(spec),
    ]
    var variables = surroundings.environment.merging(environment) { _, own in own }
    variables["KUBERNETES_EXEC_INFO"] = info.text()
    return ChildCommand(
      path: path, arguments: arguments, environment: variables, deadline: Self.deadline,
      outputLimit: Self.outputLimit)
  }
}
