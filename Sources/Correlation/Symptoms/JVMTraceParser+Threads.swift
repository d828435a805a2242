/// Thread dumps of jstack, jcmd and SIGQUIT: threads that run or wait, of which none need have failed, and those of a
/// deadlock, which have.
extension JVMTraceParser {
  /// `"http-1" #31 daemon prio=5 os_prio=0 tid=0x00007f nid=0x5e03 runnable`, and `"http-1":` below a deadlock's title.
  mutating func readThread(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard let close = content.find("\"", from: content.startIndex + 1) else { return false }
    let rest = content.from(close + 1)
    if rest.equals(":") {
      guard isInDeadlock else { return false }
      traces.begin(.jvm, message: "deadlock", kind: .failure)
      return true
    }
    guard rest.contains(text: " nid=") || rest.contains(text: " tid=0x") else { return false }
    isInDeadlock = false
    traces.begin(.jvm, kind: .thread)
    return true
  }

  /// The title of a deadlock's stacks: `Java stack information for the threads listed above:`
  mutating func readDeadlock(_ content: Bytes, _ traces: inout TraceAssembler) -> Bool {
    guard content.starts("Java stack information for the threads listed above") else {
      return false
    }
    traces.close()
    isInDeadlock = true
    return true
  }

  /// What stands between a thread's frames: its state, and the locks that it has or awaits.
  func isThreadState(_ content: Bytes, _ traces: TraceAssembler) -> Bool {
    guard traces.language == .jvm, let open = traces.open, open.kind == .thread || isInDeadlock
    else { return false }
    return ["java.lang.Thread.State: ", "- waiting ", "- locked ", "- parking ", "- None", "- <0x"]
      .contains { content.starts($0) } || content.starts("Locked ownable synchronizers")
  }
}
