/// Which contents a mirror holds. Commits are always all there.
public enum MirrorContent: Sendable, Equatable {
  /// All that the branches and merge requests reach.
  case full
  /// Those that the diffs of the window need, and the files of its commits; others are fetched when a question needs them.
  case windowOnly
  /// ``windowOnly`` for a repository of more objects than the limit, by the head of the first pack; else ``full``.
  case bySize(limit: Int)

  /// The choice without a wish: GitLab tells a repository's size only to its members, but every server tells the number
  /// of objects before it sends the first. Below the limit a full mirror is a matter of a minute or two.
  public static let automatic = MirrorContent.bySize(limit: 300_000)
}
