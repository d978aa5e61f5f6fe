/// A day of the proleptic Gregorian calendar.
///
/// Both directions work in eras of 400 years, which all have the same days, with years that begin in
/// March, so that the leap day comes last and the months' lengths follow one line (Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms").
struct CivilDay: Equatable {
  var year: Int
  var month: Int
  var day: Int
}

extension CivilDay {
  private static let daysPerEra = 146_097
  /// From 0000-03-01, where the eras begin, to 1970-01-01.
  private static let daysToEpoch = 719_468

  /// The day a number of days after 1970-01-01; for the years from 0 onwards.
  init(daysSinceEpoch: Int) {
    let days = daysSinceEpoch + Self.daysToEpoch
    let era = days / Self.daysPerEra
    let dayOfEra = days % Self.daysPerEra
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01, for the years from 1 onwards.
  var daysSinceEpoch: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let monthFromMarch = month > 2 ? month - 3 : month + 9
    let yearOfEra = shiftedYear % 400
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return shiftedYear / 400 * Self.daysPerEra + dayOfEra - Self.daysToEpoch
  }

  static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  static func daysIn(month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
