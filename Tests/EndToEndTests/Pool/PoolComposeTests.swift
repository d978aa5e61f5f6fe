import JSONValue
import StackKit
import Testing

extension `A host whose pool may go` {
  @Suite struct `A compose project` {
    private func words(_ docker: DockerDaemon, _ name: String, _ file: String) -> [String] {
      ["docker-compose", "-H", "unix://\(docker.socket)", "-p", name, "-f", file]
    }

    private func service(_ name: String, _ lines: String...) -> String {
      ([
        "  \(name):", "    container_name: \(name)", "    image: \"tiny:1\"",
        "    network_mode: none", "    restart: unless-stopped",
        "    command: [\"/bin/sh\", \"-c\", \"\(KitImage.obedient)\"]",
      ]
        + lines.map { "    " + $0 }).joined(separator: "\n")
    }

    /// As docker compose, version 2, leaves it; docker-compose 1.29 leaves no word of `depends_on`.
    private func needs(_ name: String) -> String {
      "labels: {com.docker.compose.depends_on: \"\(name):service_started:false\"}"
    }

    @Test func `is stopped in reverse order, and another runs while the pool is away`()
      async throws
    {
      guard let docker = StackParts.current?.docker else { throw KitError("there are no parts") }
      let folder = try KitFolder()
      let portable = words(docker, "reading", folder.path + "/reading.yml")
      let settings: JSONObject = [
        "portableProjects": [
          [
            "name": "reading", "start": .array((portable + ["up", "-d"]).map { .string($0) }),
            "stop": .array((portable + ["stop", "-t", "2"]).map { .string($0) }),
          ]
        ]
      ]
      do {
        try await TestHost.story(settings) { host in try await tell(host, folder) }
        await folder.remove()
      } catch {
        await folder.remove()
        throw error
      }
    }

    private func tell(_ host: TestHost, _ folder: KitFolder) async throws {
      let bind = "volumes: [\"\(host.pool.path):/data\"]"
      try folder.write(
        "media.yml",
        """
        version: "2.4"
        services:
        \(service("db", bind))
        \(service("app", bind, "depends_on: [db]", needs("db")))
        \(service("web", bind, "depends_on: [app]", needs("app")))
        """)
      try folder.write(
        "reading.yml",
        """
        version: "2.4"
        services:
        \(service("kavita"))
        """)
      let up = words(host.docker, "media", folder.path + "/media.yml") + ["up", "-d"]
      let started = try await Program.run(up, environment: host.docker.environment)
      try #require(started.code == 0, "\(started.output)")
      let before = try await host.standing()
      try #require(before.containers == ["db", "app", "web"])
      try await host.monitor.start()
      try await host.untilDone("healthy", "full")

      // It still answers: everything in order.
      await host.pool.pull(1)
      await host.pool.pull(2)
      try await host.until(
        .init(containers: ["kavita"], torrents: [], isSABnzbdPaused: true), "in its place")
      let ends = try await times("FinishedAt", of: ["web", "app", "db"], host)
      #expect(ends == ends.sorted(), "web, app, db ended at \(ends)")
      #expect(try await host.time("StartedAt", of: "kavita") > ends[2])

      try await host.pool.plug(1)
      try await host.pool.plug(2)
      try await host.untilBack(before)
      let starts = try await times("StartedAt", of: ["db", "app", "web"], host)
      #expect(starts == starts.sorted(), "db, app, web started at \(starts)")
      #expect(try await host.time("FinishedAt", of: "kavita") < starts[0])
      // It was stopped and not removed: nothing is taken for an orphan.
      #expect(try await host.docker.inspect("kavita", "{{.State.Status}}") == "exited")
    }

    private func times(
      _ field: String, of names: [String], _ host: TestHost
    ) async throws -> [String] {
      var times: [String] = []
      for name in names { times.append(try await host.time(field, of: name)) }
      return times
    }
  }
}
