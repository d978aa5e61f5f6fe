import Foundation
import JSONValue
import ResticKit
import StackKit
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A repository of the kit` {
  @Test func `is one that restic works with`() async throws {
    try await ResticRepository.with { repository in
      try await repository.backup()
      #expect(try await repository.snapshots().count == 1)
      try await repository.check()
      #expect(try await repository.locks().isEmpty)
    }
  }

  @Test func `has locks that say what one likes`() async throws {
    try await ResticRepository.with { repository in
      let old = try await repository.writeLock(
        of: "gone", pid: 25, age: .seconds(3600), isExclusive: true)
      let young = try await repository.writeLock(of: "gone", pid: 26, age: .seconds(60))
      let locks = try await repository.locks()
      #expect(Set(locks.map(\.id)) == [old, young])
      #expect(locks.first { $0.id == old }?.pid == 25)
      #expect(locks.first { $0.id == old }?.isExclusive == true)
      let (code, _) = try await repository.restic(["unlock"])
      #expect(code == 0)
      #expect(repository.lockIDs == [young])
    }
  }

  @Test func `has locks that restic cannot read`() async throws {
    try await ResticRepository.with { repository in
      let invalid = try await repository.writeInvalidLock()
      let empty = try repository.writeEmptyLock()
      let locks = try await repository.locks()
      #expect(Set(locks.map(\.id)) == [invalid, empty])
      #expect(locks.allSatisfy { $0.content == nil })
    }
  }

  @Test(arguments: [LockHolder.Operation.backup, .forget, .prune])
  func `has a lock of who lives, and of who died`(_ operation: LockHolder.Operation) async throws {
    try await ResticRepository.with { repository in
      try await repository.backup()
      let holder = try await LockHolder.start(operation, as: "pod-1", in: repository)
      let lock = try await repository.locks().first
      #expect(lock?.host == "pod-1")
      #expect(lock?.isExclusive == (operation != .backup))
      #expect(try await holder.finish() == 0)
      #expect(repository.lockIDs.isEmpty)
      await holder.remove()

      let victim = try await LockHolder.start(operation, as: "pod-2", in: repository)
      await victim.die()
      #expect(repository.lockIDs == [victim.lockID])
      await victim.remove()
      try await repository.check()
    }
  }
}
