import NIOCore
import Testing

@testable import HTTPTransport

@Suite struct `An exchange that goes well` {
  @Test func `gives an answer that comes in one read as a whole, and the connection back`() throws {
    var story = try Story()
    story.ask()
    let effects = story.bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    #expect(effects.first == .giveBack(.reusable) && effects.count == 2)
    guard case .answer(let head, body: .whole(let bytes))? = effects.last else {
      Issue.record("no answer: \(effects)")
      return
    }
    #expect(head.status == 200 && bytes == Array("ok".utf8))
    #expect(story.exchange.deadline == .distantFuture)
  }

  @Test func `reads only when the reader wants, one read at a time`() throws {
    var story = try Story()
    story.answer()
    #expect(story.on(.readerWants) == [.read])
    #expect(story.bytes("abc") == [.part(Array("abc".utf8))])
    // Nothing is asked of the socket while nobody wants.
    #expect(story.bytes("d").isEmpty)
    #expect(story.on(.readerWants) == [.part(Array("d".utf8))])
    #expect(story.on(.readerWants) == [.read])
    let rest = String(repeating: "x", count: 96)
    #expect(story.bytes(rest) == [.giveBack(.reusable), .part(Array(rest.utf8))])
    #expect(story.on(.readerWants) == [.finish])
    #expect(story.on(.readerWants) == [.finish])
  }

  @Test func `reads on when a read brought nothing for the reader`() throws {
    var story = try Story()
    story.ask()
    #expect(story.bytes("HTTP/1.1 200 OK\r\n") == [.read])
    _ = story.bytes("Transfer-Encoding: chunked\r\n\r\n")
    #expect(story.on(.readerWants) == [.read])
    #expect(story.bytes("5") == [.read])
    #expect(story.bytes("\r\na") == [.part(Array("a".utf8))])
  }

  @Test func `does not give back for reuse before the request is written`() throws {
    var story = try Story("POST")
    #expect(story.on(.start) == [.queue])
    #expect(story.on(.kept) == [.send, .read])
    #expect(story.on(.wrote(all: false)).isEmpty)
    let effects = story.bytes("HTTP/1.1 413 Big\r\nContent-Length: 0\r\n\r\n")
    #expect(effects.first == .giveBack(.spent))
  }

  @Test func `ends with the connection where the length is unknown`() throws {
    var story = try Story()
    story.ask()
    _ = story.bytes("HTTP/1.1 200 OK\r\n\r\nabc")
    #expect(story.on(.lost(.closed)) == [.giveBack(.spent)])
    #expect(story.on(.readerWants) == [.part(Array("abc".utf8))])
    #expect(story.on(.readerWants) == [.finish])
  }
}

@Suite struct `An exchange on a kept connection that is dead` {
  @Test(arguments: [Exchange.Loss.closed, .broken("reset"), .closedWithoutGoodbye, .beforeWriting])
  func `is asked again if it is a GET`(loss: Exchange.Loss) throws {
    var story = try Story()
    story.ask(kept: true)
    #expect(story.after(1, .lost(loss)) == [.replace])
    #expect(story.patience == 5)
    #expect(story.on(.opened) == [.send, .read])
    // Once, and no more.
    let effects = story.on(.lost(.closed))
    #expect(effects.first == .giveBack(.spent) && effects.count == 2)
  }

  @Test func `is asked again, whatever it is, only if nothing was written`() throws {
    var story = try Story("POST")
    #expect(story.on(.start) == [.queue])
    #expect(story.on(.kept) == [.send, .read])
    #expect(story.on(.lost(.beforeWriting)) == [.replace])
    #expect(
      story.on(.unopened(Exchange.Trouble(code: .refused, reason: "no"))) == [
        .giveBack(.spent), .fail(transportError(.refused, "connect to h:80", "no", sent: false)),
      ])
    var other = try Story("POST")
    other.ask(kept: true)
    #expect(
      other.on(.lost(.closed)) == [
        .giveBack(.spent),
        .fail(
          transportError(
            .cut, "POST /path at h:80",
            "the connection was closed by the server before the first byte of the answer")),
      ])
  }

  @Test func `is not asked again once a byte has come`() throws {
    var story = try Story()
    story.ask(kept: true)
    #expect(story.bytes("H") == [.read])
    #expect(
      story.on(.lost(.broken("reset"))) == [
        .giveBack(.spent),
        .fail(
          transportError(
            .cut, askingOfStory, "the connection broke (reset) within the answer's head")),
      ])
  }
}

