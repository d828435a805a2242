/// Words that say nothing about a fault.
enum StopWords {
  static let all: Set<String> = Set(
    """
    the and for are but not you all any can had her was one our out day get has him his how man new
    now old see two way who boy did its let put say she too use that with have this will your from
    they know want been good much some time very when come here just like long make many more only
    over such take than them well were what where which while would there their then these those
    because about after again also another before being between both could does doing down during
    each few further into itself most myself nor off once other ought ourselves own same should
    since so still through under until upon very via was we were why within without yes yet etc
    has had having him himself hers herself isn aren wasn weren hasn haven hadn doesn don didn won
    wouldn shouldn couldn mustn let per may might must shall cannot instead however therefore thus
    every either neither though although even ever already always never often sometimes usually
    seems seem really actually currently recently just now got get gets getting goes going went
    using used uses user please thanks thank hello issue bug problem steps expected behavior
    behaviour actual result results version happens happen occurs occur seen see look looks way
    things thing something anything nothing everything someone anyone
    """.split(whereSeparator: \.isWhitespace).map(String.init))
}
