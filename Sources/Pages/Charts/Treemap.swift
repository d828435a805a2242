/// A rectangle of a picture.
struct Box: Equatable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var area: Double { width * height }

  func inset(top: Double, sides: Double) -> Box {
    Box(
      x: x + sides, y: y + top, width: max(0, width - 2 * sides),
      height: max(0, height - top - sides))
  }
}

/// Squarified treemaps: rectangles whose areas are in proportion to values, and whose sides are as equal as can be.
///
/// After Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000).
enum Treemap {
  /// Divides a box among values, which have to be above zero and sorted, the largest first.
  static func divide(_ box: Box, among values: [Double]) -> [Box] {
    let sum = values.reduce(0, +)
    guard sum > 0, box.area > 0 else {
      return values.map { _ in Box(x: box.x, y: box.y, width: 0, height: 0) }
    }
    let scale = box.area / sum
    var boxes: [Box] = []
    boxes.reserveCapacity(values.count)
    var free = box
    var start = 0
    while start < values.count {
      let side = min(free.width, free.height)
      var end = start + 1
      var rowSum = values[start] * scale
      let largest = rowSum
      var worst = ratio(largest: largest, smallest: largest, sum: rowSum, side: side)
      while end < values.count {
        let next = values[end] * scale
        let candidate = ratio(
          largest: largest, smallest: next, sum: rowSum + next, side: side)
        guard candidate <= worst else { break }
        worst = candidate
        rowSum += next
        end += 1
      }
      place(values[start..<end], scale: scale, sum: rowSum, in: &free, to: &boxes)
      start = end
    }
    return boxes
  }

  /// The worst ratio of sides in a row along a side.
  private static func ratio(
    largest: Double, smallest: Double, sum: Double, side: Double
  ) -> Double {
    guard side > 0, smallest > 0, sum > 0 else { return .infinity }
    let square = side * side
    return max(square * largest / (sum * sum), sum * sum / (square * smallest))
  }

  /// Puts a row along the shorter side of what is free.
  private static func place(
    _ values: ArraySlice<Double>, scale: Double, sum: Double, in free: inout Box,
    to boxes: inout [Box]
  ) {
    let isColumn = free.width >= free.height
    let side = isColumn ? free.height : free.width
    let thickness = side > 0 ? min(sum / side, isColumn ? free.width : free.height) : 0
    var offset = 0.0
    for value in values {
      let length = thickness > 0 ? min(value * scale / thickness, side - offset) : 0
      boxes.append(
        isColumn
          ? Box(x: free.x, y: free.y + offset, width: thickness, height: length)
          : Box(x: free.x + offset, y: free.y, width: length, height: thickness))
      offset += length
    }
    if isColumn {
      free.x += thickness
      free.width -= thickness
    } else {
      free.y += thickness
      free.height -= thickness
    }
  }
}
