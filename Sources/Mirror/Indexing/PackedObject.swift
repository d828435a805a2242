/// One object of a pack that is being indexed.
struct PackedObject {
  /// Where it begins in the pack, in bytes.
  var offset: Int
  /// Meaningful once ``kind`` is known.
  var id = ObjectID.emptyTree
  /// The CRC-32 of its bytes in the pack.
  var checksum: UInt32
  /// The position of the object that it is a difference to, among those of the pack; -1 for none, or one not known yet.
  var base: Int32 = -1
  /// `nil` for a difference that has not been applied yet.
  var kind: ObjectKind?
}

/// The objects of a pack while several threads find out their ids.
///
/// `@unchecked Sendable`: a thread writes only to objects that no other works on, and reads only those that it made itself
/// or that were finished before any thread began.
struct PackedObjects: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<PackedObject>
  let count: Int

  subscript(position: Int32) -> PackedObject {
    get { pointer[Int(position)] }
    nonmutating set { pointer[Int(position)] = newValue }
  }
}
