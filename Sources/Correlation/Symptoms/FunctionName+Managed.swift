extension FunctionName {
  /// `com.acme.Foo$Bar.lambda$run$0`, `com.acme.Foo$take$1.invokeSuspend`, `com.acme.FooKt.take`.
  static func jvm(_ bytes: Bytes) -> [Bytes] {
    var name = bytes
    if let open = name.find("(") { name = name.before(open) }
    // The class loader and module: app//, java.base/, java.base@17/.
    if let slash = name.findLast("/") { name = name.from(slash + 1) }
    if let reference = name.find(text: "::") {
      return jvm(joined(name.before(reference), name.from(reference + 2)))
    }
    var dotted = split(name, ".")
    guard let method = dotted.popLast() else { return [] }
    let owner = dotted.popLast() ?? []
    var types = classes(owner)
    let own = jvmMethod(method)
    let isClosureBody = own.map {
      ["invoke", "invokeSuspend", "apply", "applyAsLong", "call", "run", "accept", "test", "get"]
        .contains($0.text)
    }
    if let enclosing = types.enclosing, isClosureBody == true {
      return dotted + types.names + [enclosing]
    }
    if types.names.isEmpty { types.names = owner.isEmpty ? [] : [owner] }
    // Constructors bear the class's name.
    guard let own else { return dotted + types.names }
    return dotted + types.names + [own]
  }

  private static func joined(_ left: Bytes, _ right: Bytes) -> Bytes {
    (Array(left) + [0x2E] + Array(right))[...]
  }

  /// The names in a class's binary name; a lower-case one is the function around a closure.
  private static func classes(_ owner: Bytes) -> (names: [Bytes], enclosing: Bytes?) {
    var owner = owner
    for mark: StaticString in [
      "$$Enhancer", "$$SpringCGLIB", "$$Lambda", "$$FastClass", "$HibernateProxy",
    ] {
      if let at = owner.find(text: mark) { owner = owner.before(at) }
    }
    var names: [Bytes] = []
    var enclosing: Bytes?
    for part in split(owner, "$") where !allDigits(part) {
      if part.equals("Companion") || part.equals("anonfun") || part.equals("DefaultImpls")
        || part.equals("inlined") || part.equals("sam")
      {
        continue
      }
      if let first = part.first, first.isLower, !names.isEmpty {
        enclosing = enclosing ?? part
      } else if enclosing == nil {
        names.append(part)
      }
    }
    return (names, enclosing)
  }

  /// The method that the source names; nil for a constructor.
  private static func jvmMethod(_ method: Bytes) -> Bytes? {
    if method.equals("<init>") || method.equals("<clinit>") || method.starts("$r8$") {
      return nil
    }
    guard method.find("$") != nil else {
      return method.find("-").map { method.before($0) } ?? method
    }
    var parts = split(method, "$").filter { !allDigits($0) }
    let noise: [String] = [
      "lambda", "anonfun", "default", "suspendImpl", "adapted", "access", "lzycompute", "extension",
      "inlined", "delayedInit", "body", "app", "module",
    ]
    parts.removeAll { noise.contains($0.text) }
    guard let own = parts.first else { return method }
    return own.equals("new") || own.equals("static") ? nil : own
  }

  /// `Foo.bar [as baz]`, `async foo`, `new Foo`, `Object.<anonymous>`, `foo/bar/<`,
  /// `Foo.prototype.bar`.
  static func javaScript(_ bytes: Bytes) -> [Bytes] {
    var name = bytes
    if let alias = name.find(text: " [as ") { name = name.before(alias) }
    for word: StaticString in ["async ", "new ", "get ", "set ", "async*", "promise callback*"]
    where name.starts(word) {
      name = name.from(name.startIndex + word.utf8CodeUnitCount)
    }
    // A closure of SpiderMonkey: the outermost function comes first.
    if let slash = name.find("/"), slash > name.startIndex { name = name.before(slash) }
    while name.last == "<" { name = name.dropLast() }
    if name.starts("Promise.all") || name.starts("Promise.any") || name.starts("Promise.race")
      || name.contains(text: "(index ")
    {
      return []
    }
    if let open = name.find("(") { name = name.before(open) }
    if name.contains(text: "<anonymous>") || name.equals("anonymous") || name.equals("eval") {
      return []
    }
    var parts = split(name, ".").filter { part in
      !part.equals("prototype") && !part.equals("exports") && !part.equals("module")
        && !part.equals("this") && !part.equals("self") && !part.equals("<computed>")
    }
    if parts.count > 1, parts[0].equals("Object") || parts[0].equals("Function") {
      parts.removeFirst()
    }
    return parts.map { part in
      var part = part
      if part.first == "#" { part = part.dropFirst() }
      return part
    }
  }

  /// `Acme.Pool`1.<TakeAsync>d__5.MoveNext()`, `Acme.Pool.<>c__DisplayClass1_0.<Take>b__0(Int32)`.
  static func dotNet(_ bytes: Bytes) -> [Bytes] {
    var name = bytes
    if let open = name.find("(") { name = name.before(open) }
    name = without(name, "[", "]")
    var parts: [Bytes] = []
    var enclosing: Bytes?
    // Dots inside <...> belong to explicit interface names.
    var start = name.startIndex
    var at = start
    func close() {
      let part = name.slice(start, at)
      guard !part.isEmpty else { return }
      if part.first == "<" {
        if let end = part.closing(part.startIndex, "<", ">").map({ $0 - 1 }),
          end > part.startIndex + 1, enclosing == nil
        {
          let inner = part.slice(part.startIndex + 1, end)
          enclosing = inner.findLast(".").map { inner.from($0 + 1) } ?? inner
          // A local function: <Take>g__Inner|0_1, of top-level statements <<Main>$>g__Run|0_1
          if part.has(">g__", at: end), let bar = part.find("|") {
            enclosing = part.slice(end + 4, bar)
          }
        }
      } else if enclosing == nil {
        parts.append(part.find("`").map { part.before($0) } ?? part)
      }
    }
    while at < name.endIndex {
      if name[at] == "<", let end = name.closing(at, "<", ">") {
        at = end
      } else if name[at] == "." || name[at] == "+" || name[at] == "/" {
        close()
        at += 1
        // A constructor: Type..ctor
        start = at
      } else {
        at += 1
      }
    }
    close()
    if let enclosing {
      return enclosing.equals("<Main>$") ? parts : parts + [enclosing]
    }
    if let last = parts.last, last.equals("ctor") || last.equals("cctor") { parts.removeLast() }
    if let last = parts.last, last.starts("get_") || last.starts("set_") {
      parts[parts.count - 1] = last.dropFirst(4)
    }
    return parts
  }
}
