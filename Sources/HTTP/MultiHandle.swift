import CLibcurl
import CShims

/// The sole owner of one `CURLM`: the connections of one client.
final class MultiHandle {
  /// The handle, in a form that another thread may hold.
  ///
  /// Sound, because `curl_multi_wakeup` is the one function that may be called from any thread, it is
  /// all that is called here, and ``Cancellation`` calls it only while a transfer runs.
  struct Waker: @unchecked Sendable {
    fileprivate let pointer: UnsafeMutableRawPointer

    func wake() { _ = curl_multi_wakeup(pointer) }
  }

  /// Outlives the connections, whose closing it does.
  let sockets = Sockets()
  private let pointer: UnsafeMutableRawPointer

  /// `nil` if memory or descriptors are used up.
  init?() {
    guard let pointer = curl_multi_init() else { return nil }
    self.pointer = pointer
    _ = shim_curl_multi_setopt_long(pointer, CURLMOPT_MAXCONNECTS, 8)
  }

  deinit {
    curl_multi_cleanup(pointer)
  }

  var waker: Waker { Waker(pointer: pointer) }

  func add(_ easy: EasyHandle) -> CURLMcode { curl_multi_add_handle(pointer, easy.pointer) }

  func remove(_ easy: EasyHandle) { _ = curl_multi_remove_handle(pointer, easy.pointer) }

  /// Does what can be done without waiting.
  func perform() -> CURLMcode {
    var running: Int32 = 0
    return curl_multi_perform(pointer, &running)
  }

  /// Waits for a socket, a wake-up or the time given.
  func poll(atMost duration: Duration) -> CURLMcode {
    var count: Int32 = 0
    return curl_multi_poll(pointer, nil, 0, Int32(clamping: duration.milliseconds), &count)
  }

  /// The result of the one transfer, once it has ended.
  func result() -> CURLcode? {
    var left: Int32 = 0
    while let message = curl_multi_info_read(pointer, &left) {
      if message.pointee.msg == CURLMSG_DONE { return message.pointee.data.result }
    }
    return nil
  }
}
