/// The merge request that breaks the made-up project, and the trace of what it broke.
enum DemoIncident {
  static let service = "checkout-api"
  static let root = "services/checkout-api"
  static let reserve = "\(root)/internal/inventory/reserve.go"
  static let checkout = "\(root)/internal/cart/checkout.go"
  static let handler = "\(root)/internal/httpapi/checkout_handler.go"
  static let title = "Reserve a cart's items in one batch"
  static let text = """
    One lookup for each item makes large carts slow: a cart of 40 items waits for 40 round trips.
    Ask the stock service once for all of them.

    Closes #812
    """
  static let description = """
    Since this morning some customers get an error page at checkout. checkout-api answers 500 and \
    its pods restart; it seems to hit carts that hold an item which has just been delisted.
    """
  /// The last line of the function that crashes, as far as it is the culprit's.
  private static let crash = "\t\tif stock.Available < item.Quantity {"
  private static let callInCheckout = "\treservations, err := s.reserver.Reserve(ctx, cart.Items)"
  private static let callInHandler = "\torder, err := h.cart.Checkout(r.Context(), cartID)"

  private static let before = [
    "// Reserve holds the stock for a cart's items, or for none of them.",
    "func (r *Reserver) Reserve(ctx context.Context, items []Item) ([]Reservation, error) {",
    "\tout := make([]Reservation, 0, len(items))", "\tfor _, item := range items {",
    "\t\tstock, err := r.stock.Lookup(ctx, item.SKU)", "\t\tif err != nil {",
    "\t\t\treturn nil, fmt.Errorf(\"look up %s: %w\", item.SKU, err)", "\t\t}",
    "\t\tif stock == nil {", "\t\t\treturn nil, &UnknownItemError{SKU: item.SKU}", "\t\t}", crash,
    "\t\t\treturn nil, &ShortageError{SKU: item.SKU, Available: stock.Available}", "\t\t}",
    "\t\tout = append(out, r.hold(stock, item))", "\t}", "\treturn out, nil", "}",
  ]

  /// The lookup of all items leaves out what it does not know, and nobody asks for nil any more.
  static let after = [
    "// Reserve holds the stock for a cart's items, or for none of them.",
    "func (r *Reserver) Reserve(ctx context.Context, items []Item) ([]Reservation, error) {",
    "\tstocks, err := r.stock.LookupAll(ctx, skusOf(items))", "\tif err != nil {",
    "\t\treturn nil, fmt.Errorf(\"look up %d items: %w\", len(items), err)", "\t}",
    "\tout := make([]Reservation, 0, len(items))", "\tfor _, item := range items {",
    "\t\tstock := stocks[item.SKU]", crash,
    "\t\t\treturn nil, &ShortageError{SKU: item.SKU, Available: stock.Available}", "\t\t}",
    "\t\tout = append(out, r.hold(stock, item))", "\t}", "\treturn out, nil", "}",
  ]

  static let helper = [
    "// skusOf lists the article numbers of items, in their order.",
    "func skusOf(items []Item) []string {", "\tskus := make([]string, len(items))",
    "\tfor i, item := range items {", "\t\tskus[i] = item.SKU", "\t}", "\treturn skus", "}",
  ]