@Suite struct `An exchange that waits` {
  @Test func `has the time to connect from its start, in the queue too`() throws {
    var story = try Story()
    #expect(story.on(.start) == [.queue])
    #expect(story.patience == 5)
    #expect(story.after(4, .tick).isEmpty)
    #expect(
      story.after(1, .tick) == [
        .leaveQueue,
        .fail(
          transportError(
            .timedOut, "connect to h:80", "all 4 connections were in use for 5s", sent: false)),
      ])
  }

  @Test func `says how far it came with connecting`() throws {
    for (reached, words) in [
      (false, "no connection within 5s"), (true, "no end of the TLS handshake within 5s"),
    ] {
      var story = try Story()
      #expect(story.on(.start) == [.queue])
      #expect(story.on(.opening).isEmpty)
      if reached { #expect(story.after(2, .reached).isEmpty) }
      #expect(
        story.after(5, .tick) == [
          .giveBack(.spent),
          .fail(transportError(.timedOut, "connect to h:80", words, sent: false)),
        ])
    }
  }

  @Test func `counts silence from the last sign of the server`() throws {
    var story = try Story("POST", total: nil)
    _ = story.on(.start)
    _ = story.on(.kept)
    // That the system takes more of the request is a sign as well.
    #expect(story.after(9, .wrote(all: false)).isEmpty)
    #expect(story.after(9, .wrote(all: true)).isEmpty)
    #expect(story.bytes("HTTP", after: 9) == [.read])
    #expect(story.after(9, .tick).isEmpty)
    #expect(
      story.after(1, .tick) == [
        .giveBack(.suspect),
        .fail(transportError(.timedOut, "POST /path at h:80", "no byte for 10s")),
      ])
  }

  @Test func `does not count silence while nobody reads`() throws {
    var story = try Story(total: nil)
    story.answer()
    #expect(story.exchange.deadline == .distantFuture)
    #expect(story.after(1000, .readerWants) == [.read])
    #expect(story.patience == 10)
    #expect(
      story.after(10, .tick) == [
        .giveBack(.suspect),
        .fail(
          transportError(.timedOut, askingOfStory, "no byte for 10s, after 0 bytes of the body")),
      ])
  }

  @Test func `has an end to it all, whether somebody reads or not`() throws {
    var story = try Story()
    story.answer()
    _ = story.bytes("abc")
    #expect(story.after(30, .tick) == [.giveBack(.suspect)])
    #expect(story.on(.readerWants) == [.part(Array("abc".utf8))])
    #expect(
      story.on(.readerWants) == [
        .fail(transportError(.timedOut, askingOfStory, "not done within 30s"))
      ])
  }

  @Test func `may wait for a year and more`() throws {
    var story = try Story(connect: .max, silence: .max, total: .max)
    story.ask()
    #expect(story.after(86_400, .tick).isEmpty)
  }
}

@Suite struct `An exchange that is ended` {
  @Test func `in each of its states tells who waits, once, and gives up what it holds`() throws {
    let cancelled = "the task that waited for it was cancelled"
    var story = try Story()
    #expect(story.on(.cancel).isEmpty)
    #expect(
      story.on(.start) == [.fail(transportError(.cancelled, askingOfStory, cancelled, sent: false))]
    )

    story = try Story()
    _ = story.on(.start)
    #expect(
      story.on(.cancel) == [
        .leaveQueue, .fail(transportError(.cancelled, askingOfStory, cancelled, sent: false)),
      ])
    #expect(story.on(.cancel).isEmpty && story.on(.shutDown).isEmpty)

    story = try Story()
    story.ask()
    #expect(
      story.on(.shutDown) == [
        .giveBack(.spent),
        .fail(transportError(.closed, askingOfStory, "the client was shut down")),
      ])
    #expect(story.bytes("late").isEmpty && story.on(.lost(.closed)).isEmpty)

    story = try Story()
    story.answer()
    _ = story.bytes("unread")
    _ = story.on(.cancel)
    #expect(story.on(.readerWants) == [.fail(transportError(.cancelled, askingOfStory, cancelled))])
  }

  @Test func `by its reader's leaving tells nobody`() throws {
    var story = try Story()
    story.answer()
    _ = story.on(.readerWants)
    #expect(story.on(.readerGone) == [.giveBack(.spent)])
    #expect(story.exchange.deadline == .distantFuture)
  }

  @Test func `by the server's word about our certificate was not sent`() throws {
    var story = try Story("POST")
    story.ask()
    #expect(
      story.on(.lost(.rejected("no certificate"))) == [
        .giveBack(.spent),
        .fail(transportError(.handshakeFailed, "connect to h:80", "no certificate", sent: false)),
      ])
  }

  @Test func `by a fault gives what came before it`() throws {
    var story = try Story()
    story.ask()
    let effects = story.bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\naX")
    #expect(effects.first == .giveBack(.spent) && effects.count == 2)
    #expect(story.on(.readerWants) == [.part(Array("a".utf8))])
    #expect(
      story.on(.readerWants) == [
        .fail(
          transportError(
            .malformed, askingOfStory, "the answer is refused: a chunk is longer than its size says"
          ))
      ])
  }
}
