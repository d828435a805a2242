extension FunctionName {
  /// A C or C++ name as debuggers print it: `void acme::Pool<int>::take(int)::{lambda()#1}::
  /// operator()() const [clone .isra.0]`, `foo.constprop.0`, `foo@plt`.
  static func native(_ bytes: Bytes) -> [Bytes] {
    var name = bytes
    if let clone = name.find(text: " [clone") { name = name.before(clone) }
    if let at = name.find("@"), at > name.startIndex { name = name.before(at) }
    var parts: [Bytes] = []
    var start = name.startIndex
    var at = name.startIndex
    func isOperator(_ index: Int) -> Bool {
      name.has("operator", at: index) && !name.at(index + 8).isWord
        && (index == name.startIndex || !name.at(index - 1).isWord)
    }
    scan: while at < name.endIndex {
      switch name[at] {
      case "o" where isOperator(at):
        // The operator's sign, up to its arguments.
        var end = at + 8
        if name.has("()", at: end) {
          end += 2
        } else {
          end = name.skip(from: end) { $0 != "(" }
          // A template argument list behind the sign: operator<< <char>.
          if let space = name.slice(at, end).find(text: " <") { end = space }
        }
        parts.append(name.slice(at, end))
        start = name.endIndex
        break scan
      case "<":
        guard let end = name.closing(at, "<", ">") else { break scan }
        if at == start {
          start = end  // <lambda> and the like
        } else if name.at(end) != ":" && name.at(end) != "(" && name.at(end) != " "
          && end != name.endIndex
        {
          break scan
        } else {
          parts.append(name.slice(start, at))
          start = end
        }
        at = end
      case "(":
        let end = name.closing(at, "(", ")") ?? name.endIndex
        if start < at { parts.append(name.slice(start, at)) }
        start = name.endIndex
        // What follows the arguments of an enclosing function is inside of it.
        guard let inside = name.find(text: "::", from: end) else { break scan }
        at = inside
      case "{", "'", "[":
        // {lambda(int)#1}, 'lambda'(int), [abi:cxx11]
        let end: Int?
        switch name[at] {
        case "{": end = name.closing(at, "{", "}")
        case "[": end = name.closing(at, "[", "]")
        default: end = name.find("'", from: at + 1).map { $0 + 1 }
        }
        if start < at { parts.append(name.slice(start, at)) }
        guard let end else { break scan }
        start = end
        at = end
        if name.at(at) == "(" { at = name.closing(at, "(", ")") ?? name.endIndex }
        start = Swift.max(start, at)
      case ":" where name.at(at + 1) == ":":
        if start < at { parts.append(name.slice(start, at)) }
        at += 2
        start = at
      case " ":
        // A return type stands before; "const" and the like come only after arguments.
        parts.removeAll()
        at += 1
        start = at
      default:
        at += 1
      }
    }
    if start < name.endIndex { parts.append(name.from(start)) }
    while parts.count > 1, let last = parts.last,
      last.equals("operator()") || last.equals("_FUN") || last.equals("__invoke")
        || last.starts("$_"),
      bytes.contains(where: { $0 == "{" || $0 == "'" || $0 == "$" }) || last.starts("$_")
    {
      parts.removeLast()
    }
    // A bare closure: the debugger does not tell whose.
    if parts.count == 1, parts[0].equals("operator()") { return [] }
    return parts.map(withoutCompilerSuffix)
  }

  /// `foo.isra.0` is foo: GCC and LLVM add a dot and a word to the names of copies.
  static func withoutCompilerSuffix(_ name: Bytes) -> Bytes {
    guard let dot = name.find("."), dot > name.startIndex else { return name }
    for word: StaticString in [
      ".isra", ".part", ".constprop", ".cold", ".lto_priv", ".llvm", ".localalias", ".ltrans",
      ".clone", ".resolver", ".ifunc", ".artificial", ".simdclone", ".hot", ".specialized",
      ".warm", ".thunk", ".avx", ".sse", ".default", ".lto", ".str", ".nonlocal", ".omp_fn",
      "._omp_fn", ".startup", ".exit", ".text", ".eh", ".fsm", ".tm_clone",
    ] where name.has(word, at: dot) {
      return name.before(dot)
    }
    return allDigits(name.from(dot + 1)) ? name.before(dot) : name
  }

  /// `<acme::Pool as core::fmt::Display>::fmt`, `acme::run::{{closure}}::h0123456789abcdef`.
  static func rust(_ bytes: Bytes) -> [Bytes] {
    rust(bytes, depth: 0)
  }

  private static func rust(_ bytes: Bytes, depth: Int) -> [Bytes] {
    var parts: [Bytes] = []
    var start = bytes.startIndex
    var at = start
    func close() {
      if start < at { parts.append(bytes.slice(start, at)) }
    }
    scan: while at < bytes.endIndex {
      switch bytes[at] {
      case "<":
        guard let end = bytes.closing(at, "<", ">") else {
          at = bytes.endIndex
          continue
        }
        if start == at, parts.isEmpty, depth < 4 {
          // The type that implements: <T as Trait>::f
          var inner = bytes.slice(at + 1, end - 1)
          if let trait = topLevelAs(inner) { inner = inner.before(trait) }
          parts = rust(inner, depth: depth + 1)
        } else {
          close()
        }
        at = end
        start = end
      case "{":
        close()
        at = bytes.closing(at, "{", "}") ?? bytes.endIndex
        start = at
      case "[":
        // A slice's type, or the hash of a crate: core[1a2b3c]::fmt
        close()
        at = bytes.closing(at, "[", "]") ?? bytes.endIndex
        start = at
      case "(", "&", "*", "'":
        close()
        start = bytes.endIndex
        guard parts.isEmpty, bytes[at] == "&" || bytes[at] == "*" else { break scan }
        at = bytes.skip(from: at) { $0 == "&" || $0 == "*" || $0 == " " }
        for word: StaticString in ["mut ", "const ", "dyn "] where bytes.has(word, at: at) {
          at += word.utf8CodeUnitCount
        }
        start = at
      case ":" where bytes.at(at + 1) == ":":
        close()
        at += 2
        start = at
      default:
        at += 1
      }
    }
    if start < bytes.endIndex { parts.append(bytes.from(start)) }
    if parts.count > 1, let last = parts.last, isRustHash(last) { parts.removeLast() }
    return parts.filter { !$0.isEmpty }.map(withoutCompilerSuffix)
  }

  /// The place of ` as ` outside of generics.
  private static func topLevelAs(_ bytes: Bytes) -> Int? {
    var depth = 0
    for at in bytes.indices {
      if bytes[at] == "<" { depth += 1 }
      if bytes[at] == ">" { depth -= 1 }
      if depth == 0, bytes.has(" as ", at: at) { return at }
    }
    return nil
  }

  static func isRustHash(_ part: Bytes) -> Bool {
    // Compilers of before 2017 put letters behind the 16 digits.
    (17...22).contains(part.count) && part.first == "h"
      && part.dropFirst().prefix(16).allSatisfy(\.isHex) && part.dropFirst(17).allSatisfy(\.isWord)
  }

  /// `closure #1 (Swift.Int) -> () in Acme.Pool.take(count: Swift.Int) throws -> Swift.Int`,
  /// `static Pool.make<A>(_:)`, `specialized Pool.size.getter`.
  static func swift(_ bytes: Bytes) -> [Bytes] {
    var name = bytes
    if let of = name.findLast(text: " for ") { name = name.from(of + 5) }
    if name.starts("closure #") || name.starts("implicit closure #")
      || name.contains(text: " #1 in ")
      || name.contains(text: "closure #")
    {
      if let inside = name.findLast(text: " in ") { name = name.from(inside + 4) }
    } else if let inside = name.find(text: " in ") {
      // protocol witness for A.b in conformance C; foo() in Module
      name = name.before(inside)
    }
    if let result = name.find(text: " -> ") { name = name.before(result) }
    // The arguments; before them stand words such as "static" and "specialized".
    if let open = name.find("(") { name = name.before(open) }
    name = without(name, "<", ">")
    if let space = name.trimmed.findLast(" ") { name = name.trimmed.from(space + 1) }
    var parts = split(name, ".")
    while parts.count > 1, let last = parts.last,
      [
        "getter", "setter", "modify", "read", "willset", "didset", "addressor",
        "__deallocating_deinit",
      ]
      .contains(last.text)
    {
      parts.removeLast()
    }
    if let last = parts.last, last.equals("__allocating_init") {
      parts[parts.count - 1] = Array("init".utf8)[...]
    }
    return parts.map { $0.first == "$" ? [] : $0 }
  }
}
