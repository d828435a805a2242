import Foundation

/// Tells a made-up history commit by commit.
struct DemoWriter {
  /// How a merge request ends.
  private enum Ending {
    case mergeCommit, squash, squashAndMergeCommit, fastForward, closed, open
  }

  /// A merge request, as it is planned and then written.
  private struct Plan {
    var title: String
    var text: String
    var branch: String
    var author: DemoProject.Person
    var created: Int
    var ended: Int
    var ending: Ending
    var edits: [[DemoEdit]] = []
    var isLarge = false
    var isCulprit = false
    var reverts: Int?
    var forcePushed = false
    var fromFork = false
    var draft = false
    var labels: [String] = []
    // What was written.
    var iid = 0
    var base = 0
    var start = 0
    var head = 0
    var versions: [(base: Int, start: Int, head: Int, time: Int)] = []
    var mergeMark: Int?
    var squashMark: Int?
    var undo: [DemoEdit] = []
  }

  private enum Event {
    case create(Int), push(Int), end(Int)
  }

  private static let day = 86_400
  private static let main = "refs/heads/main"

  let path: String
  let now: Int
  let size: DemoHistory.Size
  private(set) var stream = DemoImport()
  private var random: DemoRandom
  private var nextBlock = 0
  private var tree = DemoTree()
  private var tip = 0
  private var plans: [Plan] = []

  init(path: String, now: Int, seed: UInt64, size: DemoHistory.Size) {
    self.path = path
    self.now = now
    self.size = size
    random = DemoRandom(seed: seed)
  }

  /// Writes the whole stream.
  mutating func write() {
    begin()
    plan()
    var events: [(time: Int, order: Int, event: Event)] = []
    for (index, plan) in plans.enumerated() {
      events.append((plan.created, 0, .create(index)))
      if plan.forcePushed {
        events.append((plan.created + (plan.ended - plan.created) / 2, 1, .push(index)))
      }
      events.append((plan.ended, 2, .end(index)))
    }
    events.sort { ($0.time, $0.order) < ($1.time, $1.order) }
    var iid = 0
    for (time, _, event) in events where time <= now {
      switch event {
      case .create(let index):
        iid += 1
        plans[index].iid = iid
        create(index)
      case .push(let index): rebase(index, at: time)
      case .end(let index): end(index)
      }
    }
  }

  // MARK: Before the first merge request

  private mutating func begin() {
    tree = DemoProject.tree(&random, nextBlock: &nextBlock)
    if size.files > 0 { _ = tree.apply(DemoLarge.prelude(size)) }
    let whole = tree
    let start = now - 120 * Self.day
    var written: Set<String> = []
    // The first commits bring one service after another.
    let roots = ["", "gen"] + DemoProject.services.map(\.root)
    for (number, root) in roots.enumerated() {
      let paths = whole.files.keys.filter { path in
        root.isEmpty ? !path.contains("/") : path.hasPrefix(root + "/")
      }
      written.formUnion(paths)
      let name = root.split(separator: "/").last.map { String($0) } ?? "the build"
      tip = stream.commit(
        ref: Self.main, author: DemoProject.people[number % 4], time: start + number * 5400,
        message: "Add \(name)\n", parents: tip == 0 ? [] : [tip], paths: Set(paths), in: whole)
    }
    for number in 0..<24 {
      let (edits, subject) = ordinaryEdits()
      let touched = tree.apply(edits)
      tip = stream.commit(
        ref: Self.main, author: random.pick(DemoProject.people),
        time: start + Self.day * (2 + number * 3), message: subject + "\n", parents: [tip],
        paths: touched, in: tree)
    }
  }

  // MARK: Plans

  private mutating func plan() {
    let window = 30 * Self.day
    for number in 0..<size.mergeRequests {
      let ended =
        now - window + (number + 1) * (window - 7200) / (size.mergeRequests + 1)
        + random.below(3000)
      let created = ended - 3600 * (2 + random.below(80)) - random.below(3600)
      var plan = Plan(
        title: "", text: "", branch: "", author: random.pick(DemoProject.people),
        created: created, ended: ended, ending: .mergeCommit)
      switch number % 10 {
      case 2, 6: plan.ending = .squashAndMergeCommit
      case 4: plan.ending = .squash
      case 8: plan.ending = .fastForward
      default: break
      }
      plan.forcePushed = number % 7 == 3
      if number % 13 == 5 {
        plan.fromFork = true
        plan.author = DemoProject.people[7]
      }
      if number % 17 == 11 { plan.ending = .closed }
      if random.chance(60) {
        plan.labels = random.chance(50) ? ["backend"] : ["bug", "priority::2"]
      }
      plans.append(plan)
    }
    for number in 0..<max(2, size.mergeRequests / 12) {
      let created = now - 3600 * (3 + number * 9)
      plans.append(
        Plan(
          title: "", text: "", branch: "", author: random.pick(DemoProject.people),
          created: created, ended: now + window, ending: .open, draft: number % 3 == 1))
    }
    planSpecial(window)
  }

