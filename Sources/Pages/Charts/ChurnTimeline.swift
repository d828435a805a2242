import Foundation

/// Draws changed lines over time: additions above a line, deletions below it.
struct ChurnTimeline {
  /// Days, or weeks where there are many, oldest first and without gaps.
  struct Bucket: Equatable {
    /// Days since 1970-01-01.
    var day: Int
    var mergeRequests = 0
    var additions = 0
    var deletions = 0
  }

  /// How heights stand for numbers.
  enum Scale {
    /// By the square root, where days are alike.
    case root
    /// By the logarithm, where the largest would flatten all others.
    case logarithm

    func height(_ lines: Double) -> Double {
      switch self {
      case .root: lines.squareRoot()
      case .logarithm: log2(1 + lines)
      }
    }
  }

  let buckets: [Bucket]
  /// The days of a bucket: 1 or 7.
  let span: Int
  /// How heights stand for numbers.
  let scale: Scale

  /// The most days that are drawn one by one.
  private static let maximumDays = 92
  /// The most days that are drawn at all: those of the longest lookback, and some.
  private static let maximumSpan = 400

  /// The number of a time's day in UTC, from 1970-01-01.
  static func day(of date: Date) -> Int {
    let seconds = date.timeIntervalSince1970
    return seconds.isFinite ? Int((min(max(seconds, -1e11), 1e11) / 86_400).rounded(.down)) : 0
  }

  /// Days that lie more than 400 before the last are left out.
  init(_ days: [ChurnDay]) {
    let numbers = days.map { Self.day(of: $0.day) }
    guard let last = numbers.max(), let earliest = numbers.min() else {
      (buckets, span, scale) = ([], 1, .root)
      return
    }
    let first = max(earliest, last - Self.maximumSpan + 1)
    let span = last - first < Self.maximumDays ? 1 : 7
    var buckets = stride(from: first, through: last, by: span).map { Bucket(day: $0) }
    for (number, day) in zip(numbers, days) where number >= first {
      let index = (number - first) / span
      buckets[index].mergeRequests += day.mergeRequests
      buckets[index].additions += day.additions
      buckets[index].deletions += day.deletions
    }
    let sizes = buckets.map { $0.additions + $0.deletions }.filter { $0 > 0 }.sorted()
    let isUneven = sizes.last.map { $0 / 100 > sizes[sizes.count / 2] } ?? false
    (self.buckets, self.span, scale) = (buckets, span, isUneven ? .logarithm : .root)
  }

  /// The scale, in words.
  var scaleWords: String {
    switch scale {
    case .root: "square-root scale"
    case .logarithm: "logarithmic scale"
    }
  }

  var unit: String { span == 1 ? "day" : "week" }

  func chart(of place: String) -> Chart {
    let additions = buckets.reduce(0) { $0 + $1.additions }
    let deletions = buckets.reduce(0) { $0 + $1.deletions }
    let peak = buckets.max { $0.additions + $0.deletions < $1.additions + $1.deletions }
    let most = peak.map {
      " The \(unit) with the most begins on \(CivilTime(day: $0.day).day)."
    }
    return Chart(
      id: "timeline", title: "Changed lines per \(unit) in \(place)",
      summary:
        "\(Words.number(additions)) lines added and \(Words.number(deletions)) deleted.\(most ?? "")",
      heights: (270, 280)
    ) { draw(in: $0) }
  }

