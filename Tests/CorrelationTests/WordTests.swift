import Cache
import Foundation
import SourceCode
import Testing

@testable import Correlation

@Suite struct WordStemTests {
  @Test(arguments: [
    // Porter's own examples, step by step.
    ("caresses", "caress"), ("ponies", "poni"), ("cats", "cat"), ("caress", "caress"),
    ("feed", "feed"), ("agreed", "agre"), ("plastered", "plaster"), ("bled", "bled"),
    ("motoring", "motor"), ("sing", "sing"), ("conflated", "conflat"), ("troubled", "troubl"),
    ("sized", "size"), ("hopping", "hop"), ("tanned", "tan"), ("falling", "fall"),
    ("hissing", "hiss"), ("fizzed", "fizz"), ("failing", "fail"), ("filing", "file"),
    ("happy", "happi"), ("sky", "sky"), ("relational", "relat"), ("conditional", "condit"),
    ("rational", "ration"), ("valenci", "valenc"), ("digitizer", "digit"), ("radicalli", "radic"),
    ("vietnamization", "vietnam"), ("predication", "predic"), ("operator", "oper"),
    ("feudalism", "feudal"), ("decisiveness", "decis"), ("hopefulness", "hope"),
    ("sensitiviti", "sensit"), ("sensibiliti", "sensibl"), ("triplicate", "triplic"),
    ("formative", "form"), ("electriciti", "electr"), ("hopeful", "hope"), ("goodness", "good"),
    ("revival", "reviv"), ("allowance", "allow"), ("airliner", "airlin"), ("adjustable", "adjust"),
    ("replacement", "replac"), ("adjustment", "adjust"), ("dependent", "depend"),
    ("adoption", "adopt"), ("communism", "commun"), ("effective", "effect"), ("rate", "rate"),
    ("cease", "ceas"), ("controll", "control"), ("roll", "roll"), ("is", "is"), ("", ""),
    ("größer", "größer"), ("utf8s", "utf8"),
  ])
  func `a word loses its endings`(_ word: String, _ stem: String) {
    #expect(String(decoding: WordStem.of(Array(word.utf8)), as: UTF8.self) == stem)
  }

  @Test func `no word of letters breaks it`() {
    let letters = Array("aeiysedlngtz".utf8)
    for first in letters {
      for second in letters {
        for third in letters {
          for fourth in letters {
            let word = [first, second, third, fourth]
            #expect((1...5).contains(WordStem.of(word).count))
          }
        }
      }
    }
  }
}

@Suite struct WordTableTests {
  private func query(_ text: String) -> WordQuery {
    WordQuery(symptom: Symptom.parse(text), places: [])
  }

  private func words(title: String = "", changes: String = "") -> IndexedWords {
    var words = IndexedWords()
    words.title = title
    words.changes = changes
    return words
  }

  @Test func `a rare word counts more than one that all have, whatever its ending`() {
    let query = query("painted doors are slow")
    let table = WordTable(
      query,
      [
        1: words(title: "door slow"), 2: words(title: "door painting"), 3: words(title: "door x"),
        4: words(title: "door x"),
      ], iids: [1, 2, 3, 4, 5])
    let scores = table.scores(table.numbers(of: query.prose)) {
      Double($0.title.counts[$1] ?? 0)
    } length: {
      $0.length
    }
    #expect(scores[0] == scores[1])
    #expect(scores[1] > 3 * scores[2])
    #expect(scores[2] > 0)
    #expect(scores[4] == 0)
  }

  @Test func `words near each other are found in any order, and not across what stands between`() {
    let query = query("The cursor of the renderer shows no damage")
    let table = WordTable(
      query,
      [
        1: words(changes: "renderer x cursor"), 2: words(changes: "cursor a b c renderer"),
        3: words(title: "cursor", changes: "renderer"), 4: words(title: "cursors renderer cursor"),
      ], iids: [1, 2, 3, 4])
    let scores = table.pairScores()
    #expect(scores[0] > 0)
    #expect(scores[1] == 0)
    #expect(scores[2] == 0)
    #expect(scores[3] == scores[0])
  }

  @Test func `a code name and the same in words are near in the same way`() {
    let query = query("update_cursor_damage() is wrong")
    let table = WordTable(
      query, [1: words(title: "cursor damage"), 2: words(title: "cursor of much more damage")],
      iids: [1, 2])
    let scores = table.pairScores()
    #expect(scores[0] > 0)
    #expect(scores[1] == 0)
  }

  @Test func `without words nothing is found`() {
    let query = query("")
    let table = WordTable(query, [:], iids: [1, 2])
    #expect(table.numbers(of: query.prose).isEmpty)
    #expect(table.pairScores() == [0, 0])
    #expect(table.commitScores([]).all == [0, 0])
  }
}
