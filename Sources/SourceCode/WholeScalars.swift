extension BidirectionalCollection<UInt8> {
  /// The first bytes, at most `limit`, without the part of a scalar of UTF-8 that would be left of it at their end.
  public func wholeScalars(atMost limit: Int) -> SubSequence {
    guard let end = index(startIndex, offsetBy: limit, limitedBy: endIndex), end < endIndex else {
      return self[...]
    }
    var cut = end
    for _ in 0..<3 where cut > startIndex && self[cut] & 0xC0 == 0x80 { formIndex(before: &cut) }
    // What is no UTF-8 is cut as it is.
    return self[..<(self[cut] & 0xC0 == 0x80 ? end : cut)]
  }
}
