import Foundation
import JSONValue
import ResticKit
import StackKit
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A local kubelet` {
  private func pod(_ script: String, spec more: JSONObject = [:]) -> JSONValue {
    var spec: JSONObject = [
      "containers": [
        [
          "name": "restic", "command": ["/bin/bash", "-c"], "args": [.string(script)],
          "env": [
            ["name": "PLAIN", "value": "it's $(NOTHING) $$(ESCAPED)"],
            ["name": "TWICE", "value": "<$(PLAIN)>"],
            [
              "name": "WORD",
              "valueFrom": ["secretKeyRef": ["name": "one", "key": "WORD"]],
            ],
            [
              "name": "NONE",
              "valueFrom": [
                "secretKeyRef": ["name": "none", "key": "WORD", "optional": true]
              ],
            ],
          ],
          "envFrom": [["secretRef": ["name": "two"]]],
          "volumeMounts": [
            ["name": "repository", "mountPath": "/repository"],
            ["name": "tempdir", "mountPath": "/tmp"],
            ["name": "repository", "mountPath": "/look", "readOnly": true, "subPath": "deep/er"],
          ],
          "securityContext": ["readOnlyRootFilesystem": true],
        ]
      ],
      "volumes": [
        ["name": "repository", "nfs": ["server": "nas.example", "path": "/volsync"]],
        ["name": "tempdir", "emptyDir": [:]],
      ],
    ]
    for (key, value) in more { spec[key] = value }
    return [
      "metadata": ["name": "volsync-src-app-abcde", "namespace": "media"], "spec": .object(spec),
    ]
  }

  private func kubelet(_ folder: KitFolder) -> LocalKubelet {
    LocalKubelet(secrets: ["media/one": ["WORD": "w1"], "media/two": ["OTHER": "o1"]]) {
      volume, _ in volume["nfs"]?["server"] == "nas.example" ? folder.path : nil
    }
  }

  private func with(_ body: (KitFolder, LocalKubelet) async throws -> Void) async throws {
    let folder = try KitFolder()
    do {
      try await body(folder, kubelet(folder))
      await folder.remove()
    } catch {
      await folder.remove()
      throw error
    }
  }

  @Test func `gives a container its host, processes, variables and volumes`() async throws {
    try await with { folder, kubelet in
      let script = #"""
        echo "host $(uname -n) pid $BASHPID $PLAIN $TWICE $WORD $OTHER ${NONE-unset}"
        echo text > /repository/file; echo x > /tmp/x && echo tmp
        touch /look/no 2>/dev/null || echo read-only; touch /no 2>/dev/null || echo root
        touch /usr/no 2>/dev/null || echo usr
        ls -A /work /home 2>/dev/null || echo hidden
        """#
      let (code, output) = try await kubelet.run(pod(script))
      #expect(code == 2 || code == 0)
      #expect(
        output == """
          host volsync-src-app-abcde pid 1 it's $(NOTHING) $(ESCAPED) <it's $(NOTHING) $(ESCAPED)> \
          w1 o1 unset
          tmp
          read-only
          root
          usr
          hidden

          """)
      let written = try String(contentsOfFile: folder.path + "/file", encoding: .utf8)
      #expect(written == "text\n")
    }
  }

  @Test func `takes the host name from the specification, and passes the exit code on`()
    async throws
  {
    try await with { _, kubelet in
      let (code, output) = try await kubelet.run(
        pod("uname -n; exit 11", spec: ["hostname": "dead-pod"]))
      #expect(code == 11)
      #expect(output == "dead-pod\n")
    }
  }

  @Test func `does not start what refers to a secret that is not there`() async throws {
    try await with { _, kubelet in
      var poor = kubelet
      poor.secrets["media/one"] = nil
      await #expect(throws: KitFault.self) { try await poor.start(pod("true")) }
    }
  }

  @Test func `ends a container that takes no notice of SIGTERM only after the grace`()
    async throws
  {
    try await with { _, kubelet in
      let run = try await kubelet.start(pod("sleep 1000 & echo on; while :; do sleep 1; done"))
      #expect(await holds { run.output == "on\n" })
      #expect(run.isRunning)
      await run.terminate(grace: .milliseconds(300))
      #expect(run.code == 137)
      await run.remove()
    }
  }

  @Test func `kills all of a container at once`() async throws {
    try await with { _, kubelet in
      let run = try await kubelet.start(pod("(sleep 1000) & sleep 1000; true"))
      #expect(await holds { run.processes(named: "sleep").count == 2 })
      let all = run.processes(named: "sleep")
      await run.kill()
      #expect(run.code == 137)
      #expect(all.allSatisfy { !ProcessTable.isAlive($0) })
      #expect(run.ended.map { $0 >= run.began } ?? false)
      await run.remove()
    }
  }
}