  private mutating func planSpecial(_ window: Int) {
    var culprit = Plan(
      title: DemoIncident.title, text: DemoIncident.text, branch: "inventory/batch-reservations",
      author: DemoProject.people[5], created: now - 6 * Self.day, ended: now - 4 * Self.day - 7000,
      ending: .mergeCommit)
    culprit.isCulprit = true
    culprit.labels = ["backend", "performance"]
    plans.append(culprit)
    if size.files > 0 {
      var large = Plan(
        title: DemoLarge.title,
        text: "Catalogues of all regions, as exported. Clients move to v2; v1 is gone.",
        branch: "data/regional-catalogues", author: DemoProject.people[9],
        created: now - 14 * Self.day, ended: now - 12 * Self.day - 500, ending: .mergeCommit)
      large.isLarge = true
      plans.append(large)
    }
    // The revert takes back an ordinary merge request of the middle of the window.
    let wanted = now - 16 * Self.day
    let victim =
      plans.indices.filter { plans[$0].ending == .mergeCommit && !plans[$0].isCulprit }
      .filter { !plans[$0].isLarge }
      .min { abs(plans[$0].ended - wanted) < abs(plans[$1].ended - wanted) } ?? 0
    plans.append(
      Plan(
        title: "", text: "", branch: "", author: DemoProject.people[0],
        created: plans[victim].ended + Self.day, ended: plans[victim].ended + Self.day + 5000,
        ending: .mergeCommit, reverts: victim))
  }

  /// A change to one or two functions, with its subject.
  private mutating func ordinaryEdits() -> (edits: [DemoEdit], subject: String) {
    let service = random.pick(DemoProject.services)
    let folder = random.pick(service.folders)
    let path = "\(service.root)/\(folder)/\(random.pick(service.files)).\(service.language.suffix)"
    guard let source = tree.source(path), !source.blocks.isEmpty else {
      return ([.put("CHANGELOG.md", DemoProject.text("Changes\n"))], "Begin a change log")
    }
    let block = random.pick(source.blocks)
    let changed = service.language.mutated(block.lines, &random)
    let edit = DemoEdit.setBlock(path, id: block.id, lines: changed)
    switch random.below(6) {
    case 0:
      let new = DemoProject.function(service.language, &random, nextBlock: &nextBlock)
      return (
        [.insertBlock(path, after: block.id, new), edit], "\(service.name): add \(new.name)"
      )
    case 1:
      let file = "\(service.root)/docs/\(block.name).md"
      return (
        [edit, .put(file, DemoProject.text("# \(block.name)\n\nSee `\(path)`.\n"))],
        "\(service.name): document \(block.name)"
      )
    case 2: return ([edit], "\(service.name): fix the limits in \(block.name)")
    case 3: return ([edit], "\(service.name): log what \(block.name) decides")
    case 4: return ([edit], "\(service.name): make \(block.name) cheaper")
    default: return ([edit], "\(service.name): handle missing values in \(block.name)")
    }
  }

  // MARK: Writing

