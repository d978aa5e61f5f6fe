import ResticUnlock

extension UnlockHelm {
  /// What cannot be read, a line each.
  var complaints: [String] {
    (monitorComplaint.map { [$0] } ?? []) + mirror.complaints
      + Set(seats.values.compactMap(\.keeper.complaint)).sorted()
  }

  /// Who keeps the statuses; of monitors that cannot be seen, who did when this process led before.
  var keepers: [MonitorKey: StatusKeeper] {
    let present = seats.mapValues(\.keeper)
    let isAll = areMonitorsKnown && monitorComplaint == nil
    return isAll ? present : former.merging(present) { _, present in present }
  }

  /// All that there is to show.
  var picture: UnlockPicture {
    var picture = UnlockPicture()
    picture.monitors = seats.keys.sorted().compactMap { key in
      seats[key].map { UnlockPicture.Monitor(key: key, object: $0.keeper.status.monitor) }
    }
    for key in seats.keys.sorted() {
      let machines = seats[key]?.monitor.machines ?? [:]
      for (name, machine) in machines.sorted(by: { $0.key.description < $1.key.description }) {
        picture.repositories.append(
          UnlockPicture.Repository(
            monitor: key, name: name, state: machine.state, plan: machine.plan,
            failures: machine.failures, attempts: machine.attempts))
      }
    }
    picture.rot = seats.keys.sorted().flatMap { rot[$0] ?? [] }
    picture.journal = journal
    picture.counts = counts
    picture.complaints = complaints
    picture.isSynced = areMonitorsKnown && mirror.isSynced
    picture.isCurrent = isReady
    picture.isSettled = isSettled
    picture.turnedAt = turnedAt
    return picture
  }
}
