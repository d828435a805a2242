/// Keeps the first and the last log lines, of errors and of the others.
struct LogCollector {
  private struct Bounded {
    var first: [(order: Int, record: Symptom.LogRecord)] = []
    var last: [(order: Int, record: Symptom.LogRecord)] = []
    var oldest = 0
    let half: Int

    init(limit: Int) { half = max(1, limit / 2) }

    mutating func append(_ record: Symptom.LogRecord, _ order: Int) {
      if first.count < half {
        first.append((order, record))
      } else if last.count < half {
        last.append((order, record))
      } else {
        last[oldest] = (order, record)
        oldest = (oldest + 1) % half
      }
    }
  }

  private var errors: Bounded
  private var others: Bounded
  private var order = 0
  private(set) var services: NameList
  /// The services of errors.
  private(set) var failingServices: NameList
  private(set) var times: ClosedRange<Double>?
  private(set) var messages: NameList

  init(limits: Symptom.Limits) {
    errors = Bounded(limit: limits.logs / 2)
    others = Bounded(limit: limits.logs / 2)
    services = NameList(limit: limits.names)
    failingServices = NameList(limit: limits.names)
    messages = NameList(limit: limits.names)
  }

  /// The kept lines in their order.
  var records: [Symptom.LogRecord] {
    (errors.first + errors.last + others.first + others.last)
      .sorted { $0.order < $1.order }.map(\.record)
  }

  mutating func append(_ record: Symptom.LogRecord) {
    order += 1
    services.add(record.service)
    if let time = record.time {
      times = times.map { min($0.lowerBound, time)...max($0.upperBound, time) } ?? time...time
    }
    if let level = record.level, level >= .error {
      failingServices.add(record.service)
      messages.add(record.message)
      messages.add(record.error)
      errors.append(record, order)
    } else {
      messages.add(record.error)
      others.append(record, order)
    }
  }
}