  func draw(in box: Box) -> HTML {
    guard !buckets.isEmpty else { return "" }
    let frame = Box(x: 52, y: 10, width: box.width - 60, height: box.height - 36)
    let most = (
      up: Double(buckets.map(\.additions).max() ?? 0),
      down: Double(buckets.map(\.deletions).max() ?? 0)
    )
    let reach = scale.height(most.up) + scale.height(most.down)
    let factor = reach > 0 ? frame.height / reach : 0
    let zero = frame.y + scale.height(most.up) * factor
    let step = frame.width / Double(buckets.count)
    let bars = buckets.enumerated().map { index, bucket in
      bar(bucket, x: frame.x + Double(index) * step, step: step, zero: zero, factor: factor)
    }
    return """
      \(grid(frame, zero: zero, factor: factor, most: most))\(bars)\
      <line class="axis" x1="\(Chart.tenths(frame.x))" x2="\(Chart.tenths(frame.x + frame.width))" \
      y1="\(Chart.tenths(zero))" y2="\(Chart.tenths(zero))"/>
      \(dates(frame, step: step, baseline: box.height - 6))
      """
  }

  private func bar(
    _ bucket: Bucket, x: Double, step: Double, zero: Double, factor: Double
  ) -> HTML {
    guard bucket.mergeRequests > 0 else { return "" }
    let up = scale.height(Double(bucket.additions)) * factor
    let down = scale.height(Double(bucket.deletions)) * factor
    let gap = step > 4 ? 1.0 : step * 0.15
    let words = """
      \(CivilTime(day: bucket.day).day): +\(Words.number(bucket.additions)) \
      −\(Words.number(bucket.deletions)) in \(Words.count(bucket.mergeRequests, "merge request"))
      """
    return """
      <g><title>\(words)</title>\
      <rect class="add" \(Chart.place(Box(x: x + gap, y: zero - up, width: step - 2 * gap, height: up)))/>\
      <rect class="del" \(Chart.place(Box(x: x + gap, y: zero, width: step - 2 * gap, height: down)))/></g>
      """
  }

  /// Lines at round numbers, none nearer than its label is high to another.
  private func grid(
    _ frame: Box, zero: Double, factor: Double, most: (up: Double, down: Double)
  ) -> HTML {
    guard factor > 0 else { return "" }
    var places = [(y: zero, words: "0")]
    for (limit, direction, sign) in [(most.up, -1.0, "+"), (most.down, 1.0, "−")] {
      for value in Self.roundValues(to: limit).reversed() {
        let y = zero + direction * scale.height(Double(value)) * factor
        if places.allSatisfy({ abs($0.y - y) >= 20 }) {
          places.append((y, sign + Self.short(value)))
        }
      }
    }
    return HTML.join(
      places.map { place in
        """
        <line class="grid" x1="\(Chart.tenths(frame.x))" x2="\(Chart.tenths(frame.x + frame.width))" \
        y1="\(Chart.tenths(place.y))" y2="\(Chart.tenths(place.y))"/>\
        <text class="tick" text-anchor="end" x="\(Chart.tenths(frame.x - 6))" y="\(Chart.tenths(place.y + 4))">\
        \(place.words)</text>

        """
      })
  }

  private static func roundValues(to limit: Double) -> [Int] {
    var values: [Int] = []
    var value = 1
    while Double(value) <= limit, value < 1_000_000_000_000 {
      values.append(value)
      if Double(value) * 4 <= limit, String(value).first == "1" { values.append(value * 4) }
      value *= 10
    }
    return values
  }

  private static func short(_ value: Int) -> String {
    switch value {
    case 1_000_000_000...: "\(value / 1_000_000_000)G"
    case 1_000_000...: "\(value / 1_000_000)M"
    case 1_000...: "\(value / 1_000)k"
    default: "\(value)"
    }
  }

  private func dates(_ frame: Box, step: Double, baseline: Double) -> HTML {
    let room = 62.0
    let every = max(1, Int((room / step).rounded(.up)))
    var labels = HTML()
    for index in stride(from: 0, to: buckets.count, by: every) {
      let x = frame.x + (Double(index) + 0.5) * step
      guard x + room / 2 <= frame.x + frame.width + 8 else { break }
      labels += """
        <text class="tick" text-anchor="middle" x="\(Chart.tenths(x))" y="\(Chart.tenths(baseline))">\
        \(CivilTime(day: buckets[index].day).dayAndMonth)</text>

        """
    }
    return labels
  }
}
