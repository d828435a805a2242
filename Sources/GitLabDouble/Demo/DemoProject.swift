/// The people and the services of the made-up project.
enum DemoProject {
  struct Person: Sendable {
    var name: String
    var username: String
    var zone: String

    var email: String { "\(username)@acme.example" }
    var user: User { User(id: 0, username: username, name: name, email: email) }
  }

  struct Service: Sendable {
    var name: String
    var root: String
    var language: DemoLanguage
    var folders: [String]
    var files: [String]
  }

  static let people = [
    Person(name: "Mara Lind", username: "mara", zone: "+0200"),
    Person(name: "Joon Park", username: "joon", zone: "+0900"),
    Person(name: "Inés Duarte", username: "ines", zone: "+0100"),
    Person(name: "Tobias Krüger", username: "tobias", zone: "+0200"),
    Person(name: "Amara Okafor", username: "amara", zone: "+0100"),
    Person(name: "Luca Moretti", username: "luca", zone: "+0200"),
    Person(name: "Priya Raman", username: "priya", zone: "+0530"),
    Person(name: "Sam Whitfield", username: "sam", zone: "-0500"),
    Person(name: "Noor Haddad", username: "noor", zone: "+0300"),
    Person(name: "Wei Zhang", username: "wei", zone: "+0800"),
  ]

  static let services = [
    Service(
      name: "checkout-api", root: "services/checkout-api", language: .go,
      folders: ["internal/cart", "internal/inventory", "internal/order", "internal/httpapi"],
      files: ["service", "store", "totals", "events"]),
    Service(
      name: "payments", root: "services/payments", language: .java,
      folders: [
        "src/main/java/com/acme/shop/payments/gateway",
        "src/main/java/com/acme/shop/payments/ledger",
      ],
      files: ["PaymentService", "RefundPolicy", "LedgerWriter", "GatewayClient"]),
    Service(
      name: "pricing", root: "services/pricing", language: .python,
      folders: ["pricing", "pricing/rules"],
      files: ["engine", "discounts", "rounding", "currency"]),
    Service(
      name: "storefront", root: "web/storefront", language: .typeScript,
      folders: ["src/checkout", "src/catalog", "src/api"],
      files: ["form", "summary", "client", "format"]),
    Service(
      name: "imagecache", root: "native/imagecache", language: .c, folders: ["src"],
      files: ["pool", "lru", "decode", "resize", "disk"]),
  ]

  /// The project before its first merge request.
  static func tree(_ random: inout DemoRandom, nextBlock: inout Int) -> DemoTree {
    var tree = DemoTree()
    var edits: [DemoEdit] = [
      .put(
        "README.md", text("# Checkout\n\nThe shop's checkout: services, storefront and tools.\n")),
      .put(".gitignore", text("build/\nnode_modules/\n*.o\n__pycache__/\n")),
      .put("Makefile", text("all:\n\t./scripts/build.sh\n\ntest:\n\t./scripts/test.sh\n")),
    ]
    for service in services {
      edits.append(.put("\(service.root)/README.md", text("# \(service.name)\n")))
      for folder in service.folders {
        for file in service.files {
          let path = "\(service.root)/\(folder)/\(file).\(service.language.suffix)"
          var used: Set<String> = []
          var source = DemoSource(
            language: service.language,
            head: service.language.head(
              file, folder.split(separator: "/").last.map { String($0) } ?? ""),
            blocks: [], tail: service.language.tail)
          for _ in 0..<(4 + random.below(4)) {
            let block = function(service.language, &random, nextBlock: &nextBlock)
            if used.insert(block.name).inserted { source.blocks.append(block) }
          }
          edits.append(.put(path, .source(source)))
        }
      }
    }
    edits += DemoIncident.files(nextBlock: &nextBlock)
    _ = tree.apply(edits)
    return tree
  }

  static func function(
    _ language: DemoLanguage, _ random: inout DemoRandom, nextBlock: inout Int
  ) -> DemoSource.Block {
    let verb = random.pick(DemoLanguage.verbs)
    let noun = random.pick(DemoLanguage.nouns)
    nextBlock += 1
    return DemoSource.Block(
      id: nextBlock, name: language.name(verb, noun),
      lines: language.function(verb, noun, &random))
  }

  static func text(_ text: String) -> DemoFile {
    .bytes(Array(text.utf8))
  }
}
