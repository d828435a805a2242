/// Objects read lately, bounded in bytes: the least recently used leave first.
final class ObjectCache {
  /// Where an object lies: a pack and an offset in it.
  struct Key: Equatable {
    /// The number of the pack, ``Pack/number``.
    var pack: Int
    var offset: Int

    fileprivate func bucket(_ count: Int) -> Int {
      let mixed = UInt64(truncatingIfNeeded: offset ^ pack << 48) &* 0x9e37_79b9_7f4a_7c15
      return Int(truncatingIfNeeded: mixed >> 40) & (count - 1)
    }
  }

  private struct Entry {
    var key: Key
    var object: ObjectBytes?
    /// Neighbours in the order of use; the next one is older.
    var newer = -1
    var older = -1
    /// The next entry of the same bucket, or of the free ones.
    var chained = -1
  }

  private let limit: Int
  private var byteCount = 0
  private var entries: [Entry] = []
  private var buckets: [Int]
  private var newest = -1
  private var oldest = -1
  private var free = -1

  /// Makes a cache of no more than a number of bytes.
  init(limit: Int) {
    self.limit = limit
    buckets = Array(repeating: -1, count: 1 << 12)
  }

  subscript(key: Key) -> ObjectBytes? {
    var index = buckets[key.bucket(buckets.count)]
    while index >= 0 {
      if entries[index].key == key {
        if index != newest {
          unlink(index)
          linkAsNewest(index)
        }
        return entries[index].object
      }
      index = entries[index].chained
    }
    return nil
  }

  /// Keeps an object, unless it would take more than a quarter of the cache. It must not be kept already.
  func insert(_ object: ObjectBytes, for key: Key) {
    let size = object.count + Self.overhead
    guard size <= limit / 4 else { return }
    while byteCount + size > limit, oldest >= 0 { removeOldest() }
    let index: Int
    if free >= 0 {
      index = free
      free = entries[index].chained
    } else {
      index = entries.count
      entries.append(Entry(key: key))
    }
    let bucket = key.bucket(buckets.count)
    entries[index] = Entry(key: key, object: object, chained: buckets[bucket])
    buckets[bucket] = index
    linkAsNewest(index)
    byteCount += size
  }

  /// Forgets all objects.
  func removeAll() {
    while oldest >= 0 { removeOldest() }
  }

  /// What an entry costs besides its content, in bytes.
  private static let overhead = 160

  private func removeOldest() {
    let index = oldest
    unlink(index)
    let bucket = entries[index].key.bucket(buckets.count)
    if buckets[bucket] == index {
      buckets[bucket] = entries[index].chained
    } else {
      var previous = buckets[bucket]
      while entries[previous].chained != index { previous = entries[previous].chained }
      entries[previous].chained = entries[index].chained
    }
    byteCount -= (entries[index].object?.count ?? 0) + Self.overhead
    entries[index].object = nil
    entries[index].chained = free
    free = index
  }

  private func unlink(_ index: Int) {
    let (newer, older) = (entries[index].newer, entries[index].older)
    if newer >= 0 { entries[newer].older = older } else { newest = older }
    if older >= 0 { entries[older].newer = newer } else { oldest = newer }
  }

  private func linkAsNewest(_ index: Int) {
    entries[index].newer = -1
    entries[index].older = newest
    if newest >= 0 { entries[newest].newer = index } else { oldest = index }
    newest = index
  }
}
