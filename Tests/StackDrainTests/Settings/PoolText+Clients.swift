extension PoolFaults {
  static let clients: [(name: String, text: String, line: String)] = [
    (
      "client-without-type", PoolText.client(#""name": "a""#),
      "clients[0].type: is missing, expected one of sabnzbd, transmission, qbittorrent, tdarr, aria2, "
        + "nzbget, http, command, unit"
    ),
    (
      "client-type", PoolText.client(#""type": "deluge""#),
      #"clients[0].type: "deluge" is not allowed, expected one of sabnzbd, transmission, qbittorrent, "#
        + "tdarr, aria2, nzbget, http, command, unit"
    ),
    (
      "client-without-url", PoolText.client(#""type": "transmission""#),
      "clients[0].url: is missing, expected where transmission listens"
    ),
    (
      "client-url", PoolText.client(#""type": "transmission", "url": "localhost:9091""#),
      #"clients[0].url: "localhost:9091" is not allowed, expected a URL that begins with http:// or "#
        + #"https://, such as "http://127.0.0.1:5572/""#
    ),
    (
      "client-url-with-password",
      PoolText.client(#""type": "transmission", "url": "http://a:secret@h/""#),
      "clients[0].url: is not allowed, expected a URL that begins with http:// or https://, such as "
        + #""http://127.0.0.1:5572/"; a user and a password have keys of their own"#
    ),
    (
      "client-name-twice",
      PoolText.with(
        #""clients": [{"type": "transmission", "url": "http://a/"}, "#
          + #"{"type": "transmission", "url": "http://b/"}]"#),
      #"clients[1].name: "transmission" is not allowed, expected a name of its own: clients[0] has "#
        + "this one"
    ),
    (
      "key-missing", PoolText.client(#""type": "sabnzbd", "url": "http://a/""#),
      "clients[0].apiKey: is missing, expected it, apiKeyFile or apiKeyIni"
    ),
    (
      "key-number", PoolText.client(#""type": "sabnzbd", "url": "http://a/", "apiKey": 5"#),
      "clients[0].apiKey: is not allowed, expected a text of 1 to 4096 bytes on one line"
    ),
    (
      "key-twice",
      PoolText.client(
        #""type": "sabnzbd", "url": "http://a/", "apiKey": "x", "apiKeyFile": "/etc/k""#),
      "clients[0]: has more than one of apiKey, apiKeyFile and apiKeyIni, expected one of them"
    ),
    (
      "key-on-pool",
      PoolText.client(#""type": "sabnzbd", "url": "http://a/", "apiKeyIni": "/mnt/pool/s.ini""#),
      #"clients[0].apiKeyIni.file: "/mnt/pool/s.ini" is not allowed, expected a path that is not on the "#
        + "pool or a branch (/mnt/pool): it could not be read when the pool is gone, or hang"
    ),
    (
      "foreign-key",
      PoolText.client(#""type": "transmission", "url": "http://a/", "apiKey": "x""#),
      "clients[0].apiKey: is of no use to transmission, which takes url, caFile, username, password, "
        + "passwordFile"
    ),
    (
      "user-alone", PoolText.client(#""type": "nzbget", "url": "http://a/", "username": "x""#),
      "clients[0].username: needs a password or a passwordFile"
    ),
    (
      "password-alone",
      PoolText.client(#""type": "nzbget", "url": "http://a/", "passwordFile": "/etc/p""#),
      "clients[0].username: is missing, expected the user that the password is of"
    ),
    (
      "password-twice",
      PoolText.client(
        #""type": "nzbget", "url": "http://a/", "username": "x", "password": "y", "#
          + #""passwordFile": "/etc/p""#),
      "clients[0]: has password and passwordFile, expected one of them"
    ),
    (
      "password-of-two-lines",
      PoolText.client(
        #""type": "nzbget", "url": "http://a/", "username": "x", "password": "secret\nsecret""#),
      "clients[0].password: is not allowed, expected a text of 1 to 4096 bytes on one line"
    ),
    (
      "role", PoolText.client(#""type": "unit", "unit": "a.service", "role": "boss""#),
      #"clients[0].role: "boss" is not allowed, expected one of producer, download, processing"#
    ),
  ]

  static let programs: [(name: String, text: String, line: String)] = [
    (
      "unit-missing", PoolText.client(#""type": "unit""#),
      "clients[0].unit: is missing, expected the name of a systemd unit"
    ),
    (
      "command-relative",
      PoolText.client(
        #""type": "command", "look": ["true"], "pause": ["/bin/a"], "resume": ["/bin/b"]"#),
      #"clients[0].look: "true" is not allowed, expected a program by its absolute path"#
    ),
    (
      "command-missing",
      PoolText.client(#""type": "command", "look": ["/bin/true"], "pause": ["/bin/a"]"#),
      "clients[0].resume: is missing, expected a program and its arguments"
    ),
    (
      "command-on-pool",
      PoolText.client(
        #""type": "command", "look": ["/mnt/pool/x"], "pause": ["/bin/a"], "resume": ["/bin/b"]"#),
      #"clients[0].look: "/mnt/pool/x" is not allowed, expected a path that is not on the pool or a "#
        + "branch (/mnt/pool): it could not be run when the pool is gone, or hang"
    ),
    (
      "command-object",
      PoolText.client(
        #""type": "command", "look": {"url": "http://a/"}, "pause": ["/b"], "resume": ["/c"]"#),
      "clients[0].look: an object is not allowed, expected a program and its arguments, as a list"
    ),
    (
      "http-list",
      PoolText.client(
        #""type": "http", "runningText": "x", "look": ["/bin/true"], "pause": {"url": "http://a/"}, "#
          + #""resume": {"url": "http://a/"}"#),
      "clients[0].look: a list of 1 is not allowed, expected an object"
    ),
    (
      "http-without-text",
      PoolText.client(
        #""type": "http", "look": {"url": "http://a/"}, "pause": {"url": "http://a/"}, "#
          + #""resume": {"url": "http://a/"}"#),
      "clients[0].runningText: is missing, expected what the answer to look holds while it runs"
    ),
    (
      "http-without-url",
      PoolText.client(
        #""type": "http", "runningText": "x", "look": {"method": "GET"}, "#
          + #""pause": {"url": "http://a/"}, "resume": {"url": "http://a/"}"#),
      "clients[0].look.url: is missing, expected where the request goes"
    ),
  ]
}
