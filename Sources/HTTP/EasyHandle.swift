import CLibcurl
import CShims

/// The sole owner of one `CURL`, which serves a client's requests one after the other and so keeps
/// TLS sessions to resume.
final class EasyHandle {
  /// An option curl would not take.
  struct Refusal: Error {
    let code: CURLcode
  }

  let pointer: UnsafeMutableRawPointer
  private let message: UnsafeMutablePointer<CChar>
  private var headers: UnsafeMutablePointer<curl_slist>?

  /// `nil` if memory is used up.
  init?() {
    guard let pointer = curl_easy_init() else { return nil }
    self.pointer = pointer
    message = .allocate(capacity: Int(CURL_ERROR_SIZE))
    message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    curl_easy_cleanup(pointer)
    curl_slist_free_all(headers)
    message.deallocate()
  }

  /// Forgets the last request; connections and sessions stay.
  func reset() throws(Refusal) {
    curl_easy_reset(pointer)
    curl_slist_free_all(headers)
    headers = nil
    message.pointee = 0
    try check(shim_curl_setopt_pointer(pointer, CURLOPT_ERRORBUFFER, message))
  }

  func set(_ option: CURLoption, _ value: Int) throws(Refusal) {
    try check(shim_curl_setopt_long(pointer, option, value))
  }

  func set(_ option: CURLoption, _ value: String?) throws(Refusal) {
    guard let value else { return try check(shim_curl_setopt_pointer(pointer, option, nil)) }
    try check(value.withCString { shim_curl_setopt_pointer(pointer, option, $0) })
  }

  func set(_ option: CURLoption, blob: [UInt8]) throws(Refusal) {
    try check(
      blob.withUnsafeBytes { shim_curl_setopt_blob(pointer, option, $0.baseAddress, $0.count) })
  }

  /// Sets the body, of which curl keeps a copy.
  func setBody(_ body: [UInt8]) throws(Refusal) {
    try check(shim_curl_setopt_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, Int(body.count)))
    try check(
      (body.isEmpty ? [0] : body).withUnsafeBytes {
        shim_curl_setopt_pointer(pointer, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
      })
  }

  /// Sets the header lines.
  func setHeaders(_ lines: [String]) throws(Refusal) {
    for line in lines {
      guard let longer = curl_slist_append(headers, line) else {
        throw Refusal(code: CURLE_OUT_OF_MEMORY)
      }
      headers = longer
    }
    try check(shim_curl_setopt_pointer(pointer, CURLOPT_HTTPHEADER, headers))
  }

  /// Directs what comes to an exchange, and the sockets to their table; both must outlive the
  /// transfer, and the table the connections.
  func direct(to exchange: Exchange, sockets: Sockets) throws(Refusal) {
    let receiver = Unmanaged.passUnretained(exchange).toOpaque()
    try check(
      shim_curl_setopt_data_callback(pointer, CURLOPT_HEADERFUNCTION) {
        data, size, count, context in
        receive(data, size * count, context) { $0.take(line: $1) }
      })
    try check(shim_curl_setopt_pointer(pointer, CURLOPT_HEADERDATA, receiver))
    try check(
      shim_curl_setopt_data_callback(pointer, CURLOPT_WRITEFUNCTION) { data, size, count, context in
        receive(data, size * count, context) { $0.take(chunk: $1) }
      })
    try check(shim_curl_setopt_pointer(pointer, CURLOPT_WRITEDATA, receiver))

    let table = Unmanaged.passUnretained(sockets).toOpaque()
    try check(
      shim_curl_set_new_socket_callback(pointer) { context, socket, _ in
        guard let context else { return CURL_SOCKOPT_ERROR }
        Unmanaged<Sockets>.fromOpaque(context).takeUnretainedValue().opened(socket)
        return CURL_SOCKOPT_OK
      })
    try check(shim_curl_setopt_pointer(pointer, CURLOPT_SOCKOPTDATA, table))
    try check(
      shim_curl_set_close_socket_callback(pointer) { context, socket in
        guard let context else { return 1 }
        Unmanaged<Sockets>.fromOpaque(context).takeUnretainedValue().close(socket)
        return 0
      })
    try check(shim_curl_setopt_pointer(pointer, CURLOPT_CLOSESOCKETDATA, table))
  }

  /// Parts with the exchange, which need not live on.
  func forgetExchange() {
    _ = shim_curl_setopt_pointer(pointer, CURLOPT_HEADERDATA, nil)
    _ = shim_curl_setopt_pointer(pointer, CURLOPT_WRITEDATA, nil)
  }

  /// Whether this transfer has its connection, TLS included.
  var isConnected: Bool {
    var microseconds: curl_off_t = 0
    return shim_curl_getinfo_offset(pointer, CURLINFO_CONNECT_TIME_T, &microseconds) == CURLE_OK
      && microseconds > 0
  }

  func integer(_ info: CURLINFO) -> Int {
    var value = 0
    return shim_curl_getinfo_long(pointer, info, &value) == CURLE_OK ? value : 0
  }

  func string(_ info: CURLINFO) -> String? {
    var value: UnsafePointer<CChar>?
    guard shim_curl_getinfo_string(pointer, info, &value) == CURLE_OK, let value else { return nil }
    return String(cString: value)
  }

  /// curl's sentence on what went wrong.
  func detail(of code: CURLcode) -> String {
    message.pointee == 0 ? curlText(curl_easy_strerror(code)) : String(cString: message)
  }

  private func check(_ code: CURLcode) throws(Refusal) {
    guard code == CURLE_OK else { throw Refusal(code: code) }
  }
}

/// Returns how much was taken: anything but the whole makes curl end the transfer.
private func receive(
  _ data: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?,
  _ take: (Exchange, UnsafeRawBufferPointer) -> Bool
) -> Int {
  guard let context else { return 0 }
  let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
  return take(exchange, UnsafeRawBufferPointer(start: data, count: count)) ? count : 0
}
