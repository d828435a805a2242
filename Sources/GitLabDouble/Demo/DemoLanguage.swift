/// The languages of a made-up project, as far as believable functions need them.
enum DemoLanguage: Sendable, CaseIterable {
  case go, java, python, typeScript, c

  var suffix: String {
    switch self {
    case .go: "go"
    case .java: "java"
    case .python: "py"
    case .typeScript: "ts"
    case .c: "c"
    }
  }

  static let verbs = [
    "load", "store", "validate", "normalize", "merge", "resolve", "refresh", "apply", "collect",
    "publish", "expire", "encode", "render", "schedule", "reconcile", "score", "dedupe", "audit",
  ]
  static let nouns = [
    "Order", "Cart", "Price", "Discount", "Voucher", "Stock", "Invoice", "Address", "Shipment",
    "Refund", "Session", "Catalog", "Image", "Tax", "Customer", "Basket", "Payment", "Quote",
  ]

  /// The name of a function, in the manner of the language.
  func name(_ verb: String, _ noun: String) -> String {
    switch self {
    case .go: verb.prefix(1).uppercased() + verb.dropFirst() + noun
    case .java, .typeScript: verb + noun
    case .python, .c: verb + "_" + noun.lowercased()
    }
  }

  func head(_ file: String, _ package: String) -> [String] {
    switch self {
    case .go: ["package \(package)", "", "import (", "\t\"context\"", "\t\"fmt\"", ")"]
    case .java:
      [
        "package com.acme.shop.\(package);", "", "import java.util.List;",
        "import java.util.Optional;", "", "public final class \(file) {",
      ]
    case .python:
      [
        "\"\"\"\(file) of the \(package) service.\"\"\"", "", "import logging", "",
        "log = logging.getLogger(__name__)",
      ]
    case .typeScript:
      [
        "import { request } from \"../api/client\";",
        "import type { Result } from \"../api/types\";",
      ]
    case .c: ["#include \"\(package).h\"", "", "#include <stdlib.h>", "#include <string.h>"]
    }
  }

  var tail: [String] { self == .java ? ["}"] : [] }

  /// A function of some lines.
  func function(_ verb: String, _ noun: String, _ random: inout DemoRandom) -> [String] {
    let name = name(verb, noun)
    let low = noun.lowercased()
    let count = 3 + random.below(8)
    let body = (0..<count).flatMap { _ in statement(low, &random) }
    switch self {
    case .go:
      return ["func (s *Service) \(name)(ctx context.Context, id string) (*\(noun), error) {"]
        + ["\t\(low), err := s.store.\(noun)(ctx, id)", "\tif err != nil {"]
        + ["\t\treturn nil, fmt.Errorf(\"\(verb) \(low) %s: %w\", id, err)", "\t}"] + body
        + ["\treturn \(low), nil", "}"]
    case .java:
      return ["  public Optional<\(noun)> \(name)(String id) {"]
        + ["    \(noun) \(low) = store.find\(noun)(id);", "    if (\(low) == null) {"]
        + ["      return Optional.empty();", "    }"] + body
        + ["    return Optional.of(\(low));", "  }"]
    case .python:
      return ["def \(name)(store, key):", "    \(low) = store.get(key)", "    if \(low) is None:"]
        + ["        return None"] + body + ["    return \(low)", ""]
    case .typeScript:
      return ["export async function \(name)(id: string): Promise<Result<\(noun)>> {"]
        + ["  const \(low) = await request<\(noun)>(`/\(low)s/${id}`);"] + body
        + ["  return { ok: true, value: \(low) };", "}"]
    case .c:
      return ["int", "\(name)(struct \(low) *\(low), size_t count)", "{", "\tsize_t i;", ""]
        + ["\tif (\(low) == NULL)", "\t\treturn -1;"] + body + ["\treturn 0;", "}"]
    }
  }

  private static let fields = [
    "total", "quantity", "currency", "region", "weight", "version", "priority", "channel", "source",
  ]

  /// One or more lines of a function's body.
  func statement(_ subject: String, _ random: inout DemoRandom) -> [String] {
    let field = random.pick(Self.fields)
    let number = 1 + random.below(500)
    let upper = field.prefix(1).uppercased() + field.dropFirst()
    let kind = random.below(3)
    switch (self, kind) {
    case (.go, 0):
      return [
        "\tif \(subject).\(upper) > \(number) {",
        "\t\ts.metrics.Count(\"\(subject)_\(field)_high\", 1)", "\t}",
      ]
    case (.go, 1): return ["\t\(subject).\(upper) = s.\(field)For(ctx, \(subject), \(number))"]
    case (.go, _): return ["\ts.log.Debug(\"\(subject) \(field)\", \"limit\", \(number))"]
    case (.java, 0):
      return [
        "    if (\(subject).get\(upper)() > \(number)) {",
        "      metrics.increment(\"\(subject).\(field)\");", "    }",
      ]
    case (.java, 1): return ["    \(subject).set\(upper)(policy.\(field)(\(subject), \(number)));"]
    case (.java, _): return ["    log.debug(\"\(subject) \(field) {}\", \(number));"]
    case (.python, 0):
      return [
        "    if \(subject).\(field) > \(number):",
        "        log.warning(\"\(subject) \(field) above %d\", \(number))",
      ]
    case (.python, 1):
      return ["    \(subject).\(field) = clamp(\(subject).\(field), upper=\(number))"]
    case (.python, _): return ["    log.debug(\"\(field) of %s\", \(subject))  # \(number)"]
    case (.typeScript, 0):
      return [
        "  if (\(subject).\(field) > \(number)) {",
        "    track(\"\(subject)-\(field)\", \(number));", "  }",
      ]
    case (.typeScript, 1): return ["  \(subject).\(field) = limit(\(subject).\(field), \(number));"]
    case (.typeScript, _): return ["  console.debug(\"\(subject) \(field)\", \(number));"]
    case (.c, 0):
      return ["\tfor (i = 0; i < count; i++)", "\t\t\(subject)[i].\(field) %= \(number);"]
    case (.c, 1): return ["\tif (\(subject)->\(field) > \(number))", "\t\treturn -\(number);"]
    case (.c, _): return ["\t\(subject)->\(field) += \(number);"]
    }
  }

  /// A function with a few lines changed, added or taken away; its first and last lines stay.
  func mutated(_ lines: [String], _ random: inout DemoRandom) -> [String] {
    var lines = lines
    let subject = Self.nouns[random.below(Self.nouns.count)].lowercased()
    let first = self == .c ? 7 : self == .typeScript ? 2 : self == .python ? 4 : 5
    for _ in 0...random.below(3) {
      let last = max(first, lines.count - 2)
      let position = min(first + random.below(last - first + 1), lines.count)
      if random.chance(25), lines.count > first + 4, position < lines.count - 2,
        !"{}:".contains(lines[position].last ?? "{"),
        !(lines[position - 1].last.map { "{:)".contains($0) } ?? true)
      {
        lines.remove(at: position)
      } else {
        lines.insert(contentsOf: statement(subject, &random), at: position)
      }
    }
    return lines
  }
}
