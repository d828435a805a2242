/// What speaks for or against a merge request, as numbers of about 0 to 1.
enum Feature: Int, CaseIterable, Sendable {
  /// It wrote the very line.
  case line
  /// How near its nearest change is to the line.
  case nearLine
  /// The same for the line where it broke alone.
  case nearCrash
  /// It is the newest of those that changed the line or its neighbourhood.
  case newestAtLine
  /// It changed the function.
  case function
  /// It changed the function where it broke.
  case crashFunction
  /// How much of the function is its work.
  case functionShare
  /// It is the newest of those that changed the function where it broke.
  case newestInFunction
  /// In how many places it changed the function where it broke, as a logarithm.
  case functionHunks
  /// Its part of what the window's merge requests wrote in the function where it broke.
  case functionPart
  /// It changed the file where it broke.
  case topFile
  /// It is the newest of those that changed the file where it broke.
  case newestInFile
  /// It changed files that the symptom mentions.
  case mention
  /// It is the newest of those that changed them.
  case newestMention
  /// In how many places it changed them, as a logarithm.
  case mentionHunks
  /// It changed a function in one of them that another of them calls.
  case calledByMentioned
  /// How many of the named files it changed beyond the first, against all: each counts in the features above as well.
  case furtherFiles
  /// Its part of what is new where it likely broke in the named files, as a logarithm.
  case likelyPart
  /// How much it changed of the files that the symptom names.
  case share
  /// How rarely the files of the symptom that it changed are changed.
  case rarity
  /// It changed something in the same directory.
  case directory
  /// It changed none of the files that the symptom names, and one that often changes together with them.
  case coChange
  /// It changed a function of a name that the symptom names, in another file.
  case functionElsewhere
  /// It changed a function that the prose names.
  case functionNamed
  /// It changed a function that the frame's line calls.
  case callee
  /// The symptom's words in its title.
  case titleWords
  /// The symptom's words in its description.
  case descriptionWords
  /// The symptom's words in its paths.
  case pathWords
  /// The symptom's words in its changed lines.
  case changeWords
  /// All of these together, against the best of the window.
  case words
  /// The code-like words of the symptom in it.
  case identifiers
  /// The symptom's words in the message of one of its commits.
  case commitWords
  /// The symptom's words in the title of one of its commits.
  case commitTitles
  /// The symptom's words in the messages of all its commits.
  case messageWords
  /// The symptom's words in the names of the functions that it changed.
  case functionWords
  /// Words that stand near each other in the symptom and in it, too.
  case phrases
  /// It changed the files that older commits changed which speak of the same.
  case precedents
  /// Names of functions and files of the trace in its changed lines.
  case codeNames
  /// Names of functions and files of the trace in its title, description and paths.
  case codeMentions
  /// How much of what it changed is in files that the symptom names.
  case focus
  /// It was merged shortly before.
  case recency
  /// Days since its merge, as a logarithm.
  case age
  /// Lines it changed, as a logarithm.
  case size
  /// Files it changed, as a logarithm.
  case spread
  /// It changed tests, documentation or translations alone.
  case noProgram
  /// It changed settings, dependencies or a database.
  case configuration
  /// Its title speaks of a repair.
  case repair
  /// Its title speaks of something new.
  case addition
  /// Its title speaks of taking something away.
  case removal
  /// A later commit names one of its commits.
  case named

  static let count = allCases.count
}

/// A feature's value with where it was found.
struct Observation {
  var value = 0.0
  var place: Place?
  /// The file, where no place names it.
  var file: String?
  /// Lines of the merge request at the revision, counted from 0.
  var lines: Range<Int>?
  var detail: String?
  /// What its text counts: which one it is, the newest being 1, how many did the same, lines or places.
  var amount: Int?
}

/// The observations on one merge request.
struct Observations {
  private(set) var all = [Observation](repeating: Observation(), count: Feature.count)

  subscript(feature: Feature) -> Observation {
    get { all[feature.rawValue] }
    set { all[feature.rawValue] = newValue }
  }

  /// Keeps the larger of two values.
  mutating func raise(
    _ feature: Feature, to value: Double, place: Place? = nil, file: String? = nil,
    lines: Range<Int>? = nil, detail: String? = nil, amount: Int? = nil
  ) {
    guard value > all[feature.rawValue].value else { return }
    all[feature.rawValue] = Observation(
      value: value, place: place, file: file, lines: lines, detail: detail,
      amount: amount)
  }

  /// Adds to a value.
  mutating func add(
    _ feature: Feature, _ value: Double, place: Place? = nil, amount: Int? = nil
  ) {
    all[feature.rawValue].value += value
    if all[feature.rawValue].place == nil {
      all[feature.rawValue].place = place
      all[feature.rawValue].amount = amount
    }
  }

  var values: [Double] { all.map(\.value) }
}
