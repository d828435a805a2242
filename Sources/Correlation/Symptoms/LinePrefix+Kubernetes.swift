/// What kubectl and stern put in front of each line: the pod and its container.
extension LinePrefix {
  /// `[pod/checkout-7d9f8b6c5d-x2kqz/checkout] `, as of `kubectl logs --prefix`.
  mutating func kubectl(_ start: Int) -> Bool {
    guard service == nil, rest.has("[pod/", at: start) else { return false }
    let name = start + 5
    let slash = rest.skip(from: name, while: Self.isLabel)
    let end = rest.skip(from: slash + 1, while: Self.isLabel)
    guard slash > name, rest.at(slash) == "/", end > slash + 1, rest.at(end) == "]" else {
      return false
    }
    let pod = rest.slice(name, slash)
    let container = rest.slice(slash + 1, end)
    let owner = Self.owner(ofPod: pod) ?? Self.owner(ofNumbered: pod, container) ?? pod
    service = Self.service(owner, container)
    rest = rest.from(end + (rest.at(end + 1) == " " ? 2 : 1))
    return true
  }

  /// `checkout-7d9f8b6c5d-x2kqz checkout `, as of stern. Only names that Kubernetes makes are taken for a pod's.
  mutating func stern(_ start: Int) -> Bool {
    guard service == nil, start == rest.startIndex else { return false }
    let space = rest.skip(from: start, while: Self.isLabel)
    guard space > start, rest.at(space) == " " else { return false }
    let end = rest.skip(from: space + 1, while: Self.isLabel)
    guard end > space + 1, rest.at(end) == " " || end == rest.endIndex else { return false }
    let pod = rest.slice(start, space)
    let container = rest.slice(space + 1, end)
    guard let owner = Self.owner(ofPod: pod) ?? Self.owner(ofNumbered: pod, container) else {
      return false
    }
    service = Self.service(owner, container)
    rest = rest.from(end + 1)
    return true
  }

  private static func isLabel(_ byte: UInt8) -> Bool {
    byte.isLower || byte.isDigit || byte == "-" || byte == "."
  }

  /// What Kubernetes makes names of: no vowels, so that no words come about (apimachinery, `util/rand`).
  private static func isRandom(_ bytes: Bytes, _ lengths: ClosedRange<Int>) -> Bool {
    lengths.contains(bytes.count)
      && bytes.allSatisfy { byte in
        switch byte {
        case "a", "e", "i", "o", "u", "y", "0", "1", "3": false
        default: byte.isLower || byte.isDigit
        }
      }
  }

  /// The deployment or the like that a pod is of: its name without the random ends; `nil` for other names.
  private static func owner(ofPod pod: Bytes) -> Bytes? {
    guard let dash = pod.findLast("-"), dash > pod.startIndex, isRandom(pod.from(dash + 1), 5...5)
    else { return nil }
    let name = pod.before(dash)
    guard let second = name.findLast("-"), second > name.startIndex,
      isRandom(name.from(second + 1), 6...10)
    else { return name }
    return name.before(second)
  }

  /// The stateful set that a pod is of, `postgres` of `postgres-0`, where its container says the same.
  private static func owner(ofNumbered pod: Bytes, _ container: Bytes) -> Bytes? {
    guard let dash = pod.findLast("-"), FunctionName.allDigits(pod.from(dash + 1)),
      pod.before(dash) == container
    else { return nil }
    return container
  }

  /// The container's name, unless it tells less than its owner's, as `app` does.
  private static func service(_ owner: Bytes, _ container: Bytes) -> Bytes {
    owner.suffix(container.count) == container ? container : owner
  }
}