  private mutating func create(_ index: Int) {
    var plan = plans[index]
    if plan.isCulprit {
      plan.edits = [DemoIncident.edits(in: tree, nextBlock: &nextBlock)]
    } else if plan.isLarge {
      plan.edits = [DemoLarge.edits(size, &random)]
    } else if let victim = plan.reverts {
      let reverted = plans[victim]
      plan.title = "Revert \"\(reverted.title)\""
      plan.text =
        "This reverts merge request !\(reverted.iid)\n\nIt made the nightly comparison fail."
      plan.branch = "revert-\(reverted.iid)"
      plan.edits = [reverted.undo]
    } else {
      let (edits, subject) = ordinaryEdits()
      plan.edits = [edits]
      plan.title = subject
      for _ in 0..<random.below(3) { plan.edits.append(ordinaryEdits().edits) }
      plan.text = "Part of the work on #\(400 + random.below(500))."
      let slug = subject.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "-" }
      plan.branch =
        String(slug).split(separator: "-").prefix(5).joined(separator: "-")
        + "-\(plan.iid)"
    }
    plan.base = tip
    plan.start = tip
    commitBranch(&plan, at: plan.created)
    plan.versions = [(plan.base, plan.start, plan.head, plan.created)]
    plans[index] = plan
  }

  /// Writes the commits of a branch from the tip of main.
  private mutating func commitBranch(_ plan: inout Plan, at time: Int) {
    let ref = "refs/merge-requests/\(plan.iid)/head"
    stream.reset(ref, to: tip)
    var branch = tree
    var parent = tip
    for (number, edits) in plan.edits.enumerated() {
      let subject = number == 0 ? plan.title : "Address review, part \(number)"
      var message = subject + "\n"
      if number == 0, !plan.text.isEmpty { message += "\n" + plan.text + "\n" }
      if plan.reverts != nil { message = subject + "\n\n" + plan.text + "\n" }
      let touched = branch.apply(edits)
      parent = stream.commit(
        ref: ref, author: plan.author, time: time - (plan.edits.count - number) * 600,
        message: message, parents: [parent], paths: touched, in: branch)
    }
    plan.head = parent
  }

  private mutating func rebase(_ index: Int, at time: Int) {
    var plan = plans[index]
    guard plan.iid > 0 else { return }
    plan.base = tip
    plan.start = tip
    commitBranch(&plan, at: time)
    plan.versions.append((plan.base, plan.start, plan.head, time))
    plans[index] = plan
  }

  private mutating func end(_ index: Int) {
    switch plans[index].ending {
    case .open, .closed: return
    case .fastForward where plans[index].base != tip:
      rebase(index, at: plans[index].ended - 60)
    default: break
    }
    var plan = plans[index]
    let edits = plan.edits.flatMap { $0 }
    plan.undo = tree.inverse(of: edits)
    let touched = tree.apply(edits)
    let merger = DemoProject.people[(index + 3) % DemoProject.people.count]
    let message =
      "Merge branch '\(plan.branch)' into 'main'\n\n\(plan.title)\n\n"
      + "See merge request \(path)!\(plan.iid)\n"
    switch plan.ending {
    case .fastForward:
      tip = plan.head
      stream.reset(Self.main, to: tip)
    case .squash, .squashAndMergeCommit:
      let onMain = plan.ending == .squash
      let squash = stream.commit(
        ref: onMain ? Self.main : "refs/demo/squash", author: plan.author, time: plan.ended - 1,
        message: plan.title + "\n", parents: [tip], paths: touched, in: tree)
      plan.squashMark = squash
      if onMain {
        tip = squash
      } else {
        tip = stream.commit(
          ref: Self.main, author: merger, time: plan.ended, message: message,
          parents: [tip, squash], paths: touched, in: tree)
        plan.mergeMark = tip
      }
    default:
      tip = stream.commit(
        ref: Self.main, author: merger, time: plan.ended, message: message,
        parents: [tip, plan.head], paths: touched, in: tree)
      plan.mergeMark = tip
    }
    plans[index] = plan
  }

  // MARK: The result

  /// What was written, with the object ids that git gave.
  func history(repository: String, hashes: [Int: String]) -> DemoHistory {
    let date = { (time: Int) in Date(timeIntervalSince1970: Double(time)) }
    let written = plans.enumerated().filter { $0.element.iid > 0 }
    let requests = written.map { index, plan -> MergeRequest in
      let merged = ![.open, .closed].contains(plan.ending)
      let refs = plan.versions.map { version in
        DiffRefs(
          base: hashes[version.base] ?? "", head: hashes[version.head] ?? "",
          start: hashes[version.start] ?? "")
      }
      var request = MergeRequest(
        iid: plan.iid, title: plan.draft ? "Draft: \(plan.title)" : plan.title, text: plan.text,
        state: merged ? "merged" : plan.ending == .closed ? "closed" : "opened",
        createdAt: date(plan.created),
        updatedAt: date(plan.ending == .open ? plan.versions.last?.time ?? now : plan.ended),
        mergedAt: merged ? date(plan.ended) : nil, author: plan.author.user,
        sourceBranch: plan.branch, mergeCommitSHA: plan.mergeMark.flatMap { hashes[$0] },
        diffRefs: refs.last)
      request.squashCommitSHA = plan.squashMark.flatMap { hashes[$0] }
      request.squash = plan.squashMark != nil
      request.draft = plan.draft
      request.labels = plan.labels
      request.userNotesCount = plan.iid % 5
      if merged {
        request.mergeUser = DemoProject.people[(index + 3) % DemoProject.people.count].user
      }
      if plan.ending == .closed {
        request.closedAt = date(plan.ended)
        request.closedBy = plan.author.user
      }
      request.versions = zip(plan.versions, refs).enumerated().map { number, pair in
        DiffVersion(id: plan.iid * 100 + number, refs: pair.1, createdAt: date(pair.0.time))
      }
      return request
    }
    let (text, line) = DemoIncident.trace(in: tree)
    let culprit = plans.first { $0.isCulprit }
    let revert = plans.first { $0.reverts != nil }
    return DemoHistory(
      repository: repository, mergeRequests: requests.sorted { $0.iid < $1.iid },
      fromFork: Set(written.filter { $0.element.fromFork }.map { $0.element.iid }),
      symptom: .init(
        text: text, description: DemoIncident.description, service: DemoIncident.service,
        at: date(now - 3600), culprit: culprit?.iid ?? 0, file: DemoIncident.reserve, line: line),
      largest: plans.first { $0.isLarge }?.iid,
      revert: (revert?.iid ?? 0, revert?.reverts.map { plans[$0].iid } ?? 0),
      services: DemoProject.services.map { .init(name: $0.name, pathPrefix: $0.root) })
  }
}
