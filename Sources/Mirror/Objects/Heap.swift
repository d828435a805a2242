import CShims

/// How the process gets its memory from the system.
public enum Heap {
  /// Lets all threads share one heap that grows in large steps: heaps of single threads grow by pages, one system call
  /// each, and give it back and ask again between two large blobs. For executables, before their first thread starts.
  public static func shareAmongThreads() { shim_share_heap() }

  /// Gives what is free of the heap back to the system.
  static func trim() { shim_trim_heap() }
}