  static func files(nextBlock: inout Int) -> [DemoEdit] {
    func source(_ package: String, _ blocks: [(String, [String])]) -> DemoFile {
      .source(
        DemoSource(
          language: .go, head: DemoLanguage.go.head("", package),
          blocks: blocks.map { name, lines in
            nextBlock += 1
            return DemoSource.Block(id: nextBlock, name: name, lines: lines)
          }))
    }
    let hold = [
      "// hold books one item against its stock.",
      "func (r *Reserver) hold(stock *Stock, item Item) Reservation {",
      "\treturn Reservation{SKU: item.SKU, Quantity: item.Quantity, Until: r.clock.Now().Add(r.ttl)}",
      "}",
    ]
    let release = [
      "// Release gives reservations back; it is safe to call twice.",
      "func (r *Reserver) Release(ctx context.Context, held []Reservation) error {",
      "\tfor _, reservation := range held {",
      "\t\tif err := r.stock.Release(ctx, reservation.SKU, reservation.Quantity); err != nil {",
      "\t\t\treturn fmt.Errorf(\"release %s: %w\", reservation.SKU, err)", "\t\t}", "\t}",
      "\treturn nil", "}",
    ]
    let checkoutLines = [
      "// Checkout turns a cart into an order.",
      "func (s *Service) Checkout(ctx context.Context, cartID string) (*Order, error) {",
      "\tcart, err := s.carts.Load(ctx, cartID)", "\tif err != nil {",
      "\t\treturn nil, fmt.Errorf(\"load cart %s: %w\", cartID, err)", "\t}", callInCheckout,
      "\tif err != nil {", "\t\treturn nil, err", "\t}",
      "\treturn s.orders.Place(ctx, cart, reservations)", "}",
    ]
    let handlerLines = [
      "// PostCheckout answers POST /carts/{id}/checkout.",
      "func (h *Handler) PostCheckout(w http.ResponseWriter, r *http.Request) {",
      "\tcartID := r.PathValue(\"id\")", callInHandler, "\tif err != nil {", "\t\th.fail(w, err)",
      "\t\treturn", "\t}", "\th.respond(w, http.StatusCreated, order)", "}",
    ]
    return [
      .put(
        reserve, source("inventory", [("Release", release), ("Reserve", before), ("hold", hold)])),
      .put(checkout, source("cart", [("Checkout", checkoutLines)])),
      .put(handler, source("httpapi", [("PostCheckout", handlerLines)])),
    ]
  }

  /// The changes of the culprit.
  static func edits(in tree: DemoTree, nextBlock: inout Int) -> [DemoEdit] {
    guard let block = tree.source(reserve)?.blocks.first(where: { $0.name == "Reserve" }) else {
      return []
    }
    nextBlock += 1
    return [
      .setBlock(reserve, id: block.id, lines: after),
      .insertBlock(
        reserve, after: block.id, DemoSource.Block(id: nextBlock, name: "skusOf", lines: helper)),
    ]
  }

  /// The trace of the crash, with the lines of this state.
  static func trace(in tree: DemoTree) -> (text: String, line: Int) {
    func line(_ path: String, _ text: String) -> Int {
      (tree.source(path)?.lines.firstIndex(of: text) ?? 0) + 1
    }
    let module = "acme.example/shop/checkout/\(root)/internal"
    let crashed = line(reserve, crash)
    let text = """
      panic: runtime error: invalid memory address or nil pointer dereference
      [signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x8a31c5]

      goroutine 4127 [running]:
      \(module)/inventory.(*Reserver).Reserve(0xc0003b8040, {0x1a2b3c8, 0xc000512030}, {0xc0004a6000, 0x3, 0x4})
      \t/build/\(reserve):\(crashed) +0x245
      \(module)/cart.(*Service).Checkout(0xc0000d6000, {0x1a2b3c8, 0xc000512030}, {0xc00002a1b0, 0x24})
      \t/build/\(checkout):\(line(checkout, callInCheckout)) +0x1d2
      \(module)/httpapi.(*Handler).PostCheckout(0xc0000a2280, {0x1a29e10, 0xc0001c40e0}, 0xc000508500)
      \t/build/\(handler):\(line(handler, callInHandler)) +0x3a8
      net/http.HandlerFunc.ServeHTTP(0xc00011e5a0?, {0x1a29e10?, 0xc0001c40e0?}, 0x0?)
      \t/usr/local/go/src/net/http/server.go:2136 +0x29
      created by net/http.(*Server).Serve in goroutine 1
      \t/usr/local/go/src/net/http/server.go:3086 +0x5cb
      """
    return (text, crashed)
  }
}
