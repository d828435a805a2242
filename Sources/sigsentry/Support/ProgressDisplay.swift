import Cache
import Foundation
import Mirror
import Reports
import Sync
import Synchronization

/// Shows how syncs come on: one line that is rewritten on a terminal, plain lines elsewhere.
final class ProgressDisplay: Sendable {
  enum Style: Sendable { case silent, plain, terminal }

  private struct State {
    var meters: [String: Meter] = [:]
    var isLineOpen = false
    var lastDrawn: ContinuousClock.Instant?
  }

  private let style: Style
  private let names: RepositoryNames
  private let state = Mutex(State())
  /// Between two drawings of the terminal's line.
  private static let frame = Duration.milliseconds(100)
  /// Between two plain lines of one repository in one phase.
  private static let pace = Duration.seconds(10)

  init(_ style: Style, names: RepositoryNames) {
    self.style = style
    self.names = names
  }

  func show(_ event: SyncEvent) {
    guard style != .silent else { return }
    let now = ContinuousClock.now
    let name = names.name(of: event.repository, at: event.baseURL)
    state.withLock { state in
      var meter = state.meters[name] ?? Meter(at: now)
      let isNews = meter.take(event.kind, at: now)
      let text = "\(TerminalText.safe(name)): \(meter.text(at: now))"
      switch style {
      case .silent: break
      case .plain:
        if isNews || now - meter.lastLine >= Self.pace {
          StandardError.write(text + "\n")
          meter.lastLine = now
        }
      case .terminal:
        if case .note = event.kind {
          StandardError.write((state.isLineOpen ? "\r\u{1B}[K" : "") + text + "\n")
          state.isLineOpen = false
        } else if isNews || state.lastDrawn.map({ now - $0 >= Self.frame }) ?? true {
          StandardError.write("\r\u{1B}[K" + TerminalText.shortened(text, to: 110))
          state.isLineOpen = true
          state.lastDrawn = now
        }
      }
      state.meters[name] = meter
    }
  }

  /// Takes the line away, so that results begin on a clean one.
  func finish() {
    state.withLock { state in
      if state.isLineOpen { StandardError.write("\r\u{1B}[K") }
      state.isLineOpen = false
    }
  }
}

/// What one repository's sync is at, with its rate and the time left.
private struct Meter {
  private var words = ""
  private var done = 0
  private var total: Int?
  private var bytes: Int?
  private var phaseBegan: ContinuousClock.Instant
  var lastLine: ContinuousClock.Instant

  init(at now: ContinuousClock.Instant) {
    phaseBegan = now
    lastLine = now
  }

  /// Takes in an event; returns whether it begins something new.
  mutating func take(_ kind: SyncEvent.Kind, at now: ContinuousClock.Instant) -> Bool {
    switch kind {
    case .phase(let phase):
      words =
        switch phase {
        case .resolving: "asking GitLab"
        case .listing: "listing merge requests"
        case .references: "comparing refs"
        case .fetching: "fetching"
        case .computing: "computing diffs"
        }
      (done, total, bytes, phaseBegan) = (0, nil, nil, now)
      return true
    case .note(let text):
      words = TerminalText.safe(text)
      (done, total, bytes) = (0, nil, nil)
      return true
    case .listed(let count): done = count
    case .fetched(let progress):
      done = progress.indexedObjects
      total = progress.totalObjects > 0 ? progress.totalObjects : nil
      bytes = progress.receivedBytes
    case .computed(let count, let all): (done, total) = (count, all)
    }
    return false
  }

  func text(at now: ContinuousClock.Instant) -> String {
    guard done > 0 || bytes != nil else { return words }
    var text = words + " \(done)" + (total.map { "/\($0)" } ?? "")
    let elapsed = Double((now - phaseBegan).components.seconds) + 0.001
    if let bytes {
      text += " objects, \(SyncOutput.bytes(bytes)), "
      text += "\(SyncOutput.bytes(Int(Double(bytes) / max(elapsed, 1))))/s"
    } else if elapsed >= 1 {
      text += ", \(Int(Double(done) / elapsed))/s"
    }
    if let total, done > 0, done < total, elapsed >= 2 {
      text += ", \(SyncOutput.seconds(elapsed / Double(done) * Double(total - done))) left"
    }
    return text
  }
}
