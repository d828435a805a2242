/// Tells code of the system, of languages and of packages from an application's, by path and name.
enum LibraryCode {
  /// Whether a frame is the application's; nil where nothing tells.
  static func isInApp(_ frame: RawFrame, _ language: Symptom.Language) -> Bool? {
    if let told = frame.isInApp { return told }
    let function = frame.function.map { Array($0.utf8)[...] } ?? []
    if isLibraryFunction(function, language) { return false }
    if let module = frame.module, isSystemModule(Array(module.utf8)[...]) { return false }
    if let path = frame.path {
      let bytes = Array(path.utf8.map { $0 == 0x5C ? 0x2F : $0 })[...]
      return !isLibraryPath(bytes, language)
    }
    return nil
  }

  /// Whether a source path is that of an installed package or of the language itself.
  static func isLibraryPath(_ path: Bytes, _ language: Symptom.Language) -> Bool {
    if path.first == "<" { return true }  // <frozen importlib._bootstrap>, <internal:kernel>
    for start: StaticString in [
      "/usr/include/", "/usr/lib/", "/usr/lib64/", "/lib/", "/lib64/", "/usr/local/lib/python",
      "/rustc/", "/usr/local/go/src/", "/usr/share/", "../sysdeps/", "./sysdeps/", "../nptl/",
      "./nptl/", "./stdlib/", "./csu/", "../csu/", "/build/glibc", "node:", "internal/",
      "webpack/", "chrome-extension:", "moz-extension:", "native ", "/System/Library/",
      "/usr/src/debug/glibc", "/opt/hostedtoolcache/",
    ] where path.starts(start) { return true }
    for piece: StaticString in [
      "/site-packages/", "/dist-packages/", "/node_modules/", "/.cargo/registry/",
      "/.cargo/git/", "/.rustup/toolchains/", "/go/pkg/mod/", "/go/src/runtime/", "/gems/",
      "/rubygems/", "/vendor/bundle/", "/lib/ruby/", "/libsanitizer/", "/compiler-rt/lib/",
      "/include/c++/", "/webpack/bootstrap", "/Swift.app/", "/_/src/libraries/",
      "/.pyenv/versions/", "/Python.framework/", "/.build/checkouts/", "/SourcePackages/",
    ] where path.contains(text: piece) { return true }
    switch language {
    case .php, .go:
      return path.contains(text: "/vendor/") || path.starts("vendor/") || path.starts("runtime/")
        || path.starts("phar:")
    case .javaScript:
      return path.starts("node_modules/") || path.equals("native")
    case .python:
      // /usr/local/lib/python3.12/json/decoder.py
      return path.find(text: "/lib/python").map { path.at($0 + 11).isDigit } ?? false
    case .rust, .native:
      return path.starts("library/std/") || path.starts("library/core/")
        || path.starts("library/alloc/") || path.starts("../src/lib") || path.starts("src/libcore/")
        || path.starts("src/libstd/")
    case .dotNet:
      return path.contains(text: "/src/libraries/System.")
    case .jvm:
      return isLibraryPackage(Bytes(path.map { $0 == 0x2F ? 0x2E : $0 }))
    default:
      return false
    }
  }

  private static func isLibraryFunction(_ name: Bytes, _ language: Symptom.Language) -> Bool {
    switch language {
    case .jvm:
      let own = name.findLast("/").map { name.from($0 + 1) } ?? name
      return isLibraryPackage(own)
    case .dotNet:
      return name.starts("System.") || name.starts("Microsoft.") || name.starts("lambda_method")
        || name.starts("Interop.") || name.starts("Xunit.") || name.starts("NUnit.")
    case .rust:
      let own = name.first == "<" ? name.dropFirst() : name
      for start: StaticString in [
        "std::", "core::", "alloc::", "rust_begin_unwind", "__rust", "tokio::runtime::",
        "rust_panic", "_rust", "rayon_core::", "futures_util::", "panicking::", "sys_common::",
        "sys::",
      ] where own.starts(start) { return true }
      return isSystemFunction(own)
    case .go:
      return name.starts("runtime.") || name.starts("testing.") || name.starts("net/http.")
        || name.starts("panic(") || name.equals("panic") || name.starts("reflect.")
    case .native, .swift:
      for start: StaticString in [
        "std::", "__gnu_cxx::", "boost::", "__asan_", "__interceptor_", "__sanitizer",
        "Swift.", "Foundation.", "_swift_", "swift_", "libdispatch", "_dispatch_", "__ubsan_",
        "__tsan_", "google::LogMessage", "testing::internal",
      ] where name.starts(start) { return true }
      return isSystemFunction(name)
    default:
      return false
    }
  }

  /// Whether a function is one of the C library's that end a process or start it, or that programs wait in.
  static func isSystemFunction(_ name: Bytes) -> Bool {
    name.count < 40 && systemFunctions.contains(name.text)
  }

  private static let systemFunctions: Set<String> = [
    "raise", "__GI_raise", "abort", "__GI_abort", "__assert_fail", "__GI___assert_fail",
    "__assert_fail_base", "__pthread_kill_implementation", "__pthread_kill_internal",
    "___pthread_kill", "__GI___pthread_kill", "_start", "__libc_start_main", "clone", "clone3",
    "__clone", "__clone3", "start_thread", "__libc_start_call_main", "__libc_start_main_impl",
    "__libc_start_main@@GLIBC_2.34", "malloc_printerr", "__libc_message", "__stack_chk_fail",
    "__fortify_fail", "__restore_rt", "poll", "__poll", "epoll_wait", "syscall", "free",
    "malloc", "__memmove_avx_unaligned_erms", "memcpy", "strlen", "__strlen_avx2",
    "__futex_abstimed_wait_common", "pthread_cond_wait", "__GI___poll", "__GI_exit", "exit",
  ]

  private static func isLibraryPackage(_ name: Bytes) -> Bool {
    for start: StaticString in [
      "java.", "javax.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "groovy.",
      "org.springframework.", "org.apache.", "org.hibernate.", "org.eclipse.jetty.", "io.netty.",
      "jakarta.", "android.", "androidx.", "com.android.", "dalvik.", "com.google.common.",
      "org.junit.", "junit.", "reactor.", "io.reactivex.", "com.fasterxml.", "org.gradle.",
      "org.codehaus.", "ch.qos.logback.", "org.slf4j.", "okhttp3.", "retrofit2.", "com.zaxxer.",
      "org.postgresql.", "com.mysql.", "akka.", "io.grpc.", "io.undertow.", "org.jboss.",
    ] where name.starts(start) { return true }
    return false
  }

  private static func isSystemModule(_ module: Bytes) -> Bool {
    for start: StaticString in [
      "/usr/lib", "/lib", "libc.so", "libpthread", "libstdc++", "libglib-2.0", "libgobject",
      "libgio-", "libgcc_s", "ld-linux", "linux-vdso", "libswift", "libsystem_", "libdyld",
      "/usr/local/lib", "/System/", "/snap/", "/nix/store/", "CoreFoundation", "UIKit",
      "Foundation", "libFoundation", "/app/lib", "libm.so", "/apex/", "/system/", "libdispatch",
      "dyld", "kernel32", "ntdll", "KERNEL",
    ] where module.starts(start) { return true }
    return module.starts("rt.jar") || module.starts("java.base")
  }
}
