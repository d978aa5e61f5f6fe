import JSONValue
import Testing

@testable import StackDrain

@Suite struct `A list of containers` {
  private func listing(_ text: String) throws -> [ListedContainer] {
    try ContainerListing(parsing: Array(text.utf8)).containers
  }

  @Test func `tells name, state, labels and mounts`() throws {
    let text = #"""
      [{"Id":"4a92f773b6d7","Names":["/web/alias","/plex"],"State":"running","Labels":{
        "com.docker.compose.project":"media","n":1},"Mounts":[
        {"Type":"bind","Source":"/var/mnt/pool","Destination":"/data","Propagation":"rprivate"},
        {"Type":"volume","Name":"v","Source":"/var/lib/docker/volumes/v/_data","Destination":"/v"},
        {"Type":"tmpfs","Source":"","Destination":"/t"}],"Unknown":[[]]},
       {"Id":"e32346f7a6d856cf2ba2","Names":null,"State":"dead","Labels":null,"Mounts":null}]
      """#
    let found = try listing(text)
    #expect(found.map(\.snapshot.name) == ["plex", "e32346f7a6d8"])
    #expect(found[0].snapshot.state == .running && found[1].snapshot.state == .dead)
    #expect(found[0].snapshot.labels == ["com.docker.compose.project": "media"])
    #expect(
      found[0].snapshot.mountSources == ["/var/mnt/pool", "/var/lib/docker/volumes/v/_data"])
    #expect(found[0].mounts.map(\.volume) == [nil, "v"])
    #expect(found[1].mounts.isEmpty && found[1].snapshot.mountSources.isEmpty)
  }

  @Test(arguments: ["{}", "null", "[1]", "[{}]", #"[{"Id":""}]"#, "[", "", "<html>"])
  func `that is none is told so`(_ text: String) {
    #expect(throws: EngineTextFault.self) { try listing(text) }
  }

  @Test func `may not be nested without end`() {
    let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    #expect(throws: EngineTextFault.self) { try listing(deep) }
  }

  @Test(
    arguments: [
      ("running", .running), ("exited", .exited), ("stopped", .exited), ("configured", .created),
      ("initialized", .created), ("stopping", .running), ("paused", .paused),
      ("levitating", .running), ("", .running),
    ] as [(String, ContainerSnapshot.State)])
  func `knows the states of Docker and of Podman`(
    _ word: String, _ state: ContainerSnapshot.State
  ) {
    #expect(ContainerSnapshot.State(engine: word) == state)
  }

  @Test func `shows the folders behind volumes`() throws {
    let volumes = try VolumeDevices(
      parsing: Array(
        #"""
        {"Volumes":[{"Name":"v","Driver":"local","Options":{"device":"/pool/x","o":"bind"}},
        {"Name":"w","Options":null},{"Name":"n","Options":{"device":":/export","type":"nfs"}}],
        "Warnings":null}
        """#.utf8))
    #expect(volumes.byName == ["v": "/pool/x"])
    let container = try listing(
      #"[{"Id":"1","Names":["/a"],"State":"running","Mounts":[{"Type":"volume","Name":"v","#
        + #""Source":"/d/v/_data","Destination":"/v"}]}]"#)[0]
    let resolved = volumes.resolving(container)
    #expect(resolved.snapshot.mountSources == ["/d/v/_data", "/pool/x"])
    #expect(resolved.mounts.last == EngineMount(source: "/pool/x", destination: "/v", volume: "v"))
    #expect(try VolumeDevices(parsing: Array("{}".utf8)).byName.isEmpty)
  }
}

@Suite struct `What the engine says of one container` {
  private func details(_ state: String, _ host: String = "{}") throws -> ContainerDetails {
    try ContainerDetails(
      parsing: Array(#"{"Id":"4a92","Name":"/plex","State":\#(state),"HostConfig":\#(host)}"#.utf8))
  }

  @Test func `is its life and its first process`() throws {
    let found = try details(
      #"{"Status":"running","Pid":29927,"StartedAt":"2026-11-21T19:06:30.503520165Z"}"#)
    #expect(found.name == "plex" && found.pid == 29927)
    #expect(
      found.targetState == .whole(runs: true, instance: "2026-11-21T19:06:30.503520165Z"))
    let new = try details(#"{"Status":"created","Pid":0,"StartedAt":"0001-01-01T00:00:00Z"}"#)
    #expect(new.pid == nil && new.targetState == .whole(runs: false, note: "created"))
    #expect(try details(#"{"Status":"paused"}"#).targetState == .whole(runs: false, note: "paused"))
  }

  @Test func `holds binds that are meant to be shallow`() throws {
    let found = try details(
      #"{"Status":"running"}"#,
      #"{"Mounts":[{"Target":"/h","BindOptions":{"NonRecursive":true}},{"Target":"/i"}]}"#)
    #expect(found.shallowBinds == ["/h"])
  }

  @Test(arguments: ["{}", "[]", #"{"Id":"1"}"#, #"{"Id":"1","Name":"/a"}"#, "x"])
  func `that is nothing is told so`(_ text: String) {
    #expect(throws: EngineTextFault.self) { try ContainerDetails(parsing: Array(text.utf8)) }
  }
}
